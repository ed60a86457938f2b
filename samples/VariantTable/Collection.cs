using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FacialAttention;
using Samples;

namespace VariantTable;

/// <summary>All that has ended, and what has not.</summary>
/// <param name="Trained">In a fixed order, each network once; of folds each.</param>
/// <param name="Outcomes">The same, folds of one network put together.</param>
/// <param name="Missing">The jobs of the plans that have not ended.</param>
/// <param name="Planned">How many jobs the plans hold.</param>
/// <param name="Notes">What was left out, and why.</param>
internal sealed partial record Collection(
    IReadOnlyList<Outcome> Trained, IReadOnlyList<Outcome> Outcomes, IReadOnlyList<Job> Missing, int Planned, IReadOnlyList<string> Notes)
{
    /// <summary>Reads folders of <c>run</c>, folders with a results.json of the table, and such files.</summary>
    /// <exception cref="InvalidDataException">A file is not as this program writes it, or results are of other faces under one name.</exception>
    public static Collection Read(IReadOnlyList<string> sources)
    {
        var outcomes = new List<Outcome>();
        var missing = new List<Job>();
        var notes = new List<string>();
        int planned = 0;
        foreach (string source in sources)
        {
            if (File.Exists(Plan.PathIn(source)))
            {
                Plan plan = JsonFile.Read<Plan>(Plan.PathIn(source));
                planned += plan.Jobs.Count;
                foreach (Job job in plan.Jobs)
                {
                    string folder = JobFolder.PathOf(source, job);
                    if (File.Exists(Path.Combine(folder, JobFolder.ResultName)))
                    {
                        outcomes.Add(ReadJob(folder, job, plan));
                    }
                    else
                    {
                        missing.Add(job);
                    }
                }
            }
            else
            {
                string file = Directory.Exists(source) ? Path.Combine(source, "results.json") : source;
                outcomes.AddRange(File.Exists(file) ? ReadTable(file) : throw new FileNotFoundException(
                    $"There is neither plan.json nor results.json in '{source}'; expected a folder of run or of the table, or a results.json."));
            }
        }

        IReadOnlyList<Outcome> trained = Merge(outcomes, notes);
        return new Collection(trained, CrossValidation.Join(trained, notes), missing, planned, notes);
    }

    private static Outcome ReadJob(string folder, Job job, Plan plan)
    {
        string path = Path.Combine(folder, JobFolder.ResultName);
        JobResult result = JsonFile.Read<JobResult>(path);
        string[] differences =
        [
            .. JsonFile.Differences(JsonFile.ToObject(result.Origin.Protocol), JsonFile.ToObject(plan.Protocol), "protocol."),
            .. JsonFile.Differences(
                JsonFile.ToObject(result.Origin.Job), JsonFile.ToObject(job with { Experiments = [], Number = 0 }), "job."),
            .. result.Origin.Data.Name == plan.Data ? [] : new[] { $"data is {result.Origin.Data.Name} there and {plan.Data} here" },
        ];
        if (differences.Length > 0)
        {
            throw new InvalidDataException($"'{path}' is the result of another plan: {string.Join("; ", differences)}.");
        }

        string runPath = Path.Combine(folder, JobFolder.RunName);
        JobRunInfo? run = File.Exists(runPath) ? JsonFile.Read<JobRunInfo>(runPath) : null;
        return new Outcome
        {
            Source = folder,
            Data = result.Origin.Data,
            Protocol = result.Origin.Protocol,
            Job = result.Origin.Job,
            Parameters = result.Parameters,
            MultiplyAdds = result.MultiplyAdds,
            TrainAccuracy = result.Training.Accuracy,
            ValidationAccuracy = result.Validation.Accuracy,
            ValidationAccuracyUnseen = result.ValidationAccuracyUnseen,
            TestAccuracy = result.Test?.Accuracy,
            Confusion = (result.Test ?? result.Validation).Confusion,
            Curves = result.Curves,
            Environment = run is null ? null : JsonFile.ToObject(run.Environment),
            Seconds = run?.Seconds,
            SecondsPerIteration = run?.SecondsPerIteration,
        };
    }

    /// <summary>A results.json of the table, and the curves that its log of the same name tells.</summary>
    private static IEnumerable<Outcome> ReadTable(string path)
    {
        TableContent content = JsonFile.Read<TableContent>(path);
        string log = Path.ChangeExtension(path, ".log");
        string[] lines = File.Exists(log) ? File.ReadAllLines(log) : [];
        TableProtocol protocol = content.Protocol;
        foreach (Row row in content.Rows)
        {
            bool hasLstm = row.Variant != Variants.Cnn;
            yield return new Outcome
            {
                Source = path,
                Data = new FacesInfo(
                    content.Dataset.Name,
                    content.Dataset.Split,
                    null,
                    [content.Dataset.Training],
                    [content.Dataset.Validation],
                    content.Dataset.ValidationUnseen,
                    content.Dataset.Test is { } test ? [test] : null,
                    null),
                Protocol = new Protocol
                {
                    Optimizer = protocol.Optimizer,
                    LearningRate = protocol.LearningRate,
                    BatchSize = protocol.BatchSize,
                    LocalAttentionScaling = protocol.LocalAttentionScaling,
                    FlipProbability = protocol.FlipProbability,
                    Selection = protocol.Selection,
                },
                Job = new Job
                {
                    Number = 0,
                    Variant = row.Variant,
                    LstmHidden = hasLstm ? protocol.LstmHidden : null,
                    LstmLayers = hasLstm ? protocol.LstmLayers : null,
                    Seed = row.Seed,
                    Iterations = row.Iterations,
                    Experiments = [],
                },
                Parameters = row.Parameters,
                MultiplyAdds = row.MultiplyAdds,
                TrainAccuracy = row.TrainAccuracy,
                ValidationAccuracy = row.ValidationAccuracy,
                ValidationAccuracyUnseen = row.ValidationAccuracyUnseen,
                TestAccuracy = row.TestAccuracy,
                Curves = CurvesOf(lines, row, content.Rows.Count(other => other.Variant == row.Variant) > 1),
                Environment = content.Environment,
                SecondsPerIteration = row.SecondsPerIteration,
            };
        }
    }

    private static JobCurves? CurvesOf(string[] lines, Row row, bool isOneOfSeveralSeeds)
    {
        string title = isOneOfSeveralSeeds ? FormattableString.Invariant($"{row.Variant} seed {row.Seed}") : row.Variant;
        var training = new SortedDictionary<int, TrainingPoint>();
        var validation = new SortedDictionary<int, TrainingPoint>();
        foreach (Match match in lines
            .Select(line => LogLine().Match(line))
            .Where(match => match.Success && (match.Groups["title"].Value == title
                || match.Groups["title"].Value == FormattableString.Invariant($"{row.Variant} seed {row.Seed}"))))
        {
            int iteration = int.Parse(match.Groups["iteration"].Value, CultureInfo.InvariantCulture);
            Add(training, match, iteration, "training");
            Add(validation, match, iteration, "validation");
        }

        return training.Count == 0 ? null : new JobCurves([.. training.Values], [.. validation.Values]);

        static void Add(SortedDictionary<int, TrainingPoint> points, Match match, int iteration, string part)
        {
            if (match.Groups[part + "Loss"].Success)
            {
                double loss = double.Parse(match.Groups[part + "Loss"].Value, CultureInfo.InvariantCulture);
                double percent = double.Parse(match.Groups[part].Value, CultureInfo.InvariantCulture);
                points[iteration] = new TrainingPoint(iteration, loss, 1 - percent / 100);
            }
        }
    }

    /// <summary>Each network once, in a fixed order: the same results make the same report from whatever folders.</summary>
    private static IReadOnlyList<Outcome> Merge(List<Outcome> outcomes, List<string> notes)
    {
        var merged = new List<Outcome>();
        foreach (IGrouping<string, Outcome> same in outcomes.GroupBy(outcome => $"{outcome.Setting}|{outcome.Job.Name}"))
        {
            // The one that tells most, and of equals the first that was named.
            Outcome kept = same.OrderBy(outcome => outcome.Confusion is null).ThenBy(outcome => outcome.Curves is null).First();
            merged.Add(kept);
            foreach (Outcome other in same.Where(other => other != kept))
            {
                bool isEqual = other.ValidationAccuracy == kept.ValidationAccuracy && other.TestAccuracy == kept.TestAccuracy;
                notes.Add(isEqual
                    ? $"{kept.Job.Name} stands in '{kept.Source}' and, the same, in '{other.Source}'"
                    : $"{kept.Job.Name} stands in '{kept.Source}' ({Words.Percent(kept.Accuracy)}, taken) and in '{other.Source}' "
                    + $"({Words.Percent(other.Accuracy)}, left out)");
            }
        }

        foreach (IGrouping<string, Outcome> setting in merged.GroupBy(outcome => outcome.Setting))
        {
            Outcome[] known = [.. setting.Where(outcome => outcome.Data.Fingerprint is not null)];
            if (known.FirstOrDefault(outcome => outcome.Data.Fingerprint != known[0].Data.Fingerprint) is { } foreign)
            {
                throw new InvalidDataException(
                    $"'{foreign.Source}' was trained on other faces than '{known[0].Source}', of as many rows and the same name; "
                    + "expected results of one data set.");
            }
        }

        return
        [
            .. merged
                .OrderBy(outcome => outcome.Setting, StringComparer.Ordinal)
                .ThenBy(outcome => Array.IndexOf(Variants.All, outcome.Job.Variant))
                .ThenBy(outcome => outcome.Job.LstmLayers)
                .ThenBy(outcome => outcome.Job.LstmHidden)
                .ThenBy(outcome => outcome.Job.Iterations)
                .ThenBy(outcome => outcome.Job.Seed),
        ];
    }

    [GeneratedRegex(@"^(?<title>[A-Z-]+( seed \d+)?): iteration (?<iteration>\d+) of \d+(, training loss (?<trainingLoss>[\d.]+) accuracy "
        + @"(?<training>[\d.]+) %)?(, validation loss (?<validationLoss>[\d.]+) accuracy (?<validation>[\d.]+) %)?, ")]
    private static partial Regex LogLine();

    /// <summary>A results.json of the table, as far as it is read here.</summary>
    private sealed record TableContent(TableDataset Dataset, TableProtocol Protocol, JsonObject Environment, IReadOnlyList<Row> Rows);

    private sealed record TableDataset(string Name, string Split, int Training, int Validation, int ValidationUnseen, int? Test);

    private sealed record TableProtocol(
        string Optimizer,
        double LearningRate,
        int BatchSize,
        int Iterations,
        int LstmHidden,
        int LstmLayers,
        string LocalAttentionScaling,
        double FlipProbability,
        string Selection);
}
