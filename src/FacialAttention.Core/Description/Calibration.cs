namespace FacialAttention;

/// <summary>
/// How the logits of a network become probabilities. It is fitted on validation data after the training and travels with the weights.
/// </summary>
public sealed record Calibration
{
    /// <summary>The lowest <see cref="Temperature"/>.</summary>
    public const double MinTemperature = 0.01;

    /// <summary>The highest <see cref="Temperature"/>.</summary>
    public const double MaxTemperature = 100;

    /// <summary>
    /// What the logits are divided by before the softmax: 0.01 to 100, default 1 for the plain softmax. Above 1 probabilities are less
    /// extreme (Guo et al., 2017). The order of the classes stays.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public double Temperature
    {
        get;
        init => field = Require.InRange(value, MinTemperature, MaxTemperature, nameof(Temperature));
    } = 1;
}
