using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FacialAttention;
using Samples;
using TorchSharp;

namespace Train;

/// <summary><c>card</c>: measures a network on the selection split of what it learned from, and writes the tables of the model card.</summary>
internal static class CardRun
{
    private const int DrawnPersons = 60;

    public static void Run(CardSettings settings, CancellationToken cancellationToken)
    {
        NativeTorch.EnsureLoaded();
        torch.set_num_threads(settings.Threads);
        DeviceSelection device = DeviceSelector.Select(settings.Device, settings.CudaIndex);
        using ExpressionNetwork network = Checkpoint.Load(settings.CheckpointPath, device.Device);
        DatasetSplit faces = ReadFaces(settings, network.Options, cancellationToken);
        RunResult? run = settings.RunPath is { } folder ? ReadRun(folder, settings.CheckpointPath) : null;
        EvaluationResult single = Evaluate(faces.Validation, averageMirrored: false);
        EvaluationResult mirrored = Evaluate(faces.Validation, averageMirrored: true);
        HeldCalibration calibration = HeldCalibration.Of(single.ToScoredFaces(), faces.Validation);

        var text = new StringBuilder();
        text.Append(FactsOf(settings.CheckpointPath, network, run));
        text.Append($"Measured on {(settings.Data.IsFolder ? "the validation faces" : "PublicTest")}, by which the weights were chosen (selection split), "
            + "which flatters:\n\n");
        text.Append(AccuracyTable(faces, single, mirrored));
        text.Append("Class by class, single view:\n\n");
        text.Append(ClassTable(faces.Training, single));
        text.Append("Rows are the actual classes, columns those that the network says:\n\n");
        text.Append(ConfusionTable(single));
        text.Append("How far the probabilities can be believed, each scaling measured on faces that it was not fitted to (5 folds, equal faces together):\n\n");
        text.Append(CalibrationTable(calibration));
        if (ExpressionLabels.Fer2013.Names.All(name => network.Options.Labels.IndexOf(name) >= 0))
        {
            FaceDataset drawn = SyntheticFaces.Generate(DrawnPersons * ExpressionLabels.Fer2013.Count, seed: 1)
                .WithColumns(FaceColumns.None).WithLabels(network.Options.Labels);
            text.Append("What it says of drawn faces (`SyntheticFaces`), none of which it learned from:\n\n");
            text.Append(DrawnTable(Evaluate(drawn, averageMirrored: false)));
        }

        string section = Path.GetFileNameWithoutExtension(settings.CheckpointPath);
        MarkdownPage.Replace(settings.PagePath, section, text.ToString());
        if (settings.PicturePath is { } picture)
        {
            CalibrationPlot.Save(picture, calibration.AsTrained, calibration.Better);
        }

        Console.WriteLine($"Wrote the tables of {section} into {settings.PagePath}.");

        EvaluationResult Evaluate(FaceDataset dataset, bool averageMirrored) =>
            Evaluator.Evaluate(network, dataset, averageMirrored: averageMirrored, cancellationToken: cancellationToken);
    }

    private static DatasetSplit ReadFaces(CardSettings settings, ExpressionNetworkOptions options, CancellationToken cancellationToken)
    {
        DatasetSplit split = settings.Data.ReadSplit(new ImageSize(options.ImageHeight, options.ImageWidth), cancellationToken);
        return new DatasetSplit(Relabel(split.Training), Relabel(split.Validation), test: null, split.Description);

        FaceDataset Relabel(FaceDataset faces) => EvaluateRun.WithLabelsOf(options.Labels, faces, settings.CheckpointPath, settings.Data);
    }

    /// <summary>The run that made the checkpoint.</summary>
    private static RunResult ReadRun(string folder, string checkpoint)
    {
        RunResult run = RunFolder.ReadResult(folder);
        string iteration = Checkpoint.ReadProvenance(checkpoint).GetValueOrDefault("iteration", "an unknown iteration");
        return iteration == run.BestIteration.ToString(CultureInfo.InvariantCulture)
            ? run
            : throw new ArgumentException(
                $"--run: '{folder}' kept the weights of iteration {run.BestIteration}, while '{checkpoint}' is of {iteration}; expected the run that "
                + "made the checkpoint.");
    }

