namespace FacialAttention;

/// <summary>The loss stopped being a finite number, so training stopped.</summary>
public sealed class TrainingDivergedException : Exception
{
    internal TrainingDivergedException(int iteration, double loss)
        : base(FormattableString.Invariant(
            $"The loss is {loss} at iteration {iteration}; expected a finite number. A lower learning rate may help."))
    {
        Iteration = iteration;
    }

    /// <summary>The iteration whose loss is not finite, counted from 1.</summary>
    public int Iteration { get; }
}
