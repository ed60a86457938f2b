using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using FacialAttention;
using Samples;

namespace VariantTable;

/// <summary>The commands <c>plan</c>, <c>run</c> and <c>collect</c>: their options and how their text is read.</summary>
internal sealed class ExperimentCommands
{
    // The paper's own budget on real faces. On drawn ones, all that two quiet cores can do in ten minutes.
    private const int PaperLstmHidden = 512;
    private const int PaperLstmLayers = 2;
    private const int DrawnIterations = 200;
    private const int DrawnLstmHidden = 128;
    private const int DrawnLstmLayers = 1;
    private const int DrawnLstmIterations = 30;
    private const int MostProcesses = 1024;

    private readonly Argument<string> _experiment = new("experiment")
    {
        Description = "table4: the five networks. lstm: ACNN-ALSTM by width and depth of its LSTM. curves: CNN and CNN-LSTM. all: these three. "
            + "related: ACNN-ALSTM beside pACNN, gACNN and FERAtt, small ones.",
        HelpName = "table4|lstm|curves|related|all",
        CustomParser = ParseExperiment,
        DefaultValueFactory = _ => "table4",
    };

    private readonly Option<string> _data = new("--data")
    {
        Description = $"A FER2013 csv or csv.gz, a folder of CK+ with --protocol, or {ExperimentFaces.SyntheticWord} for drawn faces.",
        HelpName = $"fer2013.csv|CK+|{ExperimentFaces.SyntheticWord}",
        DefaultValueFactory = _ => ExperimentFaces.SyntheticWord,
    };

    private readonly Option<string?> _protocol = CkPlusData.Protocol();
    private readonly Option<int?> _folds = OptionalNumber(
        "--folds", 3, 1000, $"Folds of the persons with --protocol subject, each of which tests in jobs of its own. [default: {CkPlusData.Folds}]");

    private readonly Option<string> _split;
    private readonly Option<double> _learningRate;
    private readonly Option<LocalAttentionScaling?> _localScaling;
    private readonly Option<IReadOnlyList<int>> _seeds = BudgetOptions.Seeds(1, 2, 3);
    private readonly Option<IReadOnlyList<int>> _lstmSeeds = BudgetOptions.Numbers(
        "--lstm-seeds", 0, int.MaxValue, "Seeds of the lstm experiment; drawn faces: 1. [default: those of --seeds]", null);

    private readonly Option<int> _iterations = BudgetOptions.Iterations(DrawnIterations);
    private readonly Option<int?> _lstmIterations = OptionalNumber(
        "--lstm-iterations", 1, BudgetOptions.MostIterations, $"The same of the lstm experiment; drawn faces: {DrawnLstmIterations}. [default: --iterations]");

    private readonly Option<int> _batchSize = BudgetOptions.BatchSize();
    private readonly Option<int> _lstmHidden = BudgetOptions.LstmHidden(
        PaperLstmHidden, $" in table4, curves and related; drawn faces: {DrawnLstmHidden}");

    private readonly Option<int> _lstmLayers = BudgetOptions.LstmLayers(
        PaperLstmLayers, $" in table4, curves and related; drawn faces: {DrawnLstmLayers}");

    private readonly Option<IReadOnlyList<int>> _widths = BudgetOptions.Numbers(
        "--widths", 1, 8192, "Hidden sizes of the lstm experiment.", _ => [128, 256, 512, 1024]);

    private readonly Option<IReadOnlyList<int>> _depths = BudgetOptions.Numbers("--depths", 1, 16, "Layers of the lstm experiment.", _ => [1, 2, 3]);
    private readonly Option<int?> _job = OptionalNumber("--job", 1, 1_000_000, "Run this job alone, here; plan numbers them from 1.");
    private readonly Option<int> _jobs = CommonOptions.WholeNumber(
        "--jobs", 1, MostProcesses, "How many processes run jobs at a time, each on --threads.", _ => Math.Min(8, Environment.ProcessorCount));

    private readonly Option<int> _threads = CommonOptions.WholeNumber(
        "--threads", 1, 1024, "Threads that torch computes with in each process.", _ => 1);

    private readonly Option<int> _resumeInterval = CommonOptions.WholeNumber(
        "--resume-interval", 1, BudgetOptions.MostIterations, "Iterations between two states that a job keeps.", _ => new TrainerOptions().ResumeInterval);

    private readonly Option<(DevicePreference Preference, int? CudaIndex)?> _device = TorchOptions.Device();
    private readonly Option<string> _output = new("--output") { Description = "The folder of the plan and its jobs.", Required = true };
    private readonly Option<bool> _resume = new("--resume")
    {
        Description = "Keep finished jobs and continue unfinished ones. Without it, jobs that have begun are refused.",
    };

