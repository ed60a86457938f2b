namespace FacialAttention;

/// <summary>What <see cref="OnnxExporter"/> adds to a network.</summary>
public sealed class OnnxExportOptions
{
    /// <summary>
    /// Whether the model also has the outputs <c>local_attention</c> and <c>global_attention</c>, [N, T] each, rows that sum to 1, as far
    /// as the variant has these layers, and their grid in its metadata, for <see cref="RecognitionOptions.IncludeAttention"/>. Default:
    /// false. Without effect on variants without attention.
    /// </summary>
    public bool IncludeAttention { get; set; }
}
