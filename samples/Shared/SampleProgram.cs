using System.CommandLine;
using System.Globalization;
using System.Text;

namespace Samples;

/// <summary>What the samples' programs share: exit codes, errors as messages, Ctrl-C.</summary>
internal static class SampleProgram
{
    private const int Failed = 2;
    private const int Stopped = 130;
    private const int LongestMessage = 2000;

    /// <summary>
    /// What a command does, on a thread of its own: System.CommandLine listens for Ctrl-C only once it has a task in hand.
    /// </summary>
    public static void SetAction(Command command, Action<ParseResult, CancellationToken> run) =>
        command.SetAction((result, cancellationToken) => Task.Run(() => run(result, cancellationToken), CancellationToken.None));

    /// <summary>The same of a command that ends with an exit code of its own.</summary>
    public static void SetAction(Command command, Func<ParseResult, CancellationToken, int> run) =>
        command.SetAction((result, cancellationToken) => Task.Run(() => run(result, cancellationToken), CancellationToken.None));

    public static async Task<int> RunAsync(RootCommand command, string[] arguments)
    {
        try
        {
            ParseResult parsed = command.Parse(arguments);
            if (parsed.Errors.Count > 0)
            {
                return Fail(string.Join(" ", parsed.Errors.Select(error => error.Message).Distinct()), arguments);
            }

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
            // The message of a native library that is not there goes on with all that can be wrong; its first line says what is.
            return Fail(exception is InvalidOperationException ? exception.Message.Split('\n')[0] : exception.Message, arguments);
        }
    }

    /// <summary>
    /// A message for people: as many lines as it has, in the words of the command line, without anything that a terminal would obey, and
    /// cut where nobody reads on.
    /// </summary>
    internal static string Readable(string message, IEnumerable<string> arguments)
    {
        // A line break in a path that was given is part of its name; others divide the message.
        foreach (string argument in arguments.Where(argument => argument.Any(IsUnseen)))
        {
            message = message.Replace(argument, Escaped(argument), StringComparison.Ordinal);
        }

        string[] lines = message.Replace("skipBad", "--skip-bad", StringComparison.Ordinal).ReplaceLineEndings("\n").Split('\n');
        string text = string.Join(Environment.NewLine, lines.Select(Escaped)).TrimEnd();
        const string Rest = " ...";
        return text.Length <= LongestMessage ? text : text[..(LongestMessage - Rest.Length)] + Rest;
    }

    // Marks of direction and the like would reorder or hide what stands beside them.
    private static bool IsUnseen(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    /// <summary>Text on one line, without anything that a terminal would obey.</summary>
    internal static string Escaped(string text)
    {
        var result = new StringBuilder();
        foreach (char c in text)
        {
            _ = IsUnseen(c) ? result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}") : result.Append(c);
        }

        return result.ToString();
    }

    private static int Fail(string message, string[] arguments)
    {
        Console.Error.WriteLine(Readable("error: " + message, arguments));
        return Failed;
    }
}
