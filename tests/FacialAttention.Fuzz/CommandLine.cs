using System.CommandLine;
using System.CommandLine.Parsing;
using FacialAttention.Fuzz.Run;
using FacialAttention.Fuzz.Targets;
using Samples;

namespace FacialAttention.Fuzz;

/// <summary>The options of the command, and of the worker processes that it starts.</summary>
internal sealed class CommandLine
{
    private const int Failed = 2;
    private const int Stopped = 130;

    private readonly Option<int> _cases = CommonOptions.WholeNumber("--cases", 1, 100_000_000, "Cases of each target.", _ => 250);
    private readonly Option<int> _seed = CommonOptions.WholeNumber("--seed", 0, int.MaxValue, "Another seed gives other cases.", _ => 1);

    private readonly Option<int> _limit = CommonOptions.WholeNumber(
        "--seconds", 1, 3600, "A case that takes more processor time is a fault, and one that takes four times as long while the machine has time for it.", _ => 5);

    private readonly Option<string> _target = new("--target")
    {
        Description = $"Which reader: {string.Join(", ", TargetNames.All)}, or all of them.",
        CustomParser = result => CommonOptions.ParseWord(result, "--target", [.. TargetNames.All, .. TargetNames.AllFaulty, "all"]),
        DefaultValueFactory = _ => "all",
    };

    private readonly Option<int?> _case = new("--case")
    {
        Description = "Runs this one case of one target, from 0, and shows how it ends.",
        CustomParser = result => CommonOptions.ParseWholeNumber(result, CommonOptions.Text(result), 0, int.MaxValue - 1, "--case"),
    };

    private readonly Option<string?> _keep = new("--keep") { Description = "A folder for the inputs of faults. Created if missing." };
    private readonly Option<string?> _json = new("--json") { Description = "A file for the counts and faults." };

    public async Task<int> RunAsync(string[] arguments)
    {
        var root = new RootCommand(
            "Feeds damaged inputs to every reader of the library, and disposes its objects at odd times. A case ends well if what is called "
            + "succeeds or throws an exception that its documentation names, with a message, within the time and memory allowed.\n\n"
            + "Exit codes: 0 no faults; 1 faults; 2 an error, told in one line on stderr; 130 stopped by Ctrl-C.")
        {
            _cases, _target, _seed, _case, _keep, _json, _limit, CreateWorker(),
        };
        // On a thread of its own: System.CommandLine listens for Ctrl-C only once it has a task in hand.
        root.SetAction((result, cancellation) => Task.Run(() => FuzzRun.RunAsync(Read(result), cancellation), CancellationToken.None));
        ParseResult parsed = root.Parse(arguments);
        try
        {
            return parsed.Errors.Count > 0
                ? throw new ArgumentException(parsed.Errors[0].Message)
                : await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped.");
            return Stopped;
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync($"error: {exception.Message}");
            return Failed;
        }
    }

    private FuzzSettings Read(ParseResult result)
    {
        string target = result.GetValue(_target)!;
        int? only = result.GetValue(_case);
        if (only is not null && target == "all")
        {
            throw new ArgumentException("--case was given without --target; expected the target that the case is of.");
        }

        return new FuzzSettings
        {
            Targets = target == "all" ? TargetNames.All : [target],
            Seed = result.GetValue(_seed),
            First = only ?? 0,
            End = only + 1 ?? result.GetValue(_cases),
            ShowsCases = only is not null,
            Limit = TimeSpan.FromSeconds(result.GetValue(_limit)),
            KeepFolder = result.GetValue(_keep),
            JsonPath = result.GetValue(_json),
        };
    }

    private static Command CreateWorker()
    {
        var target = new Argument<string>("target");
        var seed = new Argument<int>("seed");
        var first = new Argument<int>("first");
        var end = new Argument<int>("end");
        var seconds = new Argument<double>("seconds");
        var work = new Argument<string>("work");
        var keep = new Argument<string?>("keep") { Arity = ArgumentArity.ZeroOrOne };
        var command = new Command(WorkerProcess.CommandName, "The process in which cases run.")
        {
            target, seed, first, end, seconds, work, keep,
        };
        command.Hidden = true;
        command.SetAction(result => Worker.Run(
            result.GetValue(target)!,
            result.GetValue(seed),
            result.GetValue(first),
            result.GetValue(end),
            TimeSpan.FromSeconds(result.GetValue(seconds)),
            result.GetValue(work)!,
            result.GetValue(keep)));
        return command;
    }
}
