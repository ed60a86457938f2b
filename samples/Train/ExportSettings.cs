namespace Train;

/// <summary>What <c>export</c> was asked for.</summary>
/// <param name="CheckpointPath">The trained network.</param>
/// <param name="OutputPath">The new .onnx file, or a new .safetensors file.</param>
/// <param name="Temperature">What the logits are divided by before the softmax; null for what the checkpoint says.</param>
/// <param name="IncludesAttention">Whether an .onnx file also gives the attention over places.</param>
/// <param name="HalfPrecision">Whether matrices and kernels are rounded to half precision.</param>
internal sealed record ExportSettings(string CheckpointPath, string OutputPath, double? Temperature, bool IncludesAttention, bool HalfPrecision);
