using FacialAttention;

namespace VariantTable;

/// <summary>Counts over one split; row = actual class.</summary>
internal sealed record SplitResult(double Accuracy, double Loss, long[][] Confusion)
{
    public static SplitResult Of(EvaluationResult result)
    {
        int[] classes = [.. Enumerable.Range(0, result.Labels.Count)];
        return new SplitResult(
            result.Accuracy,
            result.Loss,
            [.. classes.Select(actual => classes.Select(predicted => result.Confusion[actual, predicted]).ToArray())]);
    }
}
