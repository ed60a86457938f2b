using System.Globalization;
using FacialAttention;

namespace Train;

/// <summary><c>export</c>: a trained network as an .onnx file, which needs no libtorch, with what it says of itself beside it as .json; or as a smaller checkpoint.</summary>
internal static class ExportRun
{
    public static void Run(ExportSettings settings)
    {
        bool isCheckpoint = Path.GetExtension(settings.OutputPath).Equals(".safetensors", StringComparison.OrdinalIgnoreCase);
        string[] outputs = isCheckpoint ? [settings.OutputPath] : [settings.OutputPath, Path.ChangeExtension(settings.OutputPath, ".json")];
        if (Array.Find(outputs, File.Exists) is { } former)
        {
            throw new IOException($"--output: '{former}' exists; expected a new file.");
        }

        using ExpressionNetwork network = Checkpoint.Load(settings.CheckpointPath);
        if (settings.Temperature is { } temperature)
        {
            network.Calibration = new Calibration { Temperature = temperature };
        }

        if (isCheckpoint)
        {
            Checkpoint.Save(settings.OutputPath, network, Checkpoint.ReadProvenance(settings.CheckpointPath), settings.HalfPrecision);
        }
        else
        {
            var options = new OnnxExportOptions
            {
                IncludeAttention = settings.IncludesAttention,
                HalfPrecision = settings.HalfPrecision,
                WriteDescription = true,
            };
            OnnxExporter.Export(settings.OutputPath, network, options);
        }

        double megabytes = new FileInfo(settings.OutputPath).Length / 1e6;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Exported {network.Variant.PaperName} for {string.Join(", ", network.Options.Labels.Names)} to {settings.OutputPath} "
            + $"({megabytes:F1} MB)."));
    }
}
