namespace Train;

/// <summary>What <c>export</c> was asked for.</summary>
/// <param name="CheckpointPath">The trained network.</param>
/// <param name="OutputPath">The new .onnx file.</param>
/// <param name="Temperature">What the logits are divided by before the softmax; null for what the checkpoint says.</param>
/// <param name="IncludesAttention">Whether the file also gives the attention over places.</param>
internal sealed record ExportSettings(string CheckpointPath, string OutputPath, double? Temperature, bool IncludesAttention);
