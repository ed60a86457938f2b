using FacialAttention.Tests.Torch;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Networks;

/// <summary>A FERAtt network that computes in no time, on faces that are not square.</summary>
internal static class TinyFerAtt
{
    public const int Height = 20;
    public const int Width = 24;

    /// <summary>Two levels: 20x24 becomes maps of 5x6, and back.</summary>
    public static FerAttNetworkOptions Options(int? embeddingSize = 3) => new()
    {
        Labels = new ExpressionLabels("calm", "tense", "other"),
        ImageHeight = Height,
        ImageWidth = Width,
        EncoderStages = [new(3, 3), new(3, 4, Pool: true), new(3, 5, Pool: true, Convolutions: 2, Shortcut: true)],
        DecoderChannels = [4, 3],
        ResidualBlocks = 1,
        ReconstructionChannels = 3,
        ClassifierChannels = [4, 5],
        ClassifierBlocks = 2,
        EmbeddingSize = embeddingSize,
    };

    public static Tensor Images(int n = 2, ScalarType dtype = ScalarType.Float32) => Numbers.RandomImages(1, dtype, n, 1, Height, Width);
}
