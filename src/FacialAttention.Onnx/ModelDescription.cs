using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace FacialAttention;

/// <summary>
/// What an exported network says of itself in <c>metadata_props</c>, compared with its input and output. Only what this library's exporter
/// wrote passes.
/// </summary>
/// <param name="Labels">The classes.</param>
/// <param name="Height">H of the input.</param>
/// <param name="Width">W of the input.</param>
internal sealed record ModelDescription(ExpressionLabels Labels, int Height, int Width)
{
    public const string InputName = "images";
    public const string OutputName = "probabilities";

    private const int FormatVersion = 1;

    /// <param name="session">The loaded model.</param>
    /// <param name="source">The model in messages, as the subject of a sentence.</param>
    /// <exception cref="InvalidDataException">Something is missing or does not fit; the message says what.</exception>
    public static ModelDescription Read(InferenceSession session, string source)
    {
        IReadOnlyDictionary<string, string> metadata = session.ModelMetadata.CustomMetadataMap;
        CheckVersion(Find(metadata, "formatVersion", source), source);
        ExpressionLabels labels = ReadLabels(Find(metadata, "labels", source), source);
        (int height, int width) = ReadSize(Find(metadata, "preprocessing", source), source);
        if (session.InputMetadata.Count != 1)
        {
            throw Fault(source, $"has the inputs {string.Join(", ", session.InputMetadata.Keys)}; expected '{InputName}' alone");
        }

        CheckValue(session.InputMetadata, InputName, "input", [-1, 1, height, width], source);
        CheckValue(session.OutputMetadata, OutputName, "output", [-1, labels.Count], source);
        return new ModelDescription(labels, height, width);
    }

    private static string Find(IReadOnlyDictionary<string, string> metadata, string key, string source) =>
        metadata.GetValueOrDefault(key)
        ?? throw Fault(source, $"has no '{key}' in its metadata; expected an ONNX model that FacialAttention exported");

    private static void CheckVersion(string text, string source)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int version) || version < 1)
        {
            throw Fault(source, $"has a formatVersion that is no number; expected 1 to {FormatVersion}");
        }

        if (version > FormatVersion)
        {
            throw Fault(source, $"has formatVersion {version}, of a newer FacialAttention; expected at most {FormatVersion}");
        }
    }

    private static ExpressionLabels ReadLabels(string text, string source)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            return new ExpressionLabels(json.RootElement.EnumerateArray().Select(name => name.GetString()!));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            throw Fault(source, "has labels in its metadata that are no JSON array of 2 to 256 different names", exception);
        }
    }

    private static (int Height, int Width) ReadSize(string text, string source)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            return (json.RootElement.GetProperty("height").GetInt32(), json.RootElement.GetProperty("width").GetInt32());
        }
        catch (Exception exception)
            when (exception is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw Fault(source, "has preprocessing in its metadata without a whole 'height' and 'width'", exception);
        }
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

    private static InvalidDataException Fault(string source, string text, Exception? cause = null) => new($"{source} {text}.", cause);
}