    private readonly Option<bool> _noLocks = new("--no-locks")
    {
        Description = "Accept a file system without locks, where something else sees to it that each job runs once.",
    };

    private readonly Option<bool> _stopsWithInput = new("--stops-with-input") { Hidden = true };
    private readonly Option<bool> _degraded = new("--degraded")
    {
        Description = $"Degrade the training faces of all networks: {Degraded.InWords}. FERAtt learns to undo it.",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print the plan as json." };
    private readonly Option<bool> _count = new("--count") { Description = "Print the number of jobs alone." };

    private readonly Argument<string[]> _sources = new("sources")
    {
        Description = "Folders of run, folders with a results.json of the table, or such files; the log beside one (results.log) tells its curves.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _report = new("--report") { Description = "Where the report goes. [default: report in the first source]" };
    private readonly Option<bool> _reproducible = new("--reproducible")
    {
        Description = "Leave out machine, hours and folders, so that equal results make equal files.",
    };

    /// <param name="split">The option that all commands share, as the others.</param>
    /// <param name="learningRate">Adam's.</param>
    /// <param name="localScaling">The reading of equation 6.</param>
    public ExperimentCommands(Option<string> split, Option<double> learningRate, Option<LocalAttentionScaling?> localScaling)
    {
        (_split, _learningRate, _localScaling) = (split, learningRate, localScaling);
        CommonOptions.RefuseEmpty(_report);
        Option[] planOptions =
        [
            _data, _split, _protocol, _folds, _seeds, _lstmSeeds, _iterations, _lstmIterations, _batchSize, _learningRate, _lstmHidden, _lstmLayers, _widths,
            _depths, _localScaling, _degraded,
        ];
        var plan = new Command("plan", "Prints the jobs of an experiment.") { _experiment, _json, _count };
        var run = new Command(
            "run",
            "Runs an experiment of the paper: all its jobs in processes of their own, or one of them here, and writes the report.\n\n"
            + $"Exit codes: 0 done; 2 an error; {JobRun.HeldCode} another process runs the job of --job; 130 stopped by Ctrl-C.")
        {
            _experiment, _output, _job, _jobs, _threads, _device, _resume, _resumeInterval, _noLocks, _stopsWithInput,
        };
        foreach (Option option in planOptions)
        {
            plan.Add(option);
            run.Add(option);
        }

        var collect = new Command("collect", "Builds tables and report from whatever has ended; a report that is there is written anew.")
        {
            _sources, _report, _reproducible,
        };
        SampleProgram.SetAction(plan, (result, _) => PrintPlan(result));
        SampleProgram.SetAction(run, Run);
        SampleProgram.SetAction(collect, (result, cancellationToken) => CollectRun.Run(ReadCollect(result), cancellationToken));
        All = [plan, run, collect];
    }

    public IReadOnlyList<Command> All { get; }

    private void PrintPlan(ParseResult result)
    {
        var plan = Plan.Of(ReadPlan(result));
        if (result.GetValue(_count))
        {
            Console.WriteLine(plan.Jobs.Count.ToString(CultureInfo.InvariantCulture));
        }
        else if (result.GetValue(_json))
        {
            Console.WriteLine(JsonFile.ToObject(plan).ToJsonString(JsonFile.Json));
        }
        else
        {
            plan.Print();
        }
    }

    private int Run(ParseResult result, CancellationToken cancellationToken)
    {
        RunSettings settings = ReadRun(result);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (settings.StopsWithInput)
        {
            new Thread(() => CancelAtEndOfInput(stop)) { IsBackground = true }.Start();
        }

        if (settings.Job is not null)
        {
            return JobRun.Run(settings, stop.Token);
        }

        AllJobsRun.Run(settings, stop.Token);
        return 0;
    }

    private static void CancelAtEndOfInput(CancellationTokenSource stop)
    {
        using Stream input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0)
        {
        }

        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The run has ended.
        }
    }

