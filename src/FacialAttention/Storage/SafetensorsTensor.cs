namespace FacialAttention;

/// <summary>One tensor of a safetensors file: little-endian bytes in row-major order.</summary>
/// <param name="name">The key in the file.</param>
/// <param name="dtype">The element type.</param>
/// <param name="shape">The sizes, none below 0; empty for a scalar.</param>
/// <param name="data">As many bytes as <paramref name="shape"/> and <paramref name="dtype"/> need.</param>
internal sealed class SafetensorsTensor(string name, SafetensorsDtype dtype, long[] shape, ReadOnlyMemory<byte> data)
{
    public string Name { get; } = name;

    public SafetensorsDtype Dtype { get; } = dtype;

    public IReadOnlyList<long> Shape { get; } = shape;

    public ReadOnlyMemory<byte> Data { get; } = data;

    /// <summary>Bytes of one element.</summary>
    public static int SizeOf(SafetensorsDtype dtype) => dtype switch
    {
        SafetensorsDtype.F64 or SafetensorsDtype.I64 => 8,
        SafetensorsDtype.F32 or SafetensorsDtype.I32 => 4,
        SafetensorsDtype.F16 or SafetensorsDtype.BF16 or SafetensorsDtype.I16 => 2,
        _ => 1,
    };

    /// <summary>Bytes that a tensor needs, or null when they are more than a file can have.</summary>
    public static long? SizeOf(SafetensorsDtype dtype, ReadOnlySpan<long> shape)
    {
        Int128 size = SizeOf(dtype);
        foreach (long length in shape)
        {
            size *= length;
            if (size > long.MaxValue)
            {
                return null;
            }
        }

        return (long)size;
    }
}
