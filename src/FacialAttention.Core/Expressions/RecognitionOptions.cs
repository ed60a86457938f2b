namespace FacialAttention;

/// <summary>What a recogniser says of a face beside its probabilities; given when it is created.</summary>
public sealed class RecognitionOptions
{
    /// <summary>
    /// Whether <see cref="ExpressionPrediction.Attention"/> holds the maps of the network's attention layers. Default: false, for an empty
    /// list. A variant without attention has none. An ONNX model has them if it was exported with <c>IncludeAttention</c>.
    /// </summary>
    public bool IncludeAttention { get; set; }

    /// <summary>
    /// The share of faces, more than 0 and at most 1, that are to get an answer: of faces like those that the network was calibrated on, the
    /// rest, of which it is least sure, are <see cref="ExpressionPrediction.IsUncertain"/>. Default: null, no face is. The network's calibration
    /// must hold thresholds (<c>Calibration.Thresholds</c>), and they must reach as far down; otherwise the recogniser is not made.
    /// </summary>
    public double? Coverage { get; set; }
}
