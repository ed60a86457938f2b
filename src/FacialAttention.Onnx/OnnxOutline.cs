namespace FacialAttention;

/// <summary>
/// What an .onnx file is made of, read before ONNX Runtime sees it: a graph of another maker may compute without end, or read other files.
/// </summary>
/// <remarks>Field numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.</remarks>
internal sealed class OnnxOutline
{
    /// <summary>What the exporter writes. Files with these two are of no newer format than ONNX Runtime knows.</summary>
    private const long ExportedIntermediateRepresentation = 8, ExportedOperatorSet = 17;

    private const int MaxNodes = 100_000;

    private readonly List<OnnxNode> _nodes = [];
    private readonly List<OnnxTensor> _weights = [];

    private OnnxOutline()
    {
    }

    public long IntermediateRepresentation { get; private set; }

    /// <summary>The version of ONNX's own operators.</summary>
    public long OperatorSet { get; private set; }

    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>What the exporter never writes, as the rest of a sentence about the file; null for nothing.</summary>
    public string? Foreign { get; private set; }

    /// <summary>Whether a runtime that is too old is a likely reason for not loading it.</summary>
    public bool IsNewerThanExported => IntermediateRepresentation > ExportedIntermediateRepresentation || OperatorSet > ExportedOperatorSet;

    /// <summary>What the graph does otherwise than the exporter has it for this size, as <see cref="Foreign"/>; null for nothing.</summary>
    public string? FindForeignShape(ImageSize size) => OnnxShapes.FindFault(size, _weights, _nodes);

    /// <summary>What the graph computes otherwise than its metadata say, as the rest of a sentence about the file; null for nothing.</summary>
    public string? FindContradiction(NetworkDescription description)
    {
        NetworkPreprocessing preprocessing = description.Preprocessing;
        (ImageSize size, ImageSize? crop) = (preprocessing.Size, preprocessing.Crop);
        IReadOnlyList<ClassScaling> classes = description.Calibration.Classes;
        return FindContradiction("temperature", description.Calibration.Temperature)
            ?? FindClassContradiction("class_scales", [.. classes.Select(scaling => (float)scaling.Scale)])
            ?? FindClassContradiction("class_biases", [.. classes.Select(scaling => (float)scaling.Bias)])
            ?? FindContradiction("pixel_mean", preprocessing.PixelMean)
            ?? FindContradiction("pixel_deviation", preprocessing.PixelStandardDeviation)
            ?? FindContradiction("crop.starts", crop is { } inner ? [(size.Height - inner.Height) / 2, (size.Width - inner.Width) / 2] : null);
    }

    private string? FindContradiction(string name, double said)
    {
        float? computed = _weights.Find(weight => weight.Name == name)?.Scalar;
        return computed == (float)said ? null : FormattableString.Invariant(
            $"has the {name} {said} in its metadata, while its graph computes with {(computed is { } number ? number : "none")}");
    }

    private string? FindClassContradiction(string name, float[] said)
    {
        OnnxTensor? weight = _weights.Find(weight => weight.Name == name);
        float[] computed = weight is null ? [] : weight.Floats ?? [float.NaN];
        return computed.SequenceEqual(said) ? null : FormattableString.Invariant(
            $"has the {name} [{string.Join(", ", said)}] in its metadata, while its graph computes with [{string.Join(", ", computed)}]");
    }

    private string? FindContradiction(string name, long[]? said)
    {
        long[]? computed = _weights.Find(weight => weight.Name == name)?.Integers;
        return (computed ?? []).SequenceEqual(said ?? []) ? null : FormattableString.Invariant(
            $"has the crop's corner [{string.Join(", ", said ?? [])}] by its metadata, while its graph cuts at [{string.Join(", ", computed ?? [])}]");
    }

    /// <summary>Whether an .onnx file may begin so: an endless stream of something else is not read.</summary>
    public static bool MayBegin(ReadOnlySpan<byte> start) =>
        start.IsEmpty || (start[0] >> 3, start[0] & 7) is (1 or 5, 0) or (2 or 3 or 4 or 6 or 7 or 8 or 14, 2) or ( >= 16, 0 or 2);

    /// <exception cref="InvalidDataException">The bytes are no .onnx file; the message says where it ends to be one.</exception>
    public static OnnxOutline Read(ReadOnlySpan<byte> file)
    {
        var outline = new OnnxOutline();
        var model = new WireReader(file);
        bool hasGraph = false;
        while (model.Read())
        {
            switch (model.Field)
            {
                case 1:
                    outline.IntermediateRepresentation = (long)model.Number;
                    break;
                case 7:
                    hasGraph = true;
                    outline.ReadGraph(model.Value);
                    break;
                case 8:
                    outline.ReadOperatorSet(model.Value);
                    break;
                case 14:
                    outline.ReadProperty(model.Value);
                    break;
                case 20 or 25:
                    outline.Refuse(model.Field == 20 ? "holds a graph for training" : "holds functions of its own");
                    break;
            }
        }

        return hasGraph ? outline : throw new InvalidDataException("it has no graph");
    }

    private void ReadOperatorSet(ReadOnlySpan<byte> message)
    {
        var set = new WireReader(message);
        (string domain, long version) = ("", 0);
        while (set.Read())
        {
            _ = set.Field switch
            {
                1 => domain = set.Text,
                2 => version = (long)set.Number,
                _ => (object?)null,
            };
        }

        if (IsOwnDomain(domain))
        {
            OperatorSet = version;
        }
        else
        {
            Refuse($"uses operators of the domain {Excerpt.Of(domain)}");
        }
    }

    private void ReadProperty(ReadOnlySpan<byte> message)
    {
        var property = new WireReader(message);
        (string key, string value) = ("", "");
        while (property.Read())
        {
            _ = property.Field switch
            {
                1 => key = property.Text,
                2 => value = property.Text,
                _ => null,
            };
        }

        Metadata[key] = value;
    }

    private void ReadGraph(ReadOnlySpan<byte> message)
    {
        var graph = new WireReader(message);
        while (graph.Read())
        {
            switch (graph.Field)
            {
                case 1 when _nodes.Count == MaxNodes:
                    Refuse(FormattableString.Invariant($"has more than {MaxNodes} operators"));
                    break;
                case 1:
                    ReadNode(graph.Value);
                    break;
                case 5:
                    ReadTensor(graph.Value);
                    break;
                case 15:
                    Refuse("holds sparse weights");
                    break;
            }
        }
    }

    private void ReadNode(ReadOnlySpan<byte> message)
    {
        OnnxNode node = OnnxNode.Read(message);
        _nodes.Add(node);
        if (node.HoldsMore)
        {
            Refuse("has a graph or weights inside an operator");
        }
        else if (!IsOwnDomain(node.Domain) || !OnnxOperators.Known.ContainsKey(node.Type))
        {
            Refuse($"has the operator {Excerpt.Of(IsOwnDomain(node.Domain) ? node.Type : $"{node.Domain}.{node.Type}")}");
        }
    }

    private void ReadTensor(ReadOnlySpan<byte> message)
    {
        OnnxTensor weight = OnnxTensor.Read(message);
        _weights.Add(weight);
        if (weight.IsElsewhere)
        {
            Refuse("keeps weights in other files");
        }
    }

    private void Refuse(string what) => Foreign ??= what;

    private static bool IsOwnDomain(string domain) => domain is "" or "ai.onnx";
}
