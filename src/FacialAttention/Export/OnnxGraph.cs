using System.Runtime.InteropServices;
using FacialAttention.OnnxFormat;
using Google.Protobuf;

namespace FacialAttention;

/// <summary>
/// An ONNX graph that grows node by node. Values are known by their names; what a method returns is the name of its result.
/// </summary>
internal sealed class OnnxGraph(string name)
{
    public GraphProto Proto { get; } = new() { Name = name };

    /// <summary>An input or output of Float32; null stands for the number of faces.</summary>
    public static ValueInfoProto Describe(string name, params IEnumerable<long?> shape)
    {
        var dimensions = new TensorShapeProto();
        dimensions.Dim.AddRange(shape.Select(length => length is { } value
            ? new TensorShapeProto.Types.Dimension { DimValue = value }
            : new TensorShapeProto.Types.Dimension { DimParam = "batch" }));
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto
            {
                TensorType = new TypeProto.Types.Tensor { ElemType = TensorProto.Types.DataType.Float, Shape = dimensions },
            },
        };
    }

    public static AttributeProto Attribute(string name, long value) =>
        new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    public static AttributeProto Attribute(string name, params long[] values) =>
        new() { Name = name, Ints = { values }, Type = AttributeProto.Types.AttributeType.Ints };

    public static AttributeProto Attribute(string name, string value) =>
        new() { Name = name, S = ByteString.CopyFromUtf8(value), Type = AttributeProto.Types.AttributeType.String };

    /// <summary>A node with one result, which gets the node's name.</summary>
    public string Add(string opType, string name, string[] inputs, params AttributeProto[] attributes)
    {
        Proto.Node.Add(new NodeProto { OpType = opType, Name = name, Input = { inputs }, Output = { name }, Attribute = { attributes } });
        return name;
    }

    public string Constant(string name, float[] values, params long[] shape) =>
        Constant(name, TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes(values.AsSpan()), shape);

    public string Scalar(string name, double value) => Constant(name, [(float)value]);

    public string Integers(string name, params long[] values) =>
        Constant(name, TensorProto.Types.DataType.Int64, MemoryMarshal.AsBytes(values.AsSpan()), [values.Length]);

    private string Constant(string name, TensorProto.Types.DataType type, ReadOnlySpan<byte> littleEndian, long[] shape)
    {
        Proto.Initializer.Add(
            new TensorProto { Name = name, DataType = type, Dims = { shape }, RawData = ByteString.CopyFrom(littleEndian) });
        return name;
    }
}
