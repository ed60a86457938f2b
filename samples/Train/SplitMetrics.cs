using FacialAttention;

namespace Train;

/// <summary>
/// What <c>evaluate --json</c> prints, and results.json holds of each split, over the faces that count; row = actual class.
/// </summary>
internal sealed record SplitMetrics(double Accuracy, double MacroF1, double Loss, int Count, long[][] Confusion)
{
    public static SplitMetrics Of(EvaluationResult result)
    {
        int[] classes = [.. Enumerable.Range(0, result.Labels.Count)];
        long[][] confusion = [.. classes.Select(actual => classes.Select(predicted => result.Confusion[actual, predicted]).ToArray())];
        return new SplitMetrics(result.Accuracy, result.MacroF1, result.Loss, (int)result.Confusion.Total, confusion);
    }
}
