using System.Globalization;
using FacialAttention;
using Samples;
using Spectre.Console;
using TorchSharp;

namespace Train;

/// <summary>
/// <c>calibrate</c>: fits temperature and vector scaling, keeps the one with the lower likelihood loss on faces that it was not fitted to, and
/// writes it with thresholds into a copy of the checkpoint.
/// </summary>
internal static class CalibrateRun
{
    public static void Run(CalibrateSettings settings, CancellationToken cancellationToken)
    {
        EvaluateSettings measured = settings.Measured;
        foreach (string path in new[] { settings.OutputPath, settings.PicturePath }.OfType<string>().Where(File.Exists))
        {
            throw new IOException($"'{path}' exists; expected a new file.");
        }

        NativeTorch.EnsureLoaded();
        torch.set_num_threads(measured.Threads);
        DeviceSelection device = DeviceSelector.Select(measured.Device, measured.CudaIndex);
        using ExpressionNetwork network = Checkpoint.Load(measured.CheckpointPath, device.Device);
        FaceDataset faces = EvaluateRun.ReadFaces(measured, network.Options, cancellationToken);
        ScoredFaces scored = Evaluator.Evaluate(network, faces, cancellationToken: cancellationToken).ToScoredFaces();
        HeldCalibration held = HeldCalibration.Of(scored, faces);
        network.Calibration = (held.IsVectorBetter ? CalibrationFit.Vector(scored) : CalibrationFit.Temperature(scored)) with
        {
            Thresholds = held.Better.RiskCoverage.ToThresholds(),
        };
        if (settings.PicturePath is { } picture)
        {
            CalibrationPlot.Save(picture, held.AsTrained, held.Better);
        }

        Dictionary<string, string> provenance = new(Checkpoint.ReadProvenance(measured.CheckpointPath))
        {
            ["calibration"] = $"{(held.IsVectorBetter ? "vector" : "temperature")} scaling, fitted to {measured.Data.Name}, {measured.Part}",
        };
        Checkpoint.Save(settings.OutputPath, network, provenance);
        Print(held.All);
        Console.WriteLine($"Kept {provenance["calibration"]}, in {settings.OutputPath}");
    }

    private static void Print(params (string Name, CalibrationReport Report)[] scalings)
    {
        var table = new Table().RoundedBorder();
        table.AddColumn("scaling");
        foreach ((string name, _) in scalings)
        {
            table.AddColumn(name);
        }

        Add("accuracy", report => Percent(report.Accuracy));
        Add("negative log-likelihood", report => Number(report.NegativeLogLikelihood));
        Add("Brier score", report => Number(report.Brier));
        Add("calibration error, equal width", report => Number(report.ExpectedCalibrationError));
        Add("calibration error, equal mass", report => Number(report.EqualMassCalibrationError));
        Add("area under risk-coverage curve", report => Number(report.RiskCoverage.AreaUnderCurve));
        Add("accuracy on the surest 80 %", report => Percent(report.RiskCoverage.AccuracyAt(0.8)));
        AnsiConsole.Write(table);
        Console.WriteLine("Each scaling is measured on faces that it was not fitted to: 5 folds, equal faces together.");

        void Add(string measure, Func<CalibrationReport, string> value) =>
            table.AddRow([measure, .. scalings.Select(scaling => value(scaling.Report))]);
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:F1} %");

    private static string Number(double value) => value.ToString("F4", CultureInfo.InvariantCulture);
}
