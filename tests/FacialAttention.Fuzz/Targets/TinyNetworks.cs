namespace FacialAttention.Fuzz.Targets;

/// <summary>Networks that are built and computed in no time.</summary>
internal static class TinyNetworks
{
    public const int Height = 16;
    public const int Width = 20;

    public static ExpressionLabels Labels { get; } = new("calm", "tense", "other");

    public static ExpressionNetwork Create(NetworkVariant variant, int seed = 1) => new(variant, new ExpressionNetworkOptions
    {
        Labels = Labels,
        ImageHeight = Height,
        ImageWidth = Width,
        BackboneStages = [new(1, 2, Pool: true), new(3, 2, Pool: true, Convolutions: 2, Shortcut: true, SqueezeExcitationReduction: 2)],
        LstmHiddenSize = 3,
        LstmLayers = 1,
        CnnHiddenSize = 3,
        Seed = seed,
    });
}
