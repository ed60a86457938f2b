namespace FacialAttention;

/// <summary>What <see cref="OnnxExporter"/> adds to a network.</summary>
public sealed class OnnxExportOptions
{
    /// <summary>
    /// Whether the model also has the outputs <c>local_attention</c> and <c>global_attention</c>, <c>patch_gates</c> or <c>attention_mask</c>, [N, T]
    /// each, rows that sum to 1, as far as the network has these layers, and their grid in its metadata, for
    /// <see cref="RecognitionOptions.IncludeAttention"/>. Default: false. Without effect on networks without attention.
    /// </summary>
    public bool IncludeAttention { get; set; }

    /// <summary>
    /// Whether matrices and kernels stand in the file as Float16, which halves it; the graph widens them, so that all is computed in Float32.
    /// Of a network whose weights came from a checkpoint in half precision no number is lost; others are rounded to 11 binary digits.
    /// Default: false.
    /// </summary>
    public bool HalfPrecision { get; set; }

    /// <summary>
    /// Whether the metadata of the model are also written beside it, as one JSON object of the same keys: face.json for face.onnx, where a former file is
    /// replaced. A runtime in a browser does not show metadata, and whoever feeds the model there needs the labels and the size of faces. <c>labels</c>,
    /// <c>preprocessing</c>, <c>calibration</c> and <c>options</c> are JSON in JSON, the other values text (docs/architecture.md). Default: false.
    /// </summary>
    public bool WriteDescription { get; set; }
}
