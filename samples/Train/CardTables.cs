using System.Globalization;
using System.Security.Cryptography;
using FacialAttention;
using Samples;

namespace Train;

/// <summary>The tables of a model card, in markdown.</summary>
internal static class CardTables
{
    public static string Facts(string path, ExpressionNetwork network, RunResult? run)
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

    public static string Accuracy(DatasetSplit faces, EvaluationResult single, EvaluationResult mirrored)
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

    public static string Classes(FaceDataset training, EvaluationResult result)
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

    public static string Confusion(EvaluationResult result)
    {
        int[] classes = [.. Enumerable.Range(0, result.Labels.Count)];
        return MarkdownPage.Table(
        [
            ["", .. result.Labels.Names],
            .. classes.Select(actual => (string[])[result.Labels[actual], .. classes.Select(predicted => Count(result.Confusion[actual, predicted]))]),
        ]);
    }

    public static string Calibration(HeldCalibration calibration) => MarkdownPage.Table(
    [
        ["scaling", "accuracy", "likelihood loss", "Brier", "calibration error, equal width", "equal mass", "right of the surest 80 %"],
        .. calibration.All.Select(scaling => new[]
        {
            scaling.Name, TrainingView.Percent(scaling.Report.Accuracy), Number(scaling.Report.NegativeLogLikelihood), Number(scaling.Report.Brier),
            Number(scaling.Report.ExpectedCalibrationError), Number(scaling.Report.EqualMassCalibrationError),
            TrainingView.Percent(scaling.Report.RiskCoverage.AccuracyAt(0.8)),
        }),
    ]);

    public static string Drawn(EvaluationResult result)
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
