using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>Tensors as they stand in a safetensors file, bit for bit.</summary>
internal static class TensorBytes
{
    /// <summary>The bytes of a tensor, wherever it is, under the given name.</summary>
    public static SafetensorsTensor Of(string name, Tensor value)
    {
        using var scope = NewDisposeScope();
        return new SafetensorsTensor(name, DtypeOf(value.dtype), value.shape, value.detach().cpu().contiguous().bytes.ToArray());
    }

    /// <summary>A tensor on the CPU with the bytes of a file's tensor, whose type is that one; the caller owns it.</summary>
    public static Tensor ToTensor(SafetensorsTensor stored, ScalarType type)
    {
        Tensor value = empty([.. stored.Shape], type);
        stored.Data.Span.CopyTo(value.bytes);
        return value;
    }

    /// <exception cref="NotSupportedException">The format has no such type.</exception>
    public static SafetensorsDtype DtypeOf(ScalarType type) => type switch
    {
        ScalarType.Float64 => SafetensorsDtype.F64,
        ScalarType.Float32 => SafetensorsDtype.F32,
        ScalarType.Float16 => SafetensorsDtype.F16,
        ScalarType.BFloat16 => SafetensorsDtype.BF16,
        ScalarType.Int64 => SafetensorsDtype.I64,
        ScalarType.Int32 => SafetensorsDtype.I32,
        ScalarType.Int16 => SafetensorsDtype.I16,
        ScalarType.Int8 => SafetensorsDtype.I8,
        ScalarType.Byte => SafetensorsDtype.U8,
        ScalarType.Bool => SafetensorsDtype.BOOL,
        _ => throw new NotSupportedException($"A tensor is of dtype {type}; expected one that a .safetensors file can hold."),
    };
}
