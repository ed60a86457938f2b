namespace FacialAttention;

/// <summary>The networks that come with the packages. They are as good and as biased as the photographs and labels that they learned from.</summary>
public enum PretrainedNetwork
{
    /// <summary>
    /// Eight classes (<see cref="ExpressionLabels.FerPlus"/>): learned from the votes that FER+ has of the photographs of FER2013, its
    /// probabilities calibrated, with thresholds for <see cref="RecognitionOptions.Coverage"/>. 1.6 million weights, both attention layers.
    /// </summary>
    CompactFerPlus,

    /// <summary>
    /// Seven classes (<see cref="ExpressionLabels.Fer2013"/>): the same architecture, learned from the labels of FER2013 itself, to compare with
    /// other networks that did; in applications the eight classes of <see cref="CompactFerPlus"/> are the better judged ones.
    /// </summary>
    CompactFer2013,
}
