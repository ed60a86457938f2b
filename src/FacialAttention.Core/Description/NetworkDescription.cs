namespace FacialAttention;

/// <summary>
/// What a network says of itself, apart from its weights: enough to build it again, to feed it, and to read its answers. Checkpoints, resume
/// states and ONNX files hold it (docs/architecture.md). Two descriptions are equal when all they say is.
/// </summary>
public sealed record NetworkDescription
{
    /// <summary>What builds such networks: the name of the class, for example <c>ExpressionNetwork</c>.</summary>
    public required string Family { get; init; }

    /// <summary>Which network of the family, for example <c>ACNN-ALSTM</c>.</summary>
    public required string Variant { get; init; }

    /// <summary>The classes, in the order of the logits.</summary>
    public required ExpressionLabels Labels { get; init; }

    /// <summary>How a picture becomes the input of the first layer.</summary>
    public required NetworkPreprocessing Preprocessing { get; init; }

    /// <summary>How logits become probabilities. Default: a temperature of 1, the plain softmax.</summary>
    public Calibration Calibration { get; init; } = new();

    /// <summary>What else the family builds the network from, a JSON object. Default: an empty one.</summary>
    public string Options { get; init; } = "{}";

    /// <summary>The description as the text entries that files hold.</summary>
    internal Dictionary<string, string> ToMetadata() => DescriptionFormat.Write(this);

    /// <summary>A description from the text entries of a file, each of which is obeyed or refused.</summary>
    /// <param name="metadata">The entries; those of other names are left alone.</param>
    /// <param name="source">The file in messages, as the subject of a sentence.</param>
    /// <exception cref="InvalidDataException">An entry is missing or not as expected; the message names it.</exception>
    internal static NetworkDescription Read(IReadOnlyDictionary<string, string> metadata, string source) =>
        DescriptionFormat.Read(metadata, source);
}
