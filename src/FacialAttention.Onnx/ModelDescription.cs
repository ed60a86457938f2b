using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace FacialAttention;

/// <summary>
/// What an exported network says of itself in <c>metadata_props</c>, compared with its input and output. Only what this library's exporter
/// wrote passes.
/// </summary>
/// <param name="Labels">The classes.</param>
/// <param name="Size">H and W of the input.</param>
internal sealed record ModelDescription(ExpressionLabels Labels, ImageSize Size)
{
    /// <summary>The attention layers that predictions show, each an output of the model; none unless asked for.</summary>
    public string[] Attention { get; private init; } = [];

    /// <summary>The grid of their weights.</summary>
    public FeatureGrid Grid { get; private init; }

    /// <param name="session">The loaded model.</param>
    /// <param name="includeAttention">Whether predictions show attention.</param>
    /// <param name="source">The model in messages, as the subject of a sentence.</param>
    /// <exception cref="InvalidDataException">Something is missing or does not fit; the message says what.</exception>
    public static ModelDescription Read(InferenceSession session, bool includeAttention, string source)
    {
        IReadOnlyDictionary<string, string> metadata = session.ModelMetadata.CustomMetadataMap;
        _ = DescriptionFormat.ReadVersion(metadata, source);
        var description = NetworkDescription.Read(metadata, source);
        (ExpressionLabels labels, ImageSize size) = (description.Labels, description.Preprocessing.Size);
        if (session.InputMetadata.Count != 1)
        {
            throw Fault(source, $"has the inputs {string.Join(", ", session.InputMetadata.Keys)}; expected '{OnnxNames.Images}' alone");
        }

        CheckValue(session.InputMetadata, OnnxNames.Images, "input", [-1, 1, size.Height, size.Width], source);
        CheckValue(session.OutputMetadata, OnnxNames.Probabilities, "output", [-1, labels.Count], source);
        var model = new ModelDescription(labels, size);
        return includeAttention ? model.WithAttention(session, source) : model;
    }

    private ModelDescription WithAttention(InferenceSession session, string source)
    {
        string text = session.ModelMetadata.CustomMetadataMap.GetValueOrDefault(FeatureGrid.Key)
            ?? throw Fault(source, "has no attention maps; expected one that was exported with the option IncludeAttention");
        FeatureGrid grid = FeatureGrid.Read(text)
            ?? throw Fault(source, $"has the {FeatureGrid.Key} {Excerpt.Of(text)}; expected height and width, for example '6x6'");
        string[] layers = [.. OnnxNames.Attention.Where(session.OutputMetadata.ContainsKey)];
        foreach (string layer in layers)
        {
            CheckValue(session.OutputMetadata, layer, "output", [-1, grid.Places], source);
        }

        return this with { Attention = layers, Grid = grid };
    }

    private static void CheckValue(
        IReadOnlyDictionary<string, NodeMetadata> values, string name, string kind, int[] expected, string source)
    {
        if (!values.TryGetValue(name, out NodeMetadata? value))
        {
            throw Fault(source, $"has no {kind} '{name}', but {string.Join(", ", values.Keys)}; expected it");
        }

        if (!value.IsTensor || value.ElementType != typeof(float) || !value.Dimensions.AsSpan().SequenceEqual(expected))
        {
            string got = value.IsTensor ? $"{value.ElementType.Name} {Describe(value.Dimensions)}" : $"a {value.OnnxValueType}";
            throw Fault(
                source,
                $"has the {kind} '{name}' of {got}, while labels and preprocessing in its metadata ask for Single {Describe(expected)}");
        }
    }

    private static string Describe(int[] shape) =>
        $"[{string.Join(", ", shape.Select(length => length < 0 ? "N" : length.ToString(CultureInfo.InvariantCulture)))}]";

    private static InvalidDataException Fault(string source, string text) => new($"{source} {text}.");
}
