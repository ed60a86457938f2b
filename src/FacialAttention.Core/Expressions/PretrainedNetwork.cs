namespace FacialAttention;

/// <summary>The networks that come with the packages. They are as good and as biased as the photographs and labels that they learned from.</summary>
public enum PretrainedNetwork
{
    /// <summary>
    /// Eight classes (<see cref="ExpressionLabels.FerPlus"/>): learned from the votes that FER+ has of the photographs of FER2013, its
    /// probabilities calibrated, with thresholds for <see cref="RecognitionOptions.Coverage"/>. 1.6 million weights, both attention layers.
    /// </summary>
    CompactFerPlus,
}
