using System.CommandLine;
using VariantTable;

const int Failed = 2;
const int Stopped = 130;

var commandLine = new CommandLine();
// On a thread of its own: System.CommandLine listens for Ctrl-C only once the action has handed back its task.
commandLine.Command.SetAction((result, cancellationToken) =>
    Task.Run(() => TableRun.Run(commandLine.Read(result), cancellationToken), CancellationToken.None));

ParseResult parsed = commandLine.Command.Parse(args);
if (parsed.Errors.Count > 0)
{
    return Fail(parsed.Errors[0].Message);
}
try
{
    return await parsed.InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        // A step of a large network takes seconds, and the table is still to be printed.
        ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
    });
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
    Console.Error.WriteLine("error: " + message.Split(['\r', '\n'])[0]); // The first line of ours says it all.
    return Failed;
}
