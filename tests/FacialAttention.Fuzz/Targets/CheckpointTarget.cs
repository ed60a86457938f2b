using FacialAttention.Fuzz.Mutations;
using FacialAttention.Tests.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Fuzz.Targets;

/// <summary><see cref="Checkpoint"/>: networks, weights and provenance; what loads must also compute.</summary>
internal sealed class CheckpointTarget : Target
{
    private static readonly NetworkVariant[] Variants = Enum.GetValues<NetworkVariant>();

    private readonly byte[][] _valid;
    private readonly ExpressionNetwork[] _networks;
    private NetworkVariant _variant;

    public CheckpointTarget()
    {
        set_num_threads(1);
        _networks = Array.ConvertAll(Variants, variant => TinyNetworks.Create(variant));
        _valid = Array.ConvertAll(_networks, Save);
    }

    public override string Name => "checkpoint";

    public override string Extension => ".safetensors";

    public override IReadOnlyList<Type> Documented { get; } =
        [typeof(FileNotFoundException), typeof(IOException), typeof(InvalidDataException)];

    public override void Write(string path, Dice dice)
    {
        _variant = dice.Pick(Variants);
        byte[] valid = dice.OneIn(5) ? Age(_valid[(int)_variant]) : _valid[(int)_variant];
        File.WriteAllBytes(path, SafetensorsMutations.Mutate(dice, valid, dice.Pick(_valid)));
    }

    public override void Read(string path, Dice dice)
    {
        switch (dice.Below(6))
        {
            case 0:
                _ = Checkpoint.ReadProvenance(path);
                break;
            case 1:
                LoadWeights(path);
                break;
            case 2:
                Compute(Checkpoint.Load(path, ExpressionLabels.Fer2013, seed: dice.Below(100)));
                break;
            default:
                Compute(Checkpoint.Load(path));
                break;
        }
    }

    public override void Dispose()
    {
        foreach (ExpressionNetwork network in _networks)
        {
            network.Dispose();
        }
    }

    private void LoadWeights(string path)
    {
        ExpressionNetwork network = _networks[(int)_variant];
        string before = WeightSum.Of(network);
        try
        {
            _ = Checkpoint.LoadWeights(path, network);
        }
        catch (Exception exception)
        {
            throw WeightSum.Of(network) == before ? exception : new BrokenPromiseException("Weights were changed on a failure.", exception);
        }
    }

    private static void Compute(ExpressionNetwork network)
    {
        using (network)
        using (var scope = NewDisposeScope())
        using (no_grad())
        {
            long[] shape = network.call(zeros(1, 1, network.Options.ImageHeight, network.Options.ImageWidth)).shape;
            if (!shape.SequenceEqual([1, network.Options.Labels.Count]))
            {
                throw new BrokenPromiseException($"The network's answer is of shape [{string.Join(", ", shape)}].");
            }
        }
    }

    private static byte[] Save(ExpressionNetwork network)
    {
        using var folder = new TemporaryFolder();
        Checkpoint.Save(folder.File("valid"), network, new Dictionary<string, string> { ["data"] = "drawn", ["seed"] = "1" });
        return File.ReadAllBytes(folder.File("valid"));
    }

    /// <summary>The checkpoint as version 2 had it.</summary>
    private static byte[] Age(byte[] checkpoint)
    {
        var parts = SafetensorsParts.Of(checkpoint);
        parts.Header = parts.Header
            .Replace("\"formatVersion\":\"3\"", "\"formatVersion\":\"2\"", StringComparison.Ordinal)
            .Replace(
                "\\\"color\\\":\\\"gray\\\",\\\"range\\\":[0,1],\\\"insideNetwork\\\":{\\\"crop\\\":null,",
                "\\\"cropHeight\\\":null,\\\"cropWidth\\\":null,",
                StringComparison.Ordinal)
            .Replace("}}\"", "}\"", StringComparison.Ordinal);
        return parts.Join();
    }
}
