using System.Security.Cryptography;
using FacialAttention;
using Microsoft.ML.OnnxRuntime;

namespace VariantTable;

/// <summary>A network to measure.</summary>
/// <param name="Name">What it is called in tables.</param>
/// <param name="Group">What it is compared as.</param>
/// <param name="Seed">That it was trained with, where that is known.</param>
/// <param name="Source">A .safetensors or .onnx file, or the name of one that comes with the package.</param>
internal sealed record TestedNetwork(string Name, string Group, int? Seed, string Source)
{
    private static readonly Dictionary<string, PretrainedNetwork> Pretrained = new()
    {
        ["compact-ferplus"] = PretrainedNetwork.CompactFerPlus,
        ["compact-fer2013"] = PretrainedNetwork.CompactFer2013,
    };

    public static IReadOnlyCollection<string> PretrainedNames => Pretrained.Keys;

    /// <summary>As the option --network gives it: a file or name, or NAME=FILE.</summary>
    public static TestedNetwork Parse(string text)
    {
        int equals = File.Exists(text) ? -1 : text.IndexOf('=', StringComparison.Ordinal);
        string source = text[(equals + 1)..];
        string name = equals > 0 ? text[..equals] : Pretrained.ContainsKey(source) ? source : NameOf(source);
        return new TestedNetwork(name, name, null, source);
    }

    /// <summary>What tells its content from that of others.</summary>
    public string Content => Pretrained.ContainsKey(Source) ? Source : $"sha256 {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Source)))}";

    /// <summary>A recogniser that tells attention where it can, and is uncertain where it can.</summary>
    public (IExpressionRecognizer Recognizer, NetworkDescription Description, bool KnowsDoubt) Open(double coverage, int threads)
    {
        NetworkDescription description;
        using (IExpressionRecognizer plain = Open(new RecognitionOptions(), threads))
        {
            description = DescriptionOf(plain);
        }

        bool knowsDoubt = description.Calibration.Thresholds.Count > 0 && description.Calibration.Thresholds[0].Coverage <= coverage;
        var options = new RecognitionOptions { IncludeAttention = true, Coverage = knowsDoubt ? coverage : null };
        try
        {
            return (Open(options, threads), description, knowsDoubt);
        }
        catch (InvalidDataException) when (!IsCheckpoint)
        {
            options.IncludeAttention = false; // The model was exported without it.
            return (Open(options, threads), description, knowsDoubt);
        }
    }

    private bool IsCheckpoint => Path.GetExtension(Source).Equals(".safetensors", StringComparison.OrdinalIgnoreCase);

    private IExpressionRecognizer Open(RecognitionOptions options, int threads)
    {
        if (IsCheckpoint)
        {
            return TorchExpressionRecognizer.Load(Source, options);
        }

        return Pretrained.TryGetValue(Source, out PretrainedNetwork network)
            ? OnnxExpressionRecognizer.LoadPretrained(network, Configure, options)
            : OnnxExpressionRecognizer.Load(Source, Configure, options);

        void Configure(SessionOptions session) => session.IntraOpNumThreads = threads;
    }

    private static NetworkDescription DescriptionOf(IExpressionRecognizer recognizer) => recognizer switch
    {
        TorchExpressionRecognizer torch => torch.Description,
        OnnxExpressionRecognizer onnx => onnx.Description,
        _ => throw new InvalidOperationException($"Got a {recognizer.GetType().Name}; expected a recogniser on torch or ONNX Runtime."),
    };

    /// <summary>checkpoint.safetensors is called as its folder is.</summary>
    private static string NameOf(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        return name == "checkpoint" && Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))) is { Length: > 0 } folder ? folder : name;
    }
}
