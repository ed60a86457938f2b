namespace FacialAttention;

/// <summary>What a recogniser says of a face beside its probabilities; given when it is created.</summary>
public sealed class RecognitionOptions
{
    /// <summary>
    /// Whether <see cref="ExpressionPrediction.Attention"/> holds the maps of the network's attention layers. Default: false, for an empty
    /// list. A variant without attention has none. An ONNX model has them if it was exported with <c>IncludeAttention</c>.
    /// </summary>
    public bool IncludeAttention { get; set; }
}
