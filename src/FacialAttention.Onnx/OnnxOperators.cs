using System.Collections.Frozen;

namespace FacialAttention;

/// <summary>What the exporter makes graphs of. Nothing else is run: no loops, which may not end, and no code of other makers.</summary>
internal static class OnnxOperators
{
    /// <summary>The operators, each with the attributes that it is written with.</summary>
    public static FrozenDictionary<string, FrozenSet<string>> Known { get; } = new (string Type, string[] Attributes)[]
    {
        ("Add", []),
        ("AveragePool", ["kernel_shape", "strides"]),
        ("Cast", ["to"]),
        ("Concat", ["axis"]),
        ("Conv", ["kernel_shape", "pads", "group", "strides"]),
        ("Div", []),
        ("Flatten", ["axis"]),
        ("Gemm", ["transB"]),
        ("GlobalAveragePool", []),
        ("LSTM", ["hidden_size", "direction"]),
        ("MatMul", []),
        ("MaxPool", ["kernel_shape", "strides", "pads"]),
        ("Mul", []),
        ("ReduceMean", ["axes", "keepdims"]),
        ("Relu", []),
        ("Reshape", []),
        ("Sigmoid", []),
        ("Slice", []),
        ("Softmax", ["axis"]),
        ("Squeeze", []),
        ("Sub", []),
        ("Tanh", []),
        ("Transpose", ["perm"]),
        ("Unsqueeze", []),
    }.ToFrozenDictionary(known => known.Type, known => known.Attributes.ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal);
}
