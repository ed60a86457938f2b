namespace FacialAttention;

/// <summary>
/// How far a network's probabilities can be believed. Every mean is over the weights of the faces. Immutable.
/// </summary>
public sealed class CalibrationReport
{
    private CalibrationReport(IReadOnlyList<ReliabilityBin> reliability, RiskCoverageCurve riskCoverage)
    {
        Reliability = reliability;
        RiskCoverage = riskCoverage;
    }

    /// <summary>The share of faces whose most probable class is theirs, 0 to 1.</summary>
    public double Accuracy { get; private init; }

    /// <summary>The mean of the negative log-likelihood: the cross-entropy with the targets, in nats, 0 or more.</summary>
    public double NegativeLogLikelihood { get; private init; }

    /// <summary>
    /// The mean divergence (Kullback and Leibler) of the probabilities from the targets, in nats, 0 or more: how far the network is from the
    /// raters where targets are shares of votes. Where each face has one label it is the negative log-likelihood.
    /// </summary>
    public double Divergence { get; private init; }

    /// <summary>The mean Brier score: the squared differences between probabilities and targets, summed over the classes, 0 to 2.</summary>
    public double Brier { get; private init; }

    /// <summary>The expected calibration error over bins of equal width (Guo et al., 2017): the mean gap between confidence and accuracy, 0 to 1.</summary>
    public double ExpectedCalibrationError { get; private init; }

    /// <summary>The same over bins that hold equally many faces (Nixon et al., 2019); faces of equal confidence stay together.</summary>
    public double EqualMassCalibrationError { get; private init; }

    /// <summary>The bins of equal width, from confidence 0 to 1.</summary>
    public IReadOnlyList<ReliabilityBin> Reliability { get; }

    /// <summary>How many answers are wrong if the least sure faces get none.</summary>
    public RiskCoverageCurve RiskCoverage { get; }

    /// <summary>Measures calibration.</summary>
    /// <param name="faces">Faces; their probabilities are the softmax of their logits.</param>
    /// <param name="bins">The number of bins, 1 to 1,000.</param>
    /// <exception cref="ArgumentNullException"><paramref name="faces"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of bins is out of range.</exception>
    public static CalibrationReport Of(ScoredFaces faces, int bins = 15)
    {
        ArgumentNullException.ThrowIfNull(faces);
        Require.InRange(bins, 1, 1000, nameof(bins));
        var answers = new List<(double Confidence, bool IsRight, double Weight)>();
        double likelihood = 0, divergence = 0, brier = 0;
        var probabilities = new double[faces.Classes];
        for (int face = 0; face < faces.Count; face++)
        {
            double weight = faces.WeightOf(face);
            if (weight == 0)
            {
                continue;
            }

            ReadOnlySpan<double> logits = faces.LogitsOf(face), targets = faces.TargetsOf(face);
            double logSum = ScoredFaces.Softmax(logits, probabilities);
            for (int k = 0; k < probabilities.Length; k++)
            {
                double surprise = targets[k] * (logSum - logits[k]);
                likelihood += weight * surprise;
                divergence += targets[k] > 0 ? weight * (surprise + (targets[k] * Math.Log(targets[k]))) : 0;
                brier += weight * (probabilities[k] - targets[k]) * (probabilities[k] - targets[k]);
            }

            int answer = ScoredFaces.FirstLargest(probabilities);
            answers.Add((probabilities[answer], answer == faces.LabelOf(face), weight));
        }

        double total = faces.TotalWeight;
        ReliabilityBin[] reliability = BinsOfEqualWidth(answers, bins, total);
        return new CalibrationReport(reliability, new RiskCoverageCurve(answers))
        {
            Accuracy = answers.Sum(answer => answer.IsRight ? answer.Weight : 0) / total,
            NegativeLogLikelihood = likelihood / total,
            Divergence = divergence / total,
            Brier = brier / total,
            ExpectedCalibrationError = ErrorOf(reliability),
            EqualMassCalibrationError = ErrorOf(BinsOfEqualMass(answers, bins, total)),
        };
    }

    private static double ErrorOf(IEnumerable<ReliabilityBin> bins) =>
        bins.Sum(bin => bin.Share > 0 ? bin.Share * Math.Abs(bin.Confidence - bin.Accuracy) : 0);

    private static ReliabilityBin[] BinsOfEqualWidth(List<(double Confidence, bool IsRight, double Weight)> answers, int bins, double total)
    {
        ILookup<int, (double Confidence, bool IsRight, double Weight)> byBin =
            answers.ToLookup(answer => Math.Clamp((int)Math.Ceiling(answer.Confidence * bins) - 1, 0, bins - 1));
        return [.. Enumerable.Range(0, bins).Select(bin => BinOf([.. byBin[bin]], (double)bin / bins, (bin + 1.0) / bins, total))];
    }

    private static IEnumerable<ReliabilityBin> BinsOfEqualMass(
        List<(double Confidence, bool IsRight, double Weight)> answers, int bins, double total)
    {
        double before = 0;
        var byBin = new SortedDictionary<int, List<(double Confidence, bool IsRight, double Weight)>>();
        foreach (IGrouping<double, (double Confidence, bool IsRight, double Weight)> equal in
            answers.GroupBy(answer => answer.Confidence).OrderBy(group => group.Key))
        {
            double weight = equal.Sum(answer => answer.Weight);
            int bin = Math.Min(bins - 1, (int)(bins * (before + (0.5 * weight)) / total));
            before += weight;
            if (!byBin.TryGetValue(bin, out List<(double Confidence, bool IsRight, double Weight)>? content))
            {
                byBin.Add(bin, content = []);
            }

            content.AddRange(equal);
        }

        return byBin.Values.Select(bin => BinOf(bin, bin.Min(answer => answer.Confidence), bin.Max(answer => answer.Confidence), total));
    }

    private static ReliabilityBin BinOf(
        IReadOnlyCollection<(double Confidence, bool IsRight, double Weight)> answers, double from, double to, double total)
    {
        double weight = answers.Sum(answer => answer.Weight);
        return new ReliabilityBin(
            from,
            to,
            weight / total,
            answers.Sum(answer => answer.Weight * answer.Confidence) / weight,
            answers.Sum(answer => answer.IsRight ? answer.Weight : 0) / weight);
    }
}
