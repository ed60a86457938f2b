using System.Globalization;
using System.Text.Json.Nodes;
using Samples;
using Spectre.Console;

namespace VariantTable;

/// <summary>The content of plan.json: the jobs of an experiment, each of which can be run anywhere.</summary>
/// <param name="Data">The name of the data set.</param>
/// <param name="Division">How the command line asked to divide it.</param>
/// <param name="Protocol">How each network is trained.</param>
/// <param name="Jobs">Numbered from 1.</param>
internal sealed record Plan(string Data, string Division, Protocol Protocol, IReadOnlyList<Job> Jobs)
{
    private const int TableWidth = 120;
    private const int DrawnReportInterval = 10;
    private const int DrawnValidationInterval = 50;

    /// <summary>The jobs of the experiments asked for; what two of them need is one job.</summary>
    public static Plan Of(PlanSettings settings)
    {
        var jobs = new List<Job>();
        foreach (Experiment experiment in settings.Experiments)
        {
            foreach (Job job in JobsOf(experiment, settings))
            {
                int same = jobs.FindIndex(other => other.Name == job.Name);
                if (same >= 0)
                {
                    jobs[same] = jobs[same] with { Experiments = [.. jobs[same].Experiments, experiment] };
                }
                else
                {
                    jobs.Add(job with { Number = jobs.Count + 1 });
                }
            }
        }

        var protocol = new Protocol
        {
            LearningRate = settings.LearningRate,
            BatchSize = settings.BatchSize,
            LocalAttentionScaling = settings.LocalScaling.ToString(),
            Degradation = settings.IsDegraded ? Degraded.InWords : null,
        };
        if (settings.Faces.Path is null)
        {
            // Runs on drawn faces are too short for the paper's 100 and 400.
            protocol = protocol with { TrainingReportInterval = DrawnReportInterval, ValidationInterval = DrawnValidationInterval };
        }

        return new Plan(settings.Faces.Name, settings.Faces.Division, protocol, jobs);
    }

    /// <summary>
    /// Keeps the plan in a folder of its own. Of several processes that begin at once one writes it, and all see that it is theirs.
    /// </summary>
    /// <exception cref="ArgumentException">The folder holds another plan; what differs is named.</exception>
    public void Keep(string folder)
    {
        Directory.CreateDirectory(folder);
        string path = PathIn(folder);
        if (!File.Exists(path))
        {
            JsonFile.WriteNew(path, this);
        }

        string[] differences = [.. Differences(JsonFile.Read<Plan>(path), this)];
        if (differences.Length > 0)
        {
            throw new ArgumentException(
                $"'{folder}' holds another plan: {string.Join("; ", differences)}. Expected the same, or another folder; collect takes several.");
        }
    }

    public static string PathIn(string folder) => Path.Combine(folder, "plan.json");

    public Job JobOf(int number) => number >= 1 && number <= Jobs.Count ? Jobs[number - 1] : throw new ArgumentException(string.Create(
        CultureInfo.InvariantCulture, $"--job: got {number}; expected 1 to {Jobs.Count}, as plan prints them."));

    public void Print()
    {
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, TableWidth);
        var table = new Table().Border(TableBorder.Rounded);
        foreach (string column in new[] { "job", "network", "LSTM", "seed", "iterations", "for", "folder" })
        {
            table.AddColumn(column, cell => cell.NoWrap());
        }

        foreach (Job job in Jobs)
        {
            table.AddRow(
                job.Number.ToString(CultureInfo.InvariantCulture),
                job.Variant,
                Words.Lstm(job.LstmHidden, job.LstmLayers),
                job.Seed.ToString(CultureInfo.InvariantCulture),
                job.Iterations.ToString("N0", CultureInfo.InvariantCulture),
                string.Join(", ", job.Experiments.Select(experiment => experiment.ToString().ToLowerInvariant())),
                job.Name);
        }

        AnsiConsole.Write(table);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{Jobs.Count} jobs on {Data}, batches of {Protocol.BatchSize}; --job counts from 1"));
    }

    private static IEnumerable<Job> JobsOf(Experiment experiment, PlanSettings settings)
    {
        string[] variants = experiment switch
        {
            Experiment.Table4 => Variants.InOrder,
            Experiment.Lstm => [Variants.AcnnAlstm],
            Experiment.Related => Variants.BesideOthers,
            _ => [Variants.Cnn, Variants.CnnLstm],
        };
        bool isGrid = experiment == Experiment.Lstm;
        (int Hidden, int Layers)[] sizes = isGrid
            ? [.. settings.Depths.SelectMany(depth => settings.Widths.Select(width => (width, depth)))]
            : [(settings.LstmHidden, settings.LstmLayers)];
        return
            from seed in isGrid ? settings.LstmSeeds : settings.Seeds
            from variant in variants
            from size in sizes
            from fold in settings.Faces.FoldChoices
            let hasLstm = variant != Variants.Cnn && !Variants.IsRelated(variant)
            select new Job
            {
                Number = 0,
                Variant = variant,
                LstmHidden = hasLstm ? size.Hidden : null,
                LstmLayers = hasLstm ? size.Layers : null,
                Seed = seed,
                Iterations = isGrid ? settings.LstmIterations : settings.Iterations,
                Fold = fold,
                Experiments = [experiment],
            };
    }

    private static IEnumerable<string> Differences(Plan there, Plan here)
    {
        foreach (string difference in JsonFile.Differences(WithoutJobs(there), WithoutJobs(here)))
        {
            yield return difference;
        }

        string[] missing = [.. there.Jobs.Select(job => job.Name).Except(here.Jobs.Select(job => job.Name))];
        string[] added = [.. here.Jobs.Select(job => job.Name).Except(there.Jobs.Select(job => job.Name))];
        if (missing.Length > 0)
        {
            yield return $"{Listed(missing)} is there and not here";
        }

        if (added.Length > 0)
        {
            yield return $"{Listed(added)} is here and not there";
        }

        if (missing.Length + added.Length == 0 && there.Jobs.Zip(here.Jobs).Any(pair => pair.First.Name != pair.Second.Name))
        {
            yield return "the jobs are numbered in another order";
        }
    }

    private static string Listed(string[] names) =>
        names[0] + (names.Length == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" (and {names.Length - 1} more)"));

    private static JsonObject WithoutJobs(Plan plan)
    {
        JsonObject json = JsonFile.ToObject(plan);
        json.Remove("jobs");
        return json;
    }
}
