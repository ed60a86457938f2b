namespace FacialAttention;

/// <summary>
/// The logits that a network gives to faces whose labels are known: what calibration is fitted on, and measured on. Immutable.
/// </summary>
/// <remarks>Faces of weight 0 count nowhere. The class of a face is the one that has most of its target; of equals the first.</remarks>
public sealed class ScoredFaces
{
    private const double SumTolerance = 1e-3;

    private readonly double[] _logits; // [N, K]
    private readonly double[] _targets; // [N, K]
    private readonly double[] _weights; // [N]

    /// <summary>Faces whose labels are distributions, such as the shares of votes.</summary>
    /// <param name="classes">K, the number of classes, 2 to 256.</param>
    /// <param name="logits">N x K finite numbers, those of a face together; copied, as all else.</param>
    /// <param name="targets">N x K shares, 0 to 1; those of a face sum to 1 (± 0.001).</param>
    /// <param name="weights">N numbers of at least 0, of which one is above 0; empty if all are 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of classes is out of range.</exception>
    /// <exception cref="ArgumentException">The lengths do not fit together, a number is out of range, or all weights are 0.</exception>
    public ScoredFaces(int classes, ReadOnlySpan<float> logits, ReadOnlySpan<float> targets, ReadOnlySpan<float> weights = default)
        : this(classes, ToDouble(logits), ToDouble(targets), ToDouble(weights))
    {
        CheckTargets();
    }

    private ScoredFaces(int classes, double[] logits, double[] targets, double[] weights)
    {
        Classes = Require.InRange(classes, 2, 256, nameof(classes));
        if (logits.Length == 0 || logits.Length % classes != 0)
        {
            throw new ArgumentException($"Got {logits.Length} logits; expected {classes} for each face.", nameof(logits));
        }

        Count = logits.Length / classes;
        if (targets.Length != logits.Length)
        {
            throw new ArgumentException($"Got {targets.Length} targets; expected {logits.Length}, one for each logit.", nameof(targets));
        }

        if (weights.Length != 0 && weights.Length != Count)
        {
            throw new ArgumentException($"Got {weights.Length} weights; expected {Count}, one for each face, or none.", nameof(weights));
        }

        int notFinite = Array.FindIndex(logits, logit => !double.IsFinite(logit));
        if (notFinite >= 0)
        {
            throw new ArgumentException(FormattableString.Invariant($"Logit {notFinite} is {(float)logits[notFinite]}; expected a finite number."), nameof(logits));
        }

        int wrong = Array.FindIndex(weights, weight => !(weight >= 0 && double.IsFinite(weight)));
        if (wrong >= 0)
        {
            throw new ArgumentException(FormattableString.Invariant($"Weight {wrong} is {(float)weights[wrong]}; expected at least 0."), nameof(weights));
        }

        (_logits, _targets) = (logits, targets);
        _weights = weights.Length > 0 ? weights : [.. Enumerable.Repeat(1.0, Count)];
        TotalWeight = _weights.Sum();
        if (TotalWeight == 0)
        {
            throw new ArgumentException("All weights are 0; expected at least one face that counts.", nameof(weights));
        }
    }

    /// <summary>K, the number of classes.</summary>
    public int Classes { get; }

    /// <summary>N, the number of faces, with those of weight 0.</summary>
    public int Count { get; }

    internal double TotalWeight { get; }

