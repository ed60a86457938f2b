using System.Text.Json;
using FacialAttention;
using Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace Train;

/// <summary><c>evaluate</c>.</summary>
internal static class EvaluateRun
{
    private static readonly JsonSerializerOptions OneLine = new(JsonFile.Json) { WriteIndented = false };

    public static void Run(EvaluateSettings settings, CancellationToken cancellationToken)
    {
        NativeTorch.EnsureLoaded();
        set_num_threads(settings.Threads);
        DeviceSelection device = DeviceSelector.Select(settings.Device, settings.CudaIndex);
        using ExpressionNetwork network = Checkpoint.Load(settings.CheckpointPath, device.Device);
        FaceDataset faces = ReadFaces(settings, network.Options, cancellationToken);
        using nn.Module<Tensor, Tensor> measured = settings.IsUncalibrated ? network : new CalibratedAnswers(network);
        EvaluationResult result = Evaluator.Evaluate(
            measured, faces, averageMirrored: settings.AveragesMirrored, cancellationToken: cancellationToken);
        if (settings.IsJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(SplitMetrics.Of(result), OneLine));
            return;
        }

        Console.WriteLine($"Device {device}");
        if (!settings.IsUncalibrated && network.Calibration.Classes.Count > 0)
        {
            Console.WriteLine("Answers are calibrated by class, as those of a recogniser; --uncalibrated measures the network as trained");
        }

        MetricTables.Print(result);
    }

    /// <summary>The faces to measure a network on, with its labels.</summary>
    public static FaceDataset ReadFaces(EvaluateSettings settings, ExpressionNetworkOptions options, CancellationToken cancellationToken)
    {
        var size = new ImageSize(options.ImageHeight, options.ImageWidth);
        return WithLabelsOf(options.Labels, settings.Data.ReadPart(settings.Part, size, cancellationToken), settings.CheckpointPath, settings.Data);
    }

    /// <summary>The faces with the labels of the network, found by their names in any order and case.</summary>
    public static FaceDataset WithLabelsOf(ExpressionLabels labels, FaceDataset faces, string checkpointPath, FaceSource data)
    {
        bool isFerPlus = labels.Equals(ExpressionLabels.FerPlus);
        if (isFerPlus && data is { VotesPath: null, Labels: null, IsFolder: false })
        {
            throw new ArgumentException(
                $"'{checkpointPath}' has the eight classes of FER+ and '{data.Path}' the labels of FER2013, which mean other things by the "
                + "same names; expected --ferplus fer2013new.csv, or --labels Fer2013 to compare with these all the same.");
        }

        string[] missing = [.. faces.Labels.Names.Where(name => labels.IndexOf(name) < 0)];
        string remedy = data.VotesPath is null ? "" : " Without --ferplus the labels are the seven of FER2013.";
        return missing.Length == 0
            ? faces.WithLabels(labels)
            : throw new ArgumentException(
                $"'{checkpointPath}' knows no {string.Join(", ", missing.Take(20))}, which '{data.VotesPath ?? data.Path}' has; "
                + $"expected names among {string.Join(", ", labels.Names.Take(20))}, in any order.{remedy}");
    }
}
