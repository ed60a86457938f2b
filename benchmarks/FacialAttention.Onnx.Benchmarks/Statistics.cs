namespace FacialAttention.Onnx.Benchmarks;

internal static class Statistics
{
    /// <summary>The middle value; of an even number the upper one of the two.</summary>
    public static double Median(this IReadOnlyCollection<double> values) => values.Order().ElementAt(values.Count / 2);
}
