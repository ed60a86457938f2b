using System.Runtime.InteropServices;
using System.Text.Json;
using FacialAttention;
using TorchSharp;

namespace VariantTable;

/// <summary>The output folder: checkpoints, and results.json written anew after each row.</summary>
internal sealed class ResultsFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly string _folder;
    private readonly object _dataset;
    private readonly object _protocol;
    private readonly object _environment;

    /// <summary>Makes the folder and sees that it can be written to before hours are spent.</summary>
    public ResultsFile(string folder, Settings settings, DatasetSplit faces, DeviceSelection device)
    {
        _folder = folder;
        _dataset = new
        {
            Name = settings.DataPath is null ? "SyntheticFaces" : "FER2013",
            Split = faces.Description,
            Training = faces.Training.Count,
            Validation = faces.Validation.Count,
            ValidationUnseen = faces.Validation.RowsNotIn(faces.Training).Length,
            Test = faces.Test?.Count,
        };
        _protocol = new
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
        };
        _environment = new
        {
            Date = DateTime.UtcNow.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
            FacialAttention = typeof(ExpressionNetwork).Assembly.GetName().Version!.ToString(3),
            TorchSharp = typeof(torch).Assembly.GetName().Version!.ToString(3),
            Libtorch = torch.__version__,
            DotNet = Environment.Version.ToString(),
            OperatingSystem = RuntimeInformation.OSDescription,
            Architecture = RuntimeInformation.OSArchitecture.ToString(),
            Processors = Environment.ProcessorCount,
            settings.Threads,
            Device = device.Device.ToString(),
        };
        Directory.CreateDirectory(folder);
        using FileStream probe = File.Create(PathOf($".{Path.GetRandomFileName()}"), bufferSize: 1, FileOptions.DeleteOnClose);
    }

    public string PathOf(string fileName) => Path.Combine(_folder, fileName);

    public void Write(IReadOnlyList<Row> rows)
    {
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(
            new { Dataset = _dataset, Protocol = _protocol, Environment = _environment, Rows = rows }, Json);
        string path = PathOf("results.json");
        File.WriteAllBytes(path + ".tmp", content);
        File.Move(path + ".tmp", path, overwrite: true);
    }
}
