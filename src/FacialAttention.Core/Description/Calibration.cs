namespace FacialAttention;

/// <summary>
/// How the logits of a network become probabilities, and how sure is sure. It is fitted on validation data after the training and travels with
/// the weights.
/// </summary>
/// <remarks>
/// The probabilities are the softmax of <c>logit / Temperature * Scale + Bias</c>, with scale and bias of <see cref="Classes"/>. Two calibrations
/// are equal when all their numbers are.
/// </remarks>
public sealed record Calibration
{
    /// <summary>The lowest <see cref="Temperature"/>, and the lowest scale of a class.</summary>
    public const double MinTemperature = 0.01;

    /// <summary>The highest <see cref="Temperature"/>, and the highest scale of a class.</summary>
    public const double MaxTemperature = 100;

    internal const double MaxBias = 100;

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

    /// <summary>
    /// Vector scaling (Guo et al., 2017): scale and bias of each class, in the order of the logits; default empty for none. It may change which
    /// class is the most probable one. Copied.
    /// </summary>
    /// <exception cref="ArgumentNullException">The list is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A scale or bias is out of its range.</exception>
    public IReadOnlyList<ClassScaling> Classes
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            foreach (ClassScaling scaling in value)
            {
                Require.InRange(scaling.Scale, MinTemperature, MaxTemperature, nameof(ClassScaling.Scale));
                Require.InRange(scaling.Bias, -MaxBias, MaxBias, nameof(ClassScaling.Bias));
            }

            field = [.. value];
        }
    } = [];

    /// <summary>
    /// From which probability on to answer for which share of faces: coverages that rise, and probabilities that do not. Default: empty. Between
    /// two of them recognisers interpolate, above the last one towards a threshold of 0 for all faces. Copied.
    /// </summary>
    /// <exception cref="ArgumentNullException">The list is null.</exception>
    /// <exception cref="ArgumentException">A coverage or probability is out of its range or order.</exception>
    public IReadOnlyList<CoverageThreshold> Thresholds
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            (double coverage, double probability) = (0, 1);
            foreach (CoverageThreshold threshold in value)
            {
                if (!(threshold.Coverage > coverage && threshold.Coverage <= 1 && threshold.Probability >= 0 && threshold.Probability <= probability))
                {
                    throw new ArgumentException(
                        FormattableString.Invariant(
                            $"The threshold for a coverage of {threshold.Coverage} is {threshold.Probability}; expected coverages that rise from above 0 to ")
                        + "1 at most, and probabilities from 1 to 0 that do not rise.",
                        nameof(Thresholds));
                }

                (coverage, probability) = threshold;
            }

            field = [.. value];
        }
    } = [];

    /// <inheritdoc/>
    public bool Equals(Calibration? other) => other is not null && Temperature == other.Temperature
        && Classes.SequenceEqual(other.Classes) && Thresholds.SequenceEqual(other.Thresholds);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Temperature);
        foreach (ClassScaling scaling in Classes)
        {
            hash.Add(scaling);
        }

        foreach (CoverageThreshold threshold in Thresholds)
        {
            hash.Add(threshold);
        }

        return hash.ToHashCode();
    }

    /// <summary>What is wrong with it for a network of so many classes, or null.</summary>
    internal string? FindFault(int classes) => Classes.Count == 0 || Classes.Count == classes
        ? null
        : $"it scales {Classes.Count} classes; expected {classes}, one for each label, or none.";

    /// <summary>The calibration of a network of so many classes, checked.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="value"/> is null.</exception>
    /// <exception cref="ArgumentException">It scales another number of classes.</exception>
    internal static Calibration RequireFitting(Calibration value, int classes)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.FindFault(classes) is { } fault
            ? throw new ArgumentException($"The calibration does not fit the network: {fault}", nameof(value))
            : value;
    }

    /// <summary>The probability below which a face is uncertain; 0 where no coverage is asked for.</summary>
    /// <exception cref="ArgumentException">The coverage is out of range, or there is no threshold for it.</exception>
    internal double UncertainBelow(RecognitionOptions? options)
    {
        if (options?.Coverage is not { } coverage)
        {
            return 0;
        }

        if (!(coverage > 0 && coverage <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options),
                FormattableString.Invariant($"{nameof(RecognitionOptions.Coverage)} is {coverage}; expected more than 0 and at most 1."));
        }

        if (Thresholds.Count == 0 || coverage < Thresholds[0].Coverage)
        {
            string got = Thresholds.Count == 0
                ? "no thresholds" : FormattableString.Invariant($"thresholds for coverages of {Thresholds[0].Coverage} and more");
            throw new ArgumentException(
                FormattableString.Invariant($"The network's calibration holds {got}; expected one for a coverage of {coverage}. ")
                + "Fit them on validation data (docs/recognition.md), or leave the coverage out.",
                nameof(options));
        }

        CoverageThreshold[] all = [.. Thresholds, new(1, 0)];
        int index = Array.FindIndex(all, threshold => coverage <= threshold.Coverage);
        (CoverageThreshold below, CoverageThreshold above) = (all[Math.Max(0, index - 1)], all[index]);
        double way = above.Coverage == below.Coverage ? 0 : (coverage - below.Coverage) / (above.Coverage - below.Coverage);
        return below.Probability + (way * (above.Probability - below.Probability));
    }
}
