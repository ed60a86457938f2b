using System.Collections.Frozen;

namespace FacialAttention;

/// <summary>What the exporter makes graphs of. Nothing else is run: no loops, which may not end, and no code of other makers.</summary>
internal static class OnnxOperators
{
    public static FrozenSet<string> Known { get; } = FrozenSet.Create(
        StringComparer.Ordinal,
        "Add",
        "Conv",
        "Div",
        "Flatten",
        "Gemm",
        "LSTM",
        "MatMul",
        "MaxPool",
        "Mul",
        "ReduceMean",
        "Relu",
        "Reshape",
        "Slice",
        "Softmax",
        "Squeeze",
        "Sub",
        "Tanh",
        "Transpose",
        "Unsqueeze");
}
