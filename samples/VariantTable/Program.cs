using System.CommandLine;
using VariantTable;

const int Failed = 2;
const int Stopped = 130;

var commandLine = new CommandLine();
commandLine.Command.SetAction((result, cancellationToken) =>
{
    TableRun.Run(commandLine.Read(result), cancellationToken);
    return Task.FromResult(0);
});

ParseResult parsed = commandLine.Command.Parse(args);
if (parsed.Errors.Count > 0)
{
    return Fail(parsed.Errors[0].Message);
}
try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("Stopped. Finished rows are kept.");
    return Stopped;
}
catch (Exception exception)
{
    return Fail(exception.Message);
}

static int Fail(string message)
{
    Console.Error.WriteLine("error: " + string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)));
    return Failed;
}