    private static string FactsOf(string path, ExpressionNetwork network, RunResult? run)
    {
        IReadOnlyDictionary<string, string> provenance = Checkpoint.ReadProvenance(path);
        string learned = string.Join(", ", new[] { "data", "split" }.Select(key => provenance.GetValueOrDefault(key)).OfType<string>());
        List<string[]> rows =
        [
            ["what", "value"],
            ["SHA-256 of the file", Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))],
            ["network", string.Create(
                CultureInfo.InvariantCulture,
                $"{network.Variant.PaperName}, {network.ParameterCount:N0} parameters, {network.MultiplyAdds:N0} multiply-adds a face")],
            ["learned from", learned.Length > 0 ? learned : "not told"],
            ["calibration", provenance.GetValueOrDefault("calibration", "none")],
        ];
        if (run is not null)
        {
            rows.Add(["training", string.Create(
                CultureInfo.InvariantCulture,
                $"{run.Iterations:N0} iterations, of which the weights of {run.BestIteration:N0} are kept; {PassesOf(run):F1} passes over the faces")]);
            rows.Add(["compute", string.Create(
                CultureInfo.InvariantCulture,
                $"{run.Seconds / 3600:F1} hours on {run.Environment.Device} with {run.Environment.Threads} threads ({run.Environment.Date})")]);
        }

        return MarkdownPage.Table(rows);
    }

    private static double PassesOf(RunResult run) =>
        run.Iterations * run.Run["trainer"]!["batchSize"]!.GetValue<double>() / run.Run["data"]!["training"]!.GetValue<double>();

    private static string AccuracyTable(DatasetSplit faces, EvaluationResult single, EvaluationResult mirrored)
    {
        long all = single.Confusion.Total;
        int unseen = UnseenFaces.Count(faces);
        return MarkdownPage.Table(
            ["", "faces", "accuracy", "macro F1", "loss"],
            Row("single view", single),
            Row("averaged with the mirror image", mirrored),
            [
                $"single view, without the faces whose pixels also stand in Training ({Count(all - unseen)})", Count(unseen),
                UnseenFaces.Accuracy(faces, single) is { } accuracy ? TrainingView.Percent(accuracy) : "-", "", "",
            ]);

        string[] Row(string name, EvaluationResult result) =>
        [
            name, Count(all), TrainingView.Percent(result.Accuracy), TrainingView.Percent(result.MacroF1),
            result.Loss.ToString("F4", CultureInfo.InvariantCulture),
        ];
    }

    private static string ClassTable(FaceDataset training, EvaluationResult result)
    {
        int[] trained = training.CountByLabel();
        int[] classes = [.. Enumerable.Range(0, result.Labels.Count)];
        ConfusionMatrix confusion = result.Confusion;
        return MarkdownPage.Table(
        [
            ["class", "faces in Training", "here", "precision (right of so said)", "recall (right of so labelled)", "F1"],
            .. classes.Select(label => new[]
            {
                result.Labels[label], Count(trained[label]), Count(Actual(label)), Share(confusion[label, label], classes.Sum(actual => confusion[actual, label])),
                Share(confusion[label, label], Actual(label)), TrainingView.Percent(confusion.F1(label)),
            }),
        ]);

        long Actual(int label) => classes.Sum(predicted => confusion[label, predicted]);
    }

    private static string Share(long part, long whole) =>
        whole == 0 ? "0 of 0" : $"{TrainingView.Percent((double)part / whole)} ({Count(part)} of {Count(whole)})";

    private static string ConfusionTable(EvaluationResult result)
    {
        int[] classes = [.. Enumerable.Range(0, result.Labels.Count)];
        return MarkdownPage.Table(
        [
            ["", .. result.Labels.Names],
            .. classes.Select(actual => (string[])[result.Labels[actual], .. classes.Select(predicted => Count(result.Confusion[actual, predicted]))]),
        ]);
    }

    private static string CalibrationTable(HeldCalibration calibration) => MarkdownPage.Table(
    [
        ["scaling", "accuracy", "likelihood loss", "Brier", "calibration error, equal width", "equal mass", "right of the surest 80 %"],
        .. calibration.All.Select(scaling => new[]
        {
            scaling.Name, TrainingView.Percent(scaling.Report.Accuracy), Number(scaling.Report.NegativeLogLikelihood), Number(scaling.Report.Brier),
            Number(scaling.Report.ExpectedCalibrationError), Number(scaling.Report.EqualMassCalibrationError),
            TrainingView.Percent(scaling.Report.RiskCoverage.AccuracyAt(0.8)),
        }),
    ]);

    private static string DrawnTable(EvaluationResult result)
    {
        int[] classes = [.. Enumerable.Range(0, result.Labels.Count)];
        ConfusionMatrix confusion = result.Confusion;
        return MarkdownPage.Table(
        [
            ["drawn", "faces", "so said", "said most often"],
            .. classes.Where(label => Actual(label) > 0).Select(label =>
            {
                int most = classes.MaxBy(predicted => confusion[label, predicted]);
                return new[]
                {
                    result.Labels[label], Count(Actual(label)), TrainingView.Percent(confusion.Recall(label)),
                    $"{result.Labels[most]} ({Count(confusion[label, most])})",
                };
            }),
            ["all", Count(confusion.Total), TrainingView.Percent(confusion.Accuracy), ""],
        ]);

        long Actual(int label) => classes.Sum(predicted => confusion[label, predicted]);
    }

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("F4", CultureInfo.InvariantCulture);
}
