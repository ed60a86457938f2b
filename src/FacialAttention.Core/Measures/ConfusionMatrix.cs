namespace FacialAttention;

/// <summary>Counts of faces by actual and predicted class. Metrics are sums of counts, divided once.</summary>
public sealed class ConfusionMatrix
{
    private readonly long[] _counts; // [K, K], row = actual, column = predicted

    /// <summary>An empty matrix.</summary>
    /// <param name="classes">K, the number of classes; at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is less than 2.</exception>
    public ConfusionMatrix(int classes)
    {
        Classes = Require.InRange(classes, 2, 1 << 14, nameof(classes));
        _counts = new long[classes * classes];
    }

    /// <summary>K, the number of classes.</summary>
    public int Classes { get; }

    /// <summary>The number of faces counted.</summary>
    public long Total => _counts.Sum();

    /// <summary>The share of faces on the diagonal, 0 to 1; not a number while nothing is counted.</summary>
    public double Accuracy => (double)Enumerable.Range(0, Classes).Sum(k => this[k, k]) / Total;

    /// <summary>
    /// The mean of <see cref="F1"/> over the classes that occur, as an actual or a predicted one; not a number while nothing is counted.
    /// </summary>
    public double MacroF1
    {
        get
        {
            double[] scores = [.. Enumerable.Range(0, Classes).Where(k => ActualCount(k) + PredictedCount(k) > 0).Select(F1)];
            return scores.Sum() / scores.Length;
        }
    }

    /// <summary>The number of faces of class <paramref name="actual"/> that were taken for <paramref name="predicted"/>.</summary>
    /// <param name="actual">0 to K - 1.</param>
    /// <param name="predicted">0 to K - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside its range.</exception>
    public long this[int actual, int predicted] => _counts[IndexOf(actual, predicted)];

    /// <summary>Counts one face.</summary>
    /// <param name="actual">Its class, 0 to K - 1.</param>
    /// <param name="predicted">What it was taken for, 0 to K - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside its range.</exception>
    public void Add(int actual, int predicted) => _counts[IndexOf(actual, predicted)]++;

    /// <summary>Of the faces taken for this class, the share that are of it, 0 to 1; 0 if there are none.</summary>
    /// <param name="label">0 to K - 1.</param>
    public double Precision(int label) => Ratio(this[label, label], PredictedCount(label));

    /// <summary>Of the faces of this class, the share that were recognised, 0 to 1; 0 if there are none.</summary>
    /// <param name="label">0 to K - 1.</param>
    public double Recall(int label) => Ratio(this[label, label], ActualCount(label));

    /// <summary>The harmonic mean of <see cref="Precision"/> and <see cref="Recall"/>, 0 to 1; 0 if the class does not occur.</summary>
    /// <param name="label">0 to K - 1.</param>
    public double F1(int label) => Ratio(2 * this[label, label], ActualCount(label) + PredictedCount(label));

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    private long ActualCount(int label) => Enumerable.Range(0, Classes).Sum(k => this[label, k]);

    private long PredictedCount(int label) => Enumerable.Range(0, Classes).Sum(k => this[k, label]);

    private int IndexOf(int actual, int predicted)
    {
        Require.InRange(actual, 0, Classes - 1, nameof(actual));
        Require.InRange(predicted, 0, Classes - 1, nameof(predicted));
        return (actual * Classes) + predicted;
    }
}
