namespace FacialAttention;

/// <summary>The element types of safetensors files that this library knows; the names are those in the files.</summary>
internal enum SafetensorsDtype
{
    F64,
    F32,
    F16,
    BF16,
    I64,
    I32,
    I16,
    I8,
    U8,
    BOOL,
}
