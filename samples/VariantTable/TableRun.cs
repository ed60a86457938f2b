using System.Globalization;
using FacialAttention;
using Spectre.Console;
using TorchSharp;

namespace VariantTable;

/// <summary>Trains every variant with every seed and prints the table.</summary>
internal static class TableRun
{
    // Embedded default data: 400 persons train, 60 others select, 60 others test, each with all seven expressions.
    private const int TrainingPersons = 400;
    private const int HeldOutPersons = 60;

    // The table's columns with numbers of FER2013's size; where the terminal is narrower or none, lines are not cut.
    private const int TableWidth = 140;

    public static void Run(Settings settings, CancellationToken cancellationToken)
    {
        NativeTorch.EnsureLoaded();
        torch.set_num_threads(settings.Threads);
        DeviceSelection device = DeviceSelector.Select(settings.Device, settings.CudaIndex);
        Console.WriteLine($"Device {device}");
        DatasetSplit faces = ReadFaces(settings, cancellationToken);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Faces, {faces.Description}: {faces.Training.Count} training, {faces.Validation.Count} validation (selection split), "
            + $"{faces.Test?.Count ?? 0} test"));
        ResultsFile? results = settings.OutputFolder is { } folder ? new ResultsFile(folder, settings, faces, device) : null;
        var rows = new List<Row>();
        try
        {
            foreach (NetworkVariant variant in settings.Variants)
            {
                foreach (int seed in settings.Seeds)
                {
                    rows.Add(TrainRow(variant, seed, settings, faces, results, cancellationToken));
                    results?.Write(rows);
                }
            }
        }
        finally
        {
            PrintTable(rows);
        }
    }

    private static DatasetSplit ReadFaces(Settings settings, CancellationToken cancellationToken)
    {
        if (settings.DataPath is { } path)
        {
            return settings.IsStratified
                ? Fer2013Reader.ReadStratified(path, cancellationToken: cancellationToken)
                : Fer2013Reader.Read(path, cancellationToken: cancellationToken);
        }
        return new DatasetSplit(
            Draw(TrainingPersons, firstPerson: 0),
            Draw(HeldOutPersons, firstPerson: TrainingPersons),
            Draw(HeldOutPersons, firstPerson: TrainingPersons + HeldOutPersons),
            "synthetic, no person in two splits");
    }

    private static FaceDataset Draw(int persons, int firstPerson)
    {
        ExpressionLabels labels = ExpressionLabels.Fer2013;
        const int Side = 48;
        (byte[] pixels, byte[] classes) = SyntheticFaces.Generate(persons * labels.Count, seed: 1, firstPerson, labels, Side, Side);
        return new FaceDataset(pixels, classes, Side, Side, labels);
    }

    private static Row TrainRow(
        NetworkVariant variant, int seed, Settings settings, DatasetSplit faces, ResultsFile? results, CancellationToken cancellationToken)
    {
        string title = settings.Seeds.Count == 1 ? variant.PaperName : $"{variant.PaperName} seed {seed}";
        using var network = new ExpressionNetwork(variant, settings.NetworkOptions(faces.Training, seed));
        using var trainer = new Trainer(network, settings.TrainerOptions(seed));
        TrainingHistory history = TrainingView.Show(
            title, settings.Iterations, progress => trainer.Fit(faces.Training, faces.Validation, progress: progress, cancellationToken: cancellationToken));
        EvaluationResult training = Evaluator.Evaluate(network, faces.Training, cancellationToken: cancellationToken);
        EvaluationResult validation = Evaluator.Evaluate(network, faces.Validation, cancellationToken: cancellationToken);
        EvaluationResult? test = faces.Test is null ? null : Evaluator.Evaluate(network, faces.Test, cancellationToken: cancellationToken);
        int[] unseen = faces.Validation.RowsNotIn(faces.Training);
        string? checkpoint = null;
        if (results is not null)
        {
            checkpoint = $"{variant.PaperName.ToLowerInvariant()}-seed{seed}.safetensors";
            Checkpoint.Save(results.PathOf(checkpoint), network, new Dictionary<string, string>
            {
                ["data"] = settings.DataPath is null ? nameof(SyntheticFaces) : "FER2013",
                ["split"] = faces.Description,
                ["seed"] = seed.ToString(CultureInfo.InvariantCulture),
                ["iteration"] = history.Best.Iteration.ToString(CultureInfo.InvariantCulture),
            });
        }
        return new Row
        {
            Variant = variant.PaperName,
            Seed = seed,
            Parameters = network.ParameterCount,
            MultiplyAdds = network.MultiplyAdds,
            Iterations = settings.Iterations,
            TrainAccuracy = training.Accuracy,
            ValidationAccuracy = validation.Accuracy,
            ValidationAccuracyUnseen = unseen.Length == 0
                ? null
                : (double)unseen.Count(row => validation.Predictions[row] == faces.Validation.LabelOf(row)) / unseen.Length,
            TestAccuracy = test?.Accuracy,
            SecondsPerIteration = history.SecondsPerIteration,
            BestIteration = history.Best.Iteration,
            Checkpoint = checkpoint,
        };
    }

    private static void PrintTable(IReadOnlyList<Row> rows)
    {
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, TableWidth);
        var table = new Table().Border(TableBorder.Rounded);
        string[] columns =
        [
            "variant", "seed", "parameters", "multiply-adds", "iterations", "best", "train", "validation*", "unseen**", "test", "s / iteration",
        ];
        foreach (string column in columns)
        {
            table.AddColumn(column, cell => cell.NoWrap().Alignment(column == "variant" ? Justify.Left : Justify.Right));
        }
        foreach (Row row in rows)
        {
            table.AddRow(
                row.Variant,
                row.Seed.ToString(CultureInfo.InvariantCulture),
                row.Parameters.ToString("N0", CultureInfo.InvariantCulture),
                row.MultiplyAdds.ToString("N0", CultureInfo.InvariantCulture),
                row.Iterations.ToString("N0", CultureInfo.InvariantCulture),
                row.BestIteration.ToString("N0", CultureInfo.InvariantCulture),
                TrainingView.Percent(row.TrainAccuracy),
                TrainingView.Percent(row.ValidationAccuracy),
                PercentOrDash(row.ValidationAccuracyUnseen),
                PercentOrDash(row.TestAccuracy),
                row.SecondsPerIteration.ToString("F3", CultureInfo.InvariantCulture));
        }
        AnsiConsole.Write(table);
        Console.WriteLine("* selection split: the best weights were chosen on it");
        Console.WriteLine("** the same split, less the faces that also stand in Training");
    }

    private static string PercentOrDash(double? fraction) => fraction is { } value ? TrainingView.Percent(value) : "-";
}
