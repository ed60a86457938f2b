using System.Text.Json;
using FacialAttention;
using Samples;
using TorchSharp;

namespace Train;

/// <summary><c>evaluate</c>.</summary>
internal static class EvaluateRun
{
    private static readonly JsonSerializerOptions OneLine = new(JsonFile.Json) { WriteIndented = false };

    public static void Run(EvaluateSettings settings, CancellationToken cancellationToken)
    {
        NativeTorch.EnsureLoaded();
        torch.set_num_threads(settings.Threads);
        DeviceSelection device = DeviceSelector.Select(settings.Device, settings.CudaIndex);
        using ExpressionNetwork network = Checkpoint.Load(settings.CheckpointPath, device.Device);
        ExpressionNetworkOptions options = network.Options;
        FaceDataset faces = settings.Data.ReadPart(settings.Part, options.ImageWidth, options.ImageHeight, cancellationToken);
        if (!faces.Labels.Equals(options.Labels))
        {
            throw new ArgumentException(
                $"The labels of '{settings.CheckpointPath}' are {NamesOf(options.Labels)}; those of '{settings.Data.Path}' are "
                + $"{NamesOf(faces.Labels)}. Expected the same in the same order.");
        }

        EvaluationResult result = Evaluator.Evaluate(
            network, faces, averageMirrored: settings.AveragesMirrored, cancellationToken: cancellationToken);
        if (settings.IsJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(SplitMetrics.Of(result), OneLine));
            return;
        }

        Console.WriteLine($"Device {device}");
        MetricTables.Print(result);
    }

    private static string NamesOf(ExpressionLabels labels) => string.Join(", ", labels.Names);
}
