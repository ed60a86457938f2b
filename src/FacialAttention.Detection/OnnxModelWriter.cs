using System.Runtime.InteropServices;

namespace FacialAttention;

/// <summary>
/// An ONNX model that grows node by node, and its bytes: https://onnx.ai/onnx/intro/concepts.html, whose fields have the numbers below. It is
/// written by hand, as the models of recognisers are read, so that the package needs no library for protocol buffers.
/// </summary>
internal sealed class OnnxModelWriter
{
    /// <summary>The type of Float32, for attributes that ask for one.</summary>
    public const long Float = 1;

    private const long Int64 = 7, Float16 = 10;
    private const long IntermediateRepresentation = 8, OperatorSet = 17;

    private readonly WireWriter _graph = new();

    public OnnxModelWriter(string name) => _graph.Write(2, name);

    public void AddInput(string name, IEnumerable<long> shape) => _graph.Write(11, Describe(name, shape));

    public void AddOutput(string name, IEnumerable<long> shape) => _graph.Write(12, Describe(name, shape));

    /// <summary>Adds a constant tensor of Float32, of which the bytes are given, and returns its name.</summary>
    public string AddFloats(string name, ReadOnlySpan<byte> values, params ReadOnlySpan<long> shape) =>
        AddConstant(name, Float, values, shape);

    /// <summary>Adds one of Float16.</summary>
    public string AddHalves(string name, ReadOnlySpan<byte> values, params ReadOnlySpan<long> shape) =>
        AddConstant(name, Float16, values, shape);

    /// <summary>Adds a constant row of Int64 and returns its name.</summary>
    public string AddIntegers(string name, params long[] values) =>
        AddConstant(name, Int64, MemoryMarshal.AsBytes(values.AsSpan()), [values.Length]);

    /// <summary>Adds a node with one result and returns its name. Attributes are of type long, long[] or string.</summary>
    public string AddNode(
        string operatorName, IEnumerable<string> inputs, string result, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var node = new WireWriter();
        foreach (string input in inputs)
        {
            node.Write(1, input);
        }

        node.Write(2, result);
        node.Write(3, result);
        node.Write(4, operatorName);
        foreach ((string name, object value) in attributes)
        {
            node.Write(5, Attribute(name, value));
        }

        _graph.Write(1, node);
        return result;
    }

    public byte[] ToArray()
    {
        var model = new WireWriter();
        model.Write(1, IntermediateRepresentation);
        model.Write(2, nameof(FacialAttention));
        model.Write(7, _graph);
        var operators = new WireWriter();
        operators.Write(1, "");
        operators.Write(2, OperatorSet);
        model.Write(8, operators);
        return model.ToArray();
    }

    private static WireWriter Attribute(string name, object value)
    {
        const int IntType = 2, StringType = 3, IntsType = 7;
        var attribute = new WireWriter();
        attribute.Write(1, name);
        switch (value)
        {
            case string text:
                attribute.Write(4, text);
                attribute.Write(20, StringType);
                break;
            case long number:
                attribute.Write(3, number);
                attribute.Write(20, IntType);
                break;
            default:
                foreach (long number in (long[])value)
                {
                    attribute.Write(8, number);
                }

                attribute.Write(20, IntsType);
                break;
        }

        return attribute;
    }

    private static WireWriter Describe(string name, IEnumerable<long> shape)
    {
        var axes = new WireWriter();
        foreach (long length in shape)
        {
            var axis = new WireWriter();
            axis.Write(1, length);
            axes.Write(1, axis);
        }

        var tensor = new WireWriter();
        tensor.Write(1, Float);
        tensor.Write(2, axes);
        var type = new WireWriter();
        type.Write(1, tensor);
        var value = new WireWriter();
        value.Write(1, name);
        value.Write(2, type);
        return value;
    }

    private string AddConstant(string name, long type, ReadOnlySpan<byte> littleEndian, ReadOnlySpan<long> shape)
    {
        var tensor = new WireWriter();
        foreach (long length in shape)
        {
            tensor.Write(1, length);
        }

        tensor.Write(2, type);
        tensor.Write(8, name);
        tensor.Write(9, littleEndian);
        _graph.Write(5, tensor);
        return name;
    }
}
