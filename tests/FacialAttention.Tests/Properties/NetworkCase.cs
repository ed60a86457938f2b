using System.Text.Json;
using FacialAttention.Tests.Torch;
using FsCheck;
using FsCheck.Fluent;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Properties;

/// <summary>Any of the five networks with any valid options, and weights that are no longer those it began with.</summary>
public sealed record NetworkCase(NetworkVariant Variant, ExpressionNetworkOptions Options, int Seed)
{
    public static Arbitrary<NetworkCase> Any() =>
        (from variant in Some.Member<NetworkVariant>()
         from options in Some.NetworkOptions
         from seed in Some.Seed
         select new NetworkCase(variant, options, seed)).ToArbitrary();

    public ExpressionNetwork Create()
    {
        var network = new ExpressionNetwork(Variant, Options);
        Numbers.Randomise(network, Seed % 1000);
        return network;
    }

    public Tensor Images(int count, int seed = 1) =>
        Numbers.RandomImages(seed, ScalarType.Float32, count, 1, Options.ImageHeight, Options.ImageWidth);

    public override string ToString() => $"{Variant.PaperName} {JsonSerializer.Serialize(Options)}, seed {Seed}";
}
