namespace FacialAttention;

/// <summary>One class of a prediction.</summary>
/// <param name="Index">Its index in the label set.</param>
/// <param name="Label">Its name.</param>
/// <param name="Probability">Its probability, 0 to 1.</param>
public readonly record struct ExpressionProbability(int Index, string Label, float Probability)
{
    /// <summary>For example "Happy 87.3 %".</summary>
    public override string ToString() => FormattableString.Invariant($"{Label} {100 * Probability:F1} %");
}
