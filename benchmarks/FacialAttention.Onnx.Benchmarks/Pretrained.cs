using Microsoft.ML.OnnxRuntime;

namespace FacialAttention.Onnx.Benchmarks;

/// <summary>The network of a file, or without one that of the package, and drawn faces for it.</summary>
internal static class Pretrained
{
    public static OnnxExpressionRecognizer Load(string? modelPath, Action<SessionOptions> configure) => modelPath is null
        ? OnnxExpressionRecognizer.LoadPretrained(configureSession: configure)
        : OnnxExpressionRecognizer.Load(modelPath, configure);

    public static FaceImage Face(int number) => SyntheticFaces.Draw((FacialExpression)(number % 7), identity: number, variation: 1);
}
