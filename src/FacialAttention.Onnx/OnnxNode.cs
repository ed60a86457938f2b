namespace FacialAttention;

/// <summary>One operator of an .onnx file: what it is, what it takes and gives, and the whole numbers among its attributes.</summary>
internal sealed class OnnxNode
{
    /// <summary>No value of the exporter has more sides.</summary>
    public const int MaxRank = 5;

    private const int MostNumbers = 2 * MaxRank;

    public string Type { get; private set; } = "";

    public string Domain { get; private set; } = "";

    public List<string> Inputs { get; } = [];

    public List<string> Outputs { get; } = [];

    /// <summary>Attributes of whole numbers, one or several.</summary>
    public Dictionary<string, List<long>> Numbers { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether an attribute is a graph or weights.</summary>
    public bool HoldsMore { get; private set; }

    public static OnnxNode Read(ReadOnlySpan<byte> message)
    {
        var node = new OnnxNode();
        var fields = new WireReader(message);
        while (fields.Read())
        {
            switch (fields.Field)
            {
                case 1:
                    node.Inputs.Add(fields.Text);
                    break;
                case 2:
                    node.Outputs.Add(fields.Text);
                    break;
                case 4:
                    node.Type = fields.Text;
                    break;
                case 5:
                    node.ReadAttribute(fields.Value);
                    break;
                case 7:
                    node.Domain = fields.Text;
                    break;
            }
        }

        return node;
    }

    /// <summary>The numbers of an attribute, or those that count without it.</summary>
    public IReadOnlyList<long> NumbersOf(string attribute, params long[] otherwise) => Numbers.GetValueOrDefault(attribute) ?? [.. otherwise];

    private void ReadAttribute(ReadOnlySpan<byte> message)
    {
        var fields = new WireReader(message);
        string name = "";
        var numbers = new List<long>();
        while (fields.Read())
        {
            switch (fields.Field)
            {
                case 1:
                    name = fields.Text;
                    break;
                case 3 or 8: // a whole number, or several
                    fields.AddNumbersTo(numbers, MostNumbers + 1);
                    break;
                case 5 or 6 or 10 or 11 or 22 or 23: // a tensor or a graph, or several
                    HoldsMore = true;
                    break;
            }
        }

        if (!Numbers.TryAdd(name, numbers))
        {
            Numbers[name].AddRange(numbers); // Given twice, it is of a length that no attribute has.
        }
    }
}