    /// <summary>Faces of one label each.</summary>
    /// <param name="classes">K, the number of classes, 2 to 256.</param>
    /// <param name="logits">N x K finite numbers, those of a face together.</param>
    /// <param name="labels">N class indices, 0 to K - 1.</param>
    /// <param name="weights">N numbers of at least 0, of which one is above 0; empty if all are 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of classes is out of range.</exception>
    /// <exception cref="ArgumentException">The lengths do not fit together, a number is out of range, or all weights are 0.</exception>
    public static ScoredFaces OfLabels(
        int classes, ReadOnlySpan<float> logits, ReadOnlySpan<byte> labels, ReadOnlySpan<float> weights = default)
    {
        Require.InRange(classes, 2, 256, nameof(classes));
        var targets = new double[labels.Length * classes];
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] >= classes)
            {
                throw new ArgumentException($"Label {i} is {labels[i]}; expected 0 to {classes - 1}.", nameof(labels));
            }

            targets[(i * classes) + labels[i]] = 1;
        }

        return new ScoredFaces(classes, ToDouble(logits), targets, ToDouble(weights));
    }

    /// <summary>
    /// The same faces with the logarithms of probabilities as logits: to measure what a recogniser says, of which only the probabilities are
    /// known. A temperature may be fitted on them too; scales of classes need the network's logits.
    /// </summary>
    /// <param name="probabilities">N x K numbers, 0 to 1 (± 0.001). One of 0 counts as the least number above.</param>
    /// <exception cref="ArgumentException">There is another number of them than of logits, or one is out of range.</exception>
    public ScoredFaces WithProbabilities(ReadOnlySpan<float> probabilities)
    {
        double[] logits = ToDouble(probabilities);
        int wrong = Array.FindIndex(logits, probability => !(probability >= -SumTolerance && probability <= 1 + SumTolerance));
        if (wrong >= 0)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Probability {wrong} is {probabilities[wrong]}; expected 0 to 1."), nameof(probabilities));
        }

        return new ScoredFaces(
            Classes, Array.ConvertAll(logits, probability => Math.Log(Math.Max(probability, float.Epsilon))), _targets, _weights);
    }

    /// <summary>The same faces with logits as a calibration has them.</summary>
    /// <param name="calibration">The calibration; its thresholds are not used.</param>
    /// <exception cref="ArgumentNullException"><paramref name="calibration"/> is null.</exception>
    /// <exception cref="ArgumentException">It scales another number of classes.</exception>
    public ScoredFaces Calibrate(Calibration calibration)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        if (calibration.FindFault(Classes) is { } fault)
        {
            throw new ArgumentException($"The calibration does not fit the faces: {fault}", nameof(calibration));
        }

        var logits = new double[_logits.Length];
        for (int i = 0; i < logits.Length; i++)
        {
            ClassScaling scaling = calibration.Classes.Count == 0 ? new ClassScaling(1, 0) : calibration.Classes[i % Classes];
            logits[i] = (_logits[i] / calibration.Temperature * scaling.Scale) + scaling.Bias;
        }

        return new ScoredFaces(Classes, logits, _targets, _weights);
    }

    /// <summary>Some of the faces.</summary>
    internal ScoredFaces Subset(int[] rows) => new(
        Classes,
        [.. rows.SelectMany(row => _logits.AsSpan(row * Classes, Classes).ToArray())],
        [.. rows.SelectMany(row => _targets.AsSpan(row * Classes, Classes).ToArray())],
        Array.ConvertAll(rows, row => _weights[row]));

    /// <summary>The same faces, the logits of each from one of several.</summary>
    internal ScoredFaces WithLogitsOf(ScoredFaces[] others, int[] otherOf)
    {
        var logits = new double[_logits.Length];
        for (int face = 0; face < Count; face++)
        {
            others[otherOf[face]].LogitsOf(face).CopyTo(logits.AsSpan(face * Classes));
        }

        return new ScoredFaces(Classes, logits, _targets, _weights);
    }

    internal ReadOnlySpan<double> LogitsOf(int face) => _logits.AsSpan(face * Classes, Classes);

    internal ReadOnlySpan<double> TargetsOf(int face) => _targets.AsSpan(face * Classes, Classes);

    internal double WeightOf(int face) => _weights[face];

    internal int LabelOf(int face) => FirstLargest(TargetsOf(face));

    internal static int FirstLargest(ReadOnlySpan<double> values)
    {
        int largest = 0;
        for (int k = 1; k < values.Length; k++)
        {
            largest = values[k] > values[largest] ? k : largest;
        }

        return largest;
    }

    /// <summary>The softmax of logits, and the logarithm of the sum that it divides by.</summary>
    internal static double Softmax(ReadOnlySpan<double> logits, Span<double> probabilities)
    {
        double largest = double.NegativeInfinity, sum = 0;
        foreach (double logit in logits)
        {
            largest = Math.Max(largest, logit);
        }

        for (int k = 0; k < logits.Length; k++)
        {
            probabilities[k] = Math.Exp(logits[k] - largest);
            sum += probabilities[k];
        }

        for (int k = 0; k < logits.Length; k++)
        {
            probabilities[k] /= sum;
        }

        return largest + Math.Log(sum);
    }

    private static double[] ToDouble(ReadOnlySpan<float> values)
    {
        var result = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            result[i] = values[i];
        }

        return result;
    }

    private void CheckTargets()
    {
        for (int face = 0; face < Count; face++)
        {
            double sum = 0;
            foreach (double share in TargetsOf(face))
            {
                sum += share >= 0 ? share : double.NaN; // a negative one too is no share
            }

            if (!(Math.Abs(sum - 1) <= SumTolerance))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"The targets of face {face} sum to {sum}; expected shares of at least 0 that sum to 1."),
                    "targets");
            }
        }
    }
}
