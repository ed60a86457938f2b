namespace FacialAttention;

/// <summary>How an <see cref="ExpressionTracker"/> smooths.</summary>
public sealed record ExpressionTrackerOptions
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromHours(1);

    /// <summary>
    /// How long the past counts: 1 ms to 1 h, default 0.4 s. What was seen so long ago has e times less weight than what is seen now: a change
    /// is 63 % there after one time constant, 95 % after three.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public TimeSpan TimeConstant
    {
        get;
        init => field = InRange(value, nameof(TimeConstant));
    } = TimeSpan.FromSeconds(0.4);

    /// <summary>
    /// By how much the smoothed probability of another class must be above that of the label shown before it takes its place: 0 to 1, default 0.1.
    /// With 0 the label is always the most probable class, and flickers where two are nearly equal.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public double Margin
    {
        get;
        init => field = Require.InRange(value, 0, 1, nameof(Margin));
    } = 0.1;

    /// <summary>
    /// After so long without a prediction the face counts as another one, and nothing of the past is kept: 1 ms to 1 h, default 2 s.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public TimeSpan LongestGap
    {
        get;
        init => field = InRange(value, nameof(LongestGap));
    } = TimeSpan.FromSeconds(2);

    private static TimeSpan InRange(TimeSpan value, string name) => value >= Least && value <= Most
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value:c}; expected {Least:c} to {Most:c}.");
}
