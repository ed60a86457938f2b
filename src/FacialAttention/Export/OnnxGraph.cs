using System.Runtime.InteropServices;
using FacialAttention.OnnxFormat;
using Google.Protobuf;

namespace FacialAttention;

/// <summary>
/// An ONNX graph that grows node by node. Values are known by their names; what a method returns is the name of its result.
/// </summary>
/// <param name="name">The graph's name.</param>
/// <param name="halfPrecision">Whether <see cref="Weights"/> are kept as Float16.</param>
internal sealed class OnnxGraph(string name, bool halfPrecision)
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

    /// <summary>A matrix or kernels: Float32 for the graph, whatever the file keeps.</summary>
    /// <exception cref="ArgumentException">A weight is too large for half precision.</exception>
    public string Weights(string name, float[] values, params long[] shape)
    {
        if (!halfPrecision)
        {
            return Constant(name, values, shape);
        }

        Half[] rounded = Array.ConvertAll(values, value => (Half)value);
        HalfPrecision.Check(name, Array.TrueForAll(rounded, Half.IsFinite));
        string stored = Constant($"{name}.half", TensorProto.Types.DataType.Float16, MemoryMarshal.AsBytes(rounded.AsSpan()), shape);
        return Add("Cast", name, [stored], Attribute("to", (long)TensorProto.Types.DataType.Float));
    }

    /// <summary>An input of any number of faces that may be left out: all faces then have these numbers.</summary>
    public string DefaultInput(string name, float[] ofOneFace, int rows, int columns)
    {
        ValueInfoProto input = Describe(name, null, rows, columns);
        input.Type.TensorType.Shape.Dim[0].DimParam = $"{name}_batch"; // one, or that of the faces
        Proto.Input.Add(input);
        return Constant(name, ofOneFace, 1, rows, columns);
    }

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
