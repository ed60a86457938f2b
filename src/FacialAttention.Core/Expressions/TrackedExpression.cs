namespace FacialAttention;

/// <summary>What an <see cref="ExpressionTracker"/> says of a face at a time.</summary>
public sealed class TrackedExpression
{
    internal TrackedExpression(TimeSpan time, ExpressionPrediction smoothed, int index, TimeSpan since, bool isSettled)
    {
        (Time, Smoothed, Index, Since, IsSettled) = (time, smoothed, index, since, isSettled);
    }

    /// <summary>The time of the latest prediction.</summary>
    public TimeSpan Time { get; }

    /// <summary>The smoothed probabilities. Their most probable class changes sooner than <see cref="Index"/>.</summary>
    public ExpressionPrediction Smoothed { get; }

    /// <summary>The index of the class to show, which changes only by a margin.</summary>
    public int Index { get; }

    /// <summary>The name of the class to show.</summary>
    public string Label => Smoothed.Labels[Index];

    /// <summary>The expression that the class to show stands for; null when the class has a name of its own.</summary>
    public FacialExpression? Expression => Smoothed.Labels.ExpressionAt(Index);

    /// <summary>The smoothed probability of the class to show.</summary>
    public float Probability => Smoothed.Probabilities[Index];

    /// <summary>Since when this class is the one to show.</summary>
    public TimeSpan Since { get; }

    /// <summary>
    /// Whether predictions have come for a time constant at least, since the first one or the last gap. Before, the label hangs on a few frames.
    /// </summary>
    public bool IsSettled { get; }

    /// <summary>For example "Happy 87.3 %".</summary>
    public override string ToString() => FormattableString.Invariant($"{Label} {100 * Probability:F1} %");
}
