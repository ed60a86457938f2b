namespace FacialAttention;

/// <summary>
/// How many answers are wrong if only the surest faces get one (El-Yaniv and Wiener, 2010). Faces of equal confidence count as mixed, so
/// their order means nothing. Immutable.
/// </summary>
public sealed class RiskCoverageCurve
{
    private readonly RiskCoveragePoint[] _points;

    /// <param name="faces">Confidence, whether right, and a weight above 0 of each face; at least one.</param>
    internal RiskCoverageCurve(IEnumerable<(double Confidence, bool IsRight, double Weight)> faces)
    {
        (double Confidence, bool IsRight, double Weight)[] sorted =
            [.. faces.OrderByDescending(face => face.Confidence).ThenBy(face => face.Weight)];
        double total = sorted.Sum(face => face.Weight);
        var points = new List<RiskCoveragePoint>();
        double weight = 0, wrong = 0;
        foreach (IGrouping<double, (double Confidence, bool IsRight, double Weight)> equal in sorted.GroupBy(face => face.Confidence))
        {
            double ofGroup = equal.Sum(face => face.Weight);
            double wrongShare = equal.Sum(face => face.IsRight ? 0 : face.Weight) / ofGroup;
            foreach ((_, _, double own) in equal)
            {
                weight += own;
                wrong += own * wrongShare;
                AreaUnderCurve += own / total * (wrong / weight);
            }

            points.Add(new RiskCoveragePoint(equal.Key, Math.Min(1, weight / total), wrong / weight));
        }

        points[^1] = points[^1] with { Coverage = 1 };
        _points = [.. points];
    }

    /// <summary>A point for each confidence that occurs, from the surest faces to all.</summary>
    public IReadOnlyList<RiskCoveragePoint> Points => _points;

    /// <summary>
    /// The area under the curve: the mean of the risk over coverages, as one face after the other gets an answer, 0 to 1 (Geifman, Uziel and
    /// El-Yaniv, 2019). Small where the wrong answers are the unsure ones.
    /// </summary>
    public double AreaUnderCurve { get; }

    /// <summary>The share of right answers where a share of the faces, the surest, get one.</summary>
    /// <param name="coverage">That share, above 0 and at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The coverage is out of range.</exception>
    public double AccuracyAt(double coverage)
    {
        int index = IndexOf(coverage);
        (double before, double wrongBefore) = index == 0 ? (0, 0) : (_points[index - 1].Coverage, _points[index - 1].Coverage * _points[index - 1].Risk);
        RiskCoveragePoint point = _points[index];
        double wrongOfGroup = ((point.Coverage * point.Risk) - wrongBefore) / (point.Coverage - before);
        return 1 - ((wrongBefore + (wrongOfGroup * (coverage - before))) / coverage);
    }

    /// <summary>
    /// The confidence from which on to answer, so that at least a share of the faces get an answer: half way between the least sure face that gets
    /// one and the surest that gets none, so that rounding does not matter; 0 where all get one.
    /// </summary>
    /// <param name="coverage">That share, above 0 and at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The coverage is out of range.</exception>
    public double ThresholdAt(double coverage)
    {
        int index = IndexOf(coverage);
        return index + 1 < _points.Length ? (_points[index].Threshold + _points[index + 1].Threshold) / 2 : 0;
    }

    /// <summary>Thresholds to store with a network (<see cref="Calibration.Thresholds"/>): for each twentieth of the faces, from 5 % to all.</summary>
    public IReadOnlyList<CoverageThreshold> ToThresholds() =>
        [.. Enumerable.Range(1, 20).Select(part => new CoverageThreshold(part / 20.0, ThresholdAt(part / 20.0)))];

    private int IndexOf(double coverage)
    {
        if (!(coverage > 0 && coverage <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(coverage), coverage, FormattableString.Invariant($"coverage is {coverage}; expected more than 0 and at most 1."));
        }

        const double Rounding = 1e-12; // of the sums of weights
        return Array.FindIndex(_points, point => point.Coverage >= coverage - Rounding);
    }
}
