using FacialAttention;

namespace Recognize;

/// <summary>The networks that need no file, by name.</summary>
internal static class Networks
{
    private static readonly Dictionary<string, PretrainedNetwork> ByName = new()
    {
        ["compact-ferplus"] = PretrainedNetwork.CompactFerPlus,
        ["compact-fer2013"] = PretrainedNetwork.CompactFer2013,
    };

    public static IReadOnlyList<string> Names { get; } = [.. ByName.Keys];

    public static OnnxExpressionRecognizer Load(string nameOrFile, RecognitionOptions options) =>
        ByName.TryGetValue(nameOrFile, out PretrainedNetwork network)
            ? OnnxExpressionRecognizer.LoadPretrained(network, options: options)
            : OnnxExpressionRecognizer.Load(nameOrFile, options: options);
}
