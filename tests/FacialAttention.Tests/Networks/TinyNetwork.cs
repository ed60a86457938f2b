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

    /// <summary>Rows of several convolutions, with squeeze-excitation and shortcuts of both kinds; two pools as well.</summary>
    public static IReadOnlyList<ConvStage> ResidualStages { get; } =
    [
        new(3, 3, Pool: true),
        new(3, 3, Convolutions: 2, Shortcut: true, SqueezeExcitationReduction: 2),
        new(3, 4, Pool: true, Convolutions: 3, Shortcut: true, SqueezeExcitationReduction: 1),
        new(1, 5, Convolutions: 2, Shortcut: true),
        new(3, 4, SqueezeExcitationReduction: 4),
    ];

    public static ExpressionNetwork Create(NetworkVariant variant) => new(variant, Options());
}
