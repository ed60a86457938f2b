namespace FacialAttention.Tests.Networks;

/// <summary>Options of a network that computes in no time, on images that are not square.</summary>
internal static class TinyNetwork
{
    public const int Height = 16;
    public const int Width = 24;

    /// <summary>Two pools: 16x24 becomes a map of 4x6.</summary>
    public static ExpressionNetworkOptions Options() => new()
    {
        Labels = new ExpressionLabels("calm", "tense", "other"),
        ImageHeight = Height,
        ImageWidth = Width,
        BackboneStages = [new(1, 2), new(3, 3, Pool: true), new(5, 4, Pool: true)],
        LstmHiddenSize = 5,
        LstmLayers = 2,
        CnnHiddenSize = 6,
    };

    public static ExpressionNetwork Create(NetworkVariant variant) => new(variant, Options());
}
