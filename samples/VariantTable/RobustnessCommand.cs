using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using FacialAttention;
using Samples;

namespace VariantTable;

/// <summary>The commands <c>robustness</c> and <c>conditions</c>: their options and how their text is read.</summary>
internal sealed class RobustnessCommand
{
    private const double DefaultCoverage = 0.8;

    private readonly Option<string[]> _networks = new("--network")
    {
        Description = "A .safetensors or .onnx file, or a network that comes with the package "
            + $"({string.Join(", ", TestedNetwork.PretrainedNames)}); NAME=FILE names it. Repeat it to compare with the first.",
        HelpName = "[NAME=]FILE",
    };

    private readonly Option<string?> _runs = new("--runs")
    {
        Description = "A folder of run table4: all networks that it holds, compared by variant and paired by seed.",
    };

    private readonly Option<string?> _data = new("--data")
    {
        Description = "A FER2013 csv or csv.gz. Without it, or with synthetic, faces are drawn.",
    };

    private readonly Option<string?> _votes = new("--ferplus")
    {
        Description = "The votes of FER+ (fer2013new.csv) for the rows of --data: faces with a strict majority, and its label.",
    };

    private readonly Option<string> _part = new("--split")
    {
        Description = "Which part of the csv.",
        HelpName = "PublicTest|PrivateTest",
        CustomParser = result => CommonOptions.ParseWord(result, "--split", "PublicTest", "PrivateTest"),
        DefaultValueFactory = _ => "PublicTest",
    };

    private readonly Option<int?> _faces = new("--faces")
    {
        Description = "The first so many faces alone, 2 to 1000000. [default: all]",
        CustomParser = result => CommonOptions.ParseWholeNumber(result, CommonOptions.Text(result), 2, 1_000_000, "--faces"),
    };

    private readonly Option<int> _seed = CommonOptions.WholeNumber(
        "--seed", 0, int.MaxValue, "Of what is drawn at random: sides, places, tones, noise.", _ => 1);

    private readonly Option<double> _coverage = new("--coverage")
    {
        Description = "The share of clean faces that is to get an answer, more than 0 and at most 1; of the others a calibrated network says that it is uncertain.",
        CustomParser = ParseCoverage,
        DefaultValueFactory = _ => DefaultCoverage,
    };

    private readonly Option<int> _threads = TorchOptions.Threads();
    private readonly Option<string> _output = new("--output") { Description = "The folder of the report.", Required = true };
    private readonly Option<bool> _resume = new("--resume") { Description = "Keep what was measured before, and go on." };
    private readonly Argument<string> _picture = new("picture") { Description = "The .png file to write." };

    public RobustnessCommand()
    {
        CommonOptions.RefuseEmpty(_runs, _data, _votes);
        var robustness = new Command(
            "robustness",
            "Measures networks on faces in bad light, half hidden, blurred: thirteen conditions at five strengths.\n\n"
            + "Exit codes: 0 done; 2 an error; 130 stopped by Ctrl-C, what was measured is kept.")
        {
            _networks, _runs, _data, _votes, _part, _faces, _seed, _coverage, _threads, _output, _resume,
        };
        SampleProgram.SetAction(robustness, (result, cancellationToken) => RobustnessRun.Run(Read(result), cancellationToken));
        var conditions = new Command("conditions", "Draws all conditions at all strengths on one drawn face.") { _picture, _seed };
        SampleProgram.SetAction(conditions, (result, _) => ConditionSheet.Write(result.GetValue(_picture)!, result.GetValue(_seed)));
        All = [robustness, conditions];
    }

    public IReadOnlyList<Command> All { get; }

    private RobustnessSettings Read(ParseResult result)
    {
        string? data = result.GetValue(_data) is { } path && path != ExperimentFaces.SyntheticWord ? path : null;
        string? votes = result.GetValue(_votes);
        if (data is null && (votes is not null || result.GetResult(_part) is { Implicit: false }))
        {
            throw new ArgumentException($"{(votes is null ? "--split" : "--ferplus")} was given without --data; expected a csv as --data, or neither.");
        }

        return new RobustnessSettings
        {
            Networks = ReadNetworks(result.GetValue(_networks) ?? [], result.GetValue(_runs)),
            DataPath = data,
            VotesPath = votes,
            Part = result.GetValue(_part)!,
            Faces = result.GetValue(_faces),
            Seed = result.GetValue(_seed),
            Coverage = result.GetValue(_coverage),
            Threads = result.GetValue(_threads),
            OutputFolder = result.GetValue(_output)!,
            Resumes = result.GetValue(_resume),
        };
    }

    private static TestedNetwork[] ReadNetworks(string[] named, string? runs)
    {
        TestedNetwork[] networks = [.. runs is null ? [] : ReadRuns(runs), .. named.Select(TestedNetwork.Parse)];
        if (networks.Length == 0)
        {
            throw new ArgumentException("No network was given; expected --network with a file or name, or --runs with a folder of run table4.");
        }

        foreach (TestedNetwork network in networks)
        {
            if (!TestedNetwork.PretrainedNames.Contains(network.Source) && !File.Exists(network.Source))
            {
                throw new ArgumentException(
                    $"--network: '{network.Source}' does not exist; expected a .safetensors or .onnx file, or one of {string.Join(", ", TestedNetwork.PretrainedNames)}.");
            }
        }

        string? twice = networks.GroupBy(network => network.Name).FirstOrDefault(group => group.Count() > 1)?.Key;
        return twice is null
            ? networks
            : throw new ArgumentException($"Two networks are called '{twice}'; expected another name for one of them, as in --network other={twice}.");
    }

    /// <summary>All networks of finished jobs, the plainest variant first.</summary>
    private static TestedNetwork[] ReadRuns(string folder)
    {
        string jobs = Path.Combine(folder, "jobs");
        (Job Job, string Path)[] finished =
        [
            .. from path in Directory.Exists(jobs) ? Directory.GetDirectories(jobs) : []
               where File.Exists(Path.Combine(path, JobFolder.ResultName)) && File.Exists(Path.Combine(path, "checkpoint.safetensors"))
               let job = JsonFile.Read<JobResult>(Path.Combine(path, JobFolder.ResultName)).Origin.Job
               orderby Array.IndexOf(Variants.All, job.Variant), job.LstmHidden, job.LstmLayers, job.Iterations, job.Seed
               select (job, path),
        ];
        if (finished.Length == 0)
        {
            throw new ArgumentException($"--runs: '{folder}' holds no finished job; expected the --output of run table4.");
        }

        return
        [
            .. finished.Select(run =>
            {
                bool hasSizes = finished.Where(other => other.Job.Variant == run.Job.Variant)
                    .Select(other => (other.Job.LstmHidden, other.Job.LstmLayers, other.Job.Iterations)).Distinct().Count() > 1;
                string group = hasSizes
                    ? string.Create(CultureInfo.InvariantCulture, $"{run.Job.Variant} {Words.Lstm(run.Job.LstmHidden, run.Job.LstmLayers)}, {run.Job.Iterations}")
                    : run.Job.Variant;
                return new TestedNetwork(Path.GetFileName(run.Path), group, run.Job.Seed, Path.Combine(run.Path, "checkpoint.safetensors"));
            }),
        ];
    }

    private static double ParseCoverage(ArgumentResult result)
    {
        string text = CommonOptions.Text(result);
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) || !(value is > 0 and <= 1))
        {
            result.AddError($"--coverage: got '{text}', expected a number of more than 0 and at most 1.");
        }

        return value;
    }
}