    private PlanSettings ReadPlan(ParseResult result)
    {
        ExperimentFaces faces = ReadFaces(result);
        bool isDrawn = faces.Path is null;
        string experiment = result.GetValue(_experiment)!;
        IReadOnlyList<int> seeds = result.GetValue(_seeds)!;
        int iterations = ValueOf(_iterations, DrawnIterations);
        return new PlanSettings
        {
            Experiments = experiment == "all"
                ? [Experiment.Table4, Experiment.Lstm, Experiment.Curves]
                : [Enum.GetValues<Experiment>().Single(value => NameOf(value) == experiment)],
            Faces = faces,
            Seeds = seeds,
            Iterations = iterations,
            LstmHidden = ValueOf(_lstmHidden, DrawnLstmHidden),
            LstmLayers = ValueOf(_lstmLayers, DrawnLstmLayers),
            LstmSeeds = result.GetValue(_lstmSeeds) ?? (isDrawn && result.GetResult(_seeds) is not { Implicit: false } ? [1] : seeds),
            LstmIterations = result.GetValue(_lstmIterations)
                ?? (isDrawn && result.GetResult(_iterations) is not { Implicit: false } ? DrawnLstmIterations : iterations),
            Widths = result.GetValue(_widths)!,
            Depths = result.GetValue(_depths)!,
            BatchSize = ValueOf(_batchSize, BudgetOptions.DrawnBatchSize),
            LearningRate = result.GetValue(_learningRate),
            IsDegraded = result.GetValue(_degraded),
            LocalScaling = result.GetValue(_localScaling) ?? LocalAttentionScaling.MeanOne,
        };

        int ValueOf(Option<int> option, int drawn) => BudgetOptions.ValueOf(result, option, isDrawn, drawn);
    }

    private ExperimentFaces ReadFaces(ParseResult result)
    {
        string data = result.GetValue(_data)!;
        bool isDrawn = data == ExperimentFaces.SyntheticWord;
        string? protocol = result.GetValue(_protocol);
        int? folds = result.GetValue(_folds);
        string? fault = isDrawn && protocol is not null ? "--protocol was given with drawn faces; expected a folder of CK+ as --data."
            : protocol is null && Directory.Exists(data)
            ? $"--data '{data}' is a folder; expected --protocol paper or subject with it, which say how CK+ is divided, or a FER2013 csv."
            : folds is not null && protocol != CkPlusData.BySubject ? "--folds was given without --protocol subject; expected both or neither."
            : result.GetResult(_split) is not { Implicit: false } ? null
            : isDrawn ? "--split was given with drawn faces; expected a csv as --data, or no --split: drawn faces have one."
            : protocol is not null ? "--split was given with --protocol; expected it without: CK+ is divided by the protocol."
            : null;
        return fault is not null ? throw new ArgumentException(fault) : new ExperimentFaces(
            isDrawn ? null : data,
            result.GetValue(_split) == "8:2",
            protocol,
            protocol == CkPlusData.BySubject ? folds ?? CkPlusData.Folds : null);
    }

    private RunSettings ReadRun(ParseResult result)
    {
        int? job = result.GetValue(_job);
        if (job is not null && result.GetResult(_jobs) is { Implicit: false })
        {
            throw new ArgumentException("--job and --jobs were given; expected one: --job runs one job here, --jobs all in processes of their own.");
        }

        (DevicePreference device, int? cudaIndex) = result.GetValue(_device) ?? (DevicePreference.Auto, null);
        return new RunSettings
        {
            Plan = ReadPlan(result),
            OutputFolder = result.GetValue(_output)!,
            Job = job,
            Processes = result.GetValue(_jobs),
            Device = device,
            CudaIndex = cudaIndex,
            Threads = result.GetValue(_threads),
            Resumes = result.GetValue(_resume),
            ResumeInterval = result.GetValue(_resumeInterval),
            TrustsCaller = result.GetValue(_noLocks),
            StopsWithInput = result.GetValue(_stopsWithInput),
            JobArguments = [.. WithoutJobs(result.Tokens)],
        };
    }

    /// <summary>The command line less the option for all jobs and its value.</summary>
    private IEnumerable<string> WithoutJobs(IReadOnlyList<Token> tokens)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Value == _jobs.Name)
            {
                i++;
            }
            else
            {
                yield return tokens[i].Value;
            }
        }
    }

    private CollectSettings ReadCollect(ParseResult result)
    {
        string[] sources = result.GetValue(_sources)!;
        string first = Directory.Exists(sources[0]) ? sources[0] : Path.GetDirectoryName(Path.GetFullPath(sources[0]))!;
        return new CollectSettings(sources, result.GetValue(_report) ?? Path.Combine(first, "report"), result.GetValue(_reproducible));
    }

    private static string NameOf(Experiment experiment) => experiment.ToString().ToLowerInvariant();

    private static string ParseExperiment(ArgumentResult result)
    {
        string text = CommonOptions.Text(result);
        string[] known = [.. Enum.GetValues<Experiment>().Select(NameOf), "all"];
        if (!known.Contains(text, StringComparer.Ordinal))
        {
            result.AddError($"experiment: got '{text}', expected {string.Join(", ", known[..^1])} or {known[^1]}.");
        }

        return text;
    }

    private static Option<int?> OptionalNumber(string name, int minimum, int maximum, string description) => new(name)
    {
        Description = FormattableString.Invariant($"{description} {minimum} to {maximum}."),
        CustomParser = result => CommonOptions.ParseWholeNumber(result, CommonOptions.Text(result), minimum, maximum, name),
    };
}
