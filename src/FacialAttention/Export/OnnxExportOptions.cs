namespace FacialAttention;

/// <summary>What <see cref="OnnxExporter"/> adds to a network.</summary>
public sealed class OnnxExportOptions
{
    /// <summary>
    /// What the logits are divided by before the softmax that gives <c>probabilities</c>: 0.01 to 100, default 1. Above 1 probabilities are
    /// less extreme. A calibrated value is fitted on validation data (Guo et al., 2017). The order of the classes and <c>logits</c> stay.
    /// </summary>
    [OptionRange(0.01, 100.0)]
    public double Temperature { get; set; } = 1;

    /// <summary>
    /// Whether the model also has the outputs <c>local_attention</c> and <c>global_attention</c>, [N, T] each, rows that sum to 1, as far
    /// as the variant has these layers. Default: false. Without effect on variants without attention.
    /// </summary>
    public bool IncludeAttention { get; set; }
}
