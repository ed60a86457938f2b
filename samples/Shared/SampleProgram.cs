using System.CommandLine;

namespace Samples;

/// <summary>What the samples' programs share: exit codes, errors in one line, Ctrl-C.</summary>
internal static class SampleProgram
{
    private const int Failed = 2;
    private const int Stopped = 130;

    /// <summary>
    /// What a command does, on a thread of its own: System.CommandLine listens for Ctrl-C only once it has a task in hand.
    /// </summary>
    public static void SetAction(Command command, Action<ParseResult, CancellationToken> run) =>
        command.SetAction((result, cancellationToken) => Task.Run(() => run(result, cancellationToken), CancellationToken.None));

    public static async Task<int> RunAsync(RootCommand command, string[] arguments)
    {
        ParseResult parsed = command.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            return Fail(parsed.Errors[0].Message);
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                // A step of a large network takes seconds, and what was reached is still to be written.
                ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
            });
        }
        catch (OperationCanceledException exception)
        {
            Console.Error.WriteLine(exception is StoppedException ? exception.Message : "Stopped.");
            return Stopped;
        }
        catch (Exception exception)
        {
            return Fail(exception.Message);
        }
    }

    private static int Fail(string message)
    {
        Console.Error.WriteLine("error: " + message.Split(['\r', '\n'])[0]); // The first line of ours says it all.
        return Failed;
    }
}
