using System.Globalization;
using System.Text.Json.Nodes;
using FacialAttention;
using Samples;

namespace VariantTable;

/// <summary>The output folder: checkpoints, results.json written anew after each row, and the state of a row under way.</summary>
internal sealed class ResultsFile
{
    private const string StateExtension = ".resume";
    private const string IterationKey = "iteration";
    private const string UnseenKey = "validationAccuracyUnseen";

    private readonly string _folder;
    private readonly Content _content;
    private readonly IReadOnlyList<Row> _formerRows = [];

    /// <summary>Looks at what the folder holds; it is there, and claimed.</summary>
    /// <exception cref="ArgumentException">
    /// The folder holds an unfinished table that is not to be resumed, or one of other settings that is; all differences are named.
    /// </exception>
    public ResultsFile(string folder, Settings settings, DatasetSplit faces, DeviceSelection device)
    {
        _folder = folder;
        _content = new Content(
            JsonFile.ToObject(new
            {
                Name = settings.DataName,
                Split = faces.Description,
                Training = faces.Training.Count,
                Validation = faces.Validation.Count,
                ValidationUnseen = faces.Validation.RowsNotIn(faces.Training).Length,
                Test = faces.Test?.Count,
            }),
            JsonFile.ToObject(new
            {
                Optimizer = "Adam",
                settings.LearningRate,
                settings.BatchSize,
                settings.Iterations,
                settings.LstmHidden,
                settings.LstmLayers,
                LocalAttentionScaling = settings.LocalScaling.ToString(),
                new AugmentationOptions().FlipProbability,
                Selection = "best weights by validation accuracy (selection split)",
            }),
            RunEnvironment.Of(device, settings.Threads),
            []);
        if (settings.Resumes)
        {
            _formerRows = ReadFormerRows();
        }
        else if (Directory.EnumerateFiles(folder, "*" + StateExtension).FirstOrDefault() is { } state)
        {
            throw new ArgumentException(
                $"'{folder}' holds an unfinished table ({Path.GetFileName(state)}); expected --resume to continue it, or another folder.");
        }
    }

    private string ResultsPath => PathOf("results.json");

    public static string CheckpointName(NetworkVariant variant, int seed) => NameOf(variant.PaperName, seed) + ".safetensors";

    /// <summary>The row, if it was finished before; what only the table shows of it is in its checkpoint.</summary>
    public Row? FinishedRow(NetworkVariant variant, int seed)
    {
        Row? row = _formerRows.FirstOrDefault(row => row.Variant == variant.PaperName && row.Seed == seed);
        if (row?.Checkpoint is null || !File.Exists(PathOf(row.Checkpoint)))
        {
            return null;
        }

        IReadOnlyDictionary<string, string> provenance = Checkpoint.ReadProvenance(PathOf(row.Checkpoint));
        return row with
        {
            BestIteration = int.Parse(provenance[IterationKey], CultureInfo.InvariantCulture),
            ValidationAccuracyUnseen = provenance.TryGetValue(UnseenKey, out string? unseen)
                ? double.Parse(unseen, CultureInfo.InvariantCulture)
                : null,
        };
    }

    /// <summary>Where the row keeps its state while it is under way.</summary>
    public ResumeState StateOf(NetworkVariant variant, int seed, IReadOnlyDictionary<string, string> conditions) =>
        new(StatePath(variant.PaperName, seed), conditions);

    /// <summary>Saves the network of a row.</summary>
    public void Save(Row row, ExpressionNetwork network, string data, string split)
    {
        var provenance = new Dictionary<string, string>
        {
            ["data"] = data,
            ["split"] = split,
            ["seed"] = row.Seed.ToString(CultureInfo.InvariantCulture),
            [IterationKey] = row.BestIteration.ToString(CultureInfo.InvariantCulture),
        };
        if (row.ValidationAccuracyUnseen is { } unseen)
        {
            provenance.Add(UnseenKey, unseen.ToString("R", CultureInfo.InvariantCulture));
        }

        Checkpoint.Save(PathOf(row.Checkpoint!), network, provenance);
    }

    /// <summary>Writes results.json with these rows, after those of former runs; then the rows need no state any more.</summary>
    public void Write(IReadOnlyList<Row> rows)
    {
        IEnumerable<Row> others = _formerRows.Where(former => !rows.Any(row => row.Variant == former.Variant && row.Seed == former.Seed));
        JsonFile.Write(ResultsPath, _content with { Rows = [.. others, .. rows] });
        foreach (Row row in rows)
        {
            AtomicFile.Delete(StatePath(row.Variant, row.Seed));
        }
    }

    private static string NameOf(string variant, int seed) => FormattableString.Invariant($"{variant.ToLowerInvariant()}-seed{seed}");

    private string StatePath(string variant, int seed) => PathOf(NameOf(variant, seed) + StateExtension);

    private string PathOf(string fileName) => Path.Combine(_folder, fileName);

    private IReadOnlyList<Row> ReadFormerRows()
    {
        if (!File.Exists(ResultsPath))
        {
            return [];
        }

        Content former = JsonFile.Read<Content>(ResultsPath);
        string[] differences =
        [
            .. JsonFile.Differences(former.Dataset, _content.Dataset, "dataset."),
            .. JsonFile.Differences(former.Protocol, _content.Protocol, "protocol."),
        ];
        return differences.Length == 0
            ? former.Rows
            : throw new ArgumentException(
                $"'{_folder}' holds a table of other settings: {string.Join("; ", differences)}. Expected the same, or another folder.");
    }

    /// <summary>What stands in results.json.</summary>
    private sealed record Content(JsonObject Dataset, JsonObject Protocol, RunEnvironment Environment, IReadOnlyList<Row> Rows);
}
