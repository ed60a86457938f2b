using System.Globalization;
using FacialAttention;
using Samples;
using Spectre.Console;
using TorchSharp;

namespace VariantTable;

/// <summary>Trains every variant with every seed and prints the table.</summary>
internal static class TableRun
{
    // The table's columns with numbers of FER2013's size; where the terminal is narrower or none, lines are not cut.
    private const int TableWidth = 140;

    public static void Run(Settings settings, CancellationToken cancellationToken)
    {
        using FileClaim? claim = settings.OutputFolder is { } output ? OutputFolder.Claim(output) : null;
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
                    rows.Add(results?.FinishedRow(variant, seed) ?? TrainRow(variant, seed, settings, faces, results, cancellationToken));
                    results?.Write(rows);
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new StoppedException("Stopped. Finished rows are kept.");
        }
        finally
        {
            PrintTable(rows, faces);
        }
    }

    private static DatasetSplit ReadFaces(Settings settings, CancellationToken cancellationToken)
    {
        if (settings.DataPath is { } path)
        {
            DatasetSplit faces = DataNotes.Read(() => settings.IsStratified
                ? Fer2013Reader.ReadStratified(path, note: Console.WriteLine, cancellationToken: cancellationToken)
                : Fer2013Reader.Read(path, note: Console.WriteLine, cancellationToken: cancellationToken));
            DataNotes.NoteMissingClasses(faces.Training);
            return faces;
        }

        return DrawnFaces.Read();
    }

    private static Row TrainRow(
        NetworkVariant variant, int seed, Settings settings, DatasetSplit faces, ResultsFile? results, CancellationToken cancellationToken)
    {
        string title = settings.Seeds.Count == 1 ? variant.PaperName : $"{variant.PaperName} seed {seed}";
        using var network = new ExpressionNetwork(variant, settings.NetworkOptions(faces.Training, seed));
        using var trainer = new Trainer(network, settings.TrainerOptions(seed));
        ResumeState? state = results?.StateOf(
            variant, seed, new Dictionary<string, string> { ["data"] = settings.DataName, ["split"] = faces.Description });
        TrainingHistory history = TrainingView.Show(
            title, progress => trainer.Fit(faces.Training, faces.Validation, state, progress, cancellationToken));
        EvaluationResult training = Evaluator.Evaluate(network, faces.Training, cancellationToken: cancellationToken);
        EvaluationResult validation = Evaluator.Evaluate(network, faces.Validation, cancellationToken: cancellationToken);
        EvaluationResult? test = faces.Test is null ? null : Evaluator.Evaluate(network, faces.Test, cancellationToken: cancellationToken);
        var row = new Row
        {
            Variant = variant.PaperName,
            Seed = seed,
            Parameters = network.ParameterCount,
            MultiplyAdds = network.MultiplyAdds,
            Iterations = settings.Iterations,
            TrainAccuracy = training.Accuracy,
            ValidationAccuracy = validation.Accuracy,
            ValidationAccuracyUnseen = UnseenFaces.Accuracy(faces, validation),
            TestAccuracy = test?.Accuracy,
            SecondsPerIteration = history.SecondsPerIteration,
            BestIteration = history.Best.Iteration,
            Checkpoint = results is null ? null : ResultsFile.CheckpointName(variant, seed),
        };
        results?.Save(row, network, settings.DataName, faces.Description);
        return row;
    }

    private static void PrintTable(IReadOnlyList<Row> rows, DatasetSplit faces)
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
        Console.WriteLine(UnseenFaces.Count(faces) == 0
            ? "** none: all validation faces also stand in Training, so their accuracy says nothing of other faces"
            : "** the same split, less the faces that also stand in Training");
    }

    private static string PercentOrDash(double? fraction) => fraction is { } value ? TrainingView.Percent(value) : "-";
}
