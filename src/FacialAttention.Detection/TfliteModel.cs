using System.Runtime.InteropServices;

namespace FacialAttention;

/// <summary>
/// What a TensorFlow Lite file (.tflite) holds: tensors and the operators between them, in the order in which they are computed. The numbers of fields
/// are those of TensorFlow's schema.fbs, version 3.
/// </summary>
internal sealed class TfliteModel
{
    private TfliteModel(Tensor[] tensors, Operator[] operators, int[] inputs, int[] outputs) =>
        (Tensors, Operators, Inputs, Outputs) = (tensors, operators, inputs, outputs);

    /// <summary>Types of the values of a tensor by their numbers in the file.</summary>
    public enum ValueType
    {
        Float32 = 0,
        Float16 = 1,
        Int32 = 2,
    }

    public IReadOnlyList<Tensor> Tensors { get; }

    public IReadOnlyList<Operator> Operators { get; }

    /// <summary>Indices of tensors.</summary>
    public IReadOnlyList<int> Inputs { get; }

    /// <summary>Indices of tensors.</summary>
    public IReadOnlyList<int> Outputs { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is none, or damaged; the message is the end of a sentence that starts with the file.</exception>
    public static TfliteModel Read(ReadOnlyMemory<byte> file)
    {
        const int NameAt = 4;
        if (file.Length < NameAt + 4 || !file.Span.Slice(NameAt, 4).SequenceEqual("TFL3"u8))
        {
            throw new InvalidDataException("it is no TensorFlow Lite file of version 3, which has TFL3 at its fifth byte");
        }

        var root = FlatTable.Root(file);
        FlatTable[] graphs = root.Tables(2);
        if (graphs.Length != 1)
        {
            throw new InvalidDataException($"it has {graphs.Length} graphs; expected one");
        }

        FlatTable[] buffers = root.Tables(4);
        Tensor[] tensors = [.. graphs[0].Tables(0).Select(table => ReadTensor(table, buffers))];
        FlatTable[] codes = root.Tables(1);
        Operator[] operators = [.. graphs[0].Tables(3).Select(table => ReadOperator(table, codes, tensors.Length))];
        return new TfliteModel(
            tensors, operators, Indices(graphs[0].Ints(1), tensors.Length), Indices(graphs[0].Ints(2), tensors.Length));
    }

    private static Tensor ReadTensor(FlatTable table, FlatTable[] buffers)
    {
        int[] shape = table.Ints(0);
        if (shape.Any(length => length < 1)
            || shape.Aggregate(1L, (product, length) => Math.Min(product * length, int.MaxValue)) == int.MaxValue)
        {
            throw new InvalidDataException($"a tensor has the shape [{string.Join(", ", shape)}]");
        }

        int buffer = table.Int(2);
        return buffer >= 0 && buffer < buffers.Length
            ? new Tensor(shape, (ValueType)table.Byte(1), buffers[buffer].Bytes(0))
            : throw new InvalidDataException($"a tensor is in buffer {buffer} of {buffers.Length}");
    }

    private static Operator ReadOperator(FlatTable table, FlatTable[] codes, int tensors)
    {
        int code = table.Int(0);
        if (code < 0 || code >= codes.Length)
        {
            throw new InvalidDataException($"an operator has code {code} of {codes.Length}");
        }

        // Files from before there were more than 127 operators have the number in one byte.
        var kind = (TfliteOperator)Math.Max((sbyte)codes[code].Byte(0), codes[code].Int(3));
        return new Operator(kind, Indices(table.Ints(1), tensors, least: -1), Indices(table.Ints(2), tensors), table.Table(4));
    }

    /// <param name="indices">Of tensors.</param>
    /// <param name="tensors">How many there are.</param>
    /// <param name="least">-1 where a tensor may be left out.</param>
    private static int[] Indices(int[] indices, int tensors, int least = 0) => Array.TrueForAll(indices, i => i >= least && i < tensors)
        ? indices
        : throw new InvalidDataException($"tensors [{string.Join(", ", indices)}] are named, and there are {tensors}");

    /// <summary>A tensor, and its values if the file holds them.</summary>
    /// <param name="Shape">The length of each axis; pictures are [N, H, W, C].</param>
    /// <param name="Type">Of the values.</param>
    /// <param name="Bytes">The values; none if they are computed.</param>
    public sealed record Tensor(int[] Shape, ValueType Type, ReadOnlyMemory<byte> Bytes)
    {
        /// <summary>Values of floating point that the file holds, as bytes, of single or half precision.</summary>
        /// <exception cref="InvalidDataException">It holds none, of another type or another number.</exception>
        public ReadOnlySpan<byte> ReadFloats(int count) =>
            Read(count, Type == ValueType.Float16 ? ValueType.Float16 : ValueType.Float32);

        /// <summary>Whole numbers that the file holds.</summary>
        /// <exception cref="InvalidDataException">It holds none, of another type or another number.</exception>
        public int[] ReadInts(int count) => MemoryMarshal.Cast<byte, int>(Read(count, ValueType.Int32)).ToArray();

        private ReadOnlySpan<byte> Read(int count, ValueType type) =>
            Type == type && Bytes.Length == (long)count * (type == ValueType.Float16 ? 2 : 4)
                ? Bytes.Span
                : throw new InvalidDataException(
                    $"a tensor of shape [{string.Join(", ", Shape)}] has {Bytes.Length} bytes of type {Type}; expected {count} values of {type} "
                    + "that are not computed");
    }

    /// <summary>An operator.</summary>
    /// <param name="Kind">What it computes.</param>
    /// <param name="Inputs">Indices of tensors; -1 for one that is left out.</param>
    /// <param name="Outputs">Indices of tensors.</param>
    /// <param name="Options">Its options, whose fields are the kind's; null if it has none.</param>
    public sealed record Operator(TfliteOperator Kind, int[] Inputs, int[] Outputs, FlatTable? Options);
}
