namespace VariantTable;

/// <summary>A mean difference of fractions.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Interval">Its 95 % interval; null for one value.</param>
internal sealed record Difference(double Mean, Interval? Interval)
{
    /// <summary>Whether it is above 0.</summary>
    public Verdict Verdict => Interval switch
    {
        { Low: > 0 } => Verdict.Holds,
        { High: < 0 } => Verdict.DoesNotHold,
        _ => Verdict.Undecided,
    };

    /// <summary>In percentage points.</summary>
    public override string ToString() => $"{Words.Points(Mean)}{(Interval is { } interval ? $" ({Words.Points(interval)})" : "")}";
}
