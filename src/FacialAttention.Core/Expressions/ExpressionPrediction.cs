namespace FacialAttention;

/// <summary>What a recogniser says of one face: a probability for each class. Immutable.</summary>
public sealed class ExpressionPrediction
{
    /// <summary>How far rounding may move a probability and their sum.</summary>
    private const double Tolerance = 1e-3;

    private readonly float[] _probabilities;

    /// <summary>A prediction of your own recogniser.</summary>
    /// <param name="labels">The classes.</param>
    /// <param name="probabilities">One for each class, in their order: 0 to 1, and their sum 1, both to within 0.001; copied.</param>
    /// <exception cref="ArgumentNullException"><paramref name="labels"/> is null.</exception>
    /// <exception cref="ArgumentException">There is another number of them than of classes, or they are no probabilities.</exception>
    public ExpressionPrediction(ExpressionLabels labels, ReadOnlySpan<float> probabilities)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (probabilities.Length != labels.Count)
        {
            throw new ArgumentException(
                $"Got {probabilities.Length} probabilities; expected {labels.Count}, one for each class.", nameof(probabilities));
        }

        double sum = 0;
        for (int i = 0; i < probabilities.Length; i++)
        {
            if (!(probabilities[i] >= -Tolerance && probabilities[i] <= 1 + Tolerance)) // also not a number
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"Probability {i} is {probabilities[i]}; expected 0 to 1."), nameof(probabilities));
            }

            sum += probabilities[i];

            if (probabilities[i] > probabilities[Index])
            {
                Index = i;
            }
        }

        if (Math.Abs(sum - 1) > Tolerance)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"The probabilities sum to {sum:R}; expected 1."), nameof(probabilities));
        }

        Labels = labels;
        _probabilities = probabilities.ToArray();
    }

    /// <summary>What a recogniser throws whose network computes no probabilities, as one with damaged or too large weights does.</summary>
    internal static InvalidDataException NotComputed(ArgumentException cause) =>
        new($"The network computes no probabilities for a face; expected one whose weights are sound. {cause.Message}", cause);

    /// <summary>The classes.</summary>
    public ExpressionLabels Labels { get; }

    /// <summary>The index of the most probable class; of the first one, if several are.</summary>
    public int Index { get; }

    /// <summary>The name of the most probable class.</summary>
    public string Label => Labels[Index];

    /// <summary>The expression that the most probable class stands for; null when the class has a name of its own.</summary>
    public FacialExpression? Expression => Labels.ExpressionAt(Index);

    /// <summary>The probability of the most probable class.</summary>
    public float Probability => _probabilities[Index];

    /// <summary>The probabilities of all classes, in their order.</summary>
    public IReadOnlyList<float> Probabilities => _probabilities;

    /// <summary>
    /// Whether the recogniser is less sure of the most probable class than was asked for (<see cref="RecognitionOptions.Coverage"/>): then better
    /// show no label. Always false where nothing was asked for.
    /// </summary>
    public bool IsUncertain { get; init; }

    /// <summary>
    /// Where the attention layers of the network looked, in the order of its forward pass; empty unless the recogniser was asked for them
    /// (<see cref="RecognitionOptions.IncludeAttention"/>) and the network has such layers. Copied.
    /// </summary>
    /// <exception cref="ArgumentNullException">The list is null.</exception>
    public IReadOnlyList<AttentionMap> Attention
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value.Count == 0 ? [] : [.. value];
        }
    } = [];

    /// <summary>The most probable classes.</summary>
    /// <param name="count">How many, 1 to the number of classes.</param>
    /// <returns>Them, the most probable first; of equals the first in the order of the classes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The count is out of its range.</exception>
    public IReadOnlyList<ExpressionProbability> Top(int count)
    {
        Require.InRange(count, 1, Labels.Count, nameof(count));
        return
        [
            .. Enumerable.Range(0, Labels.Count)
                .OrderByDescending(k => _probabilities[k])
                .Take(count)
                .Select(k => new ExpressionProbability(k, Labels[k], _probabilities[k])),
        ];
    }

    /// <summary>For example "Happy 87.3 %".</summary>
    public override string ToString() => FormattableString.Invariant($"{Label} {100 * Probability:F1} %");
}
