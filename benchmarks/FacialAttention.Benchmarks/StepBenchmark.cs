using TorchSharp;

namespace FacialAttention.Benchmarks;

/// <summary>
/// A training step of each variant against the machine: utilisation is the rate of its counted operations over that of a matrix product
/// in the same round.
/// </summary>
internal static class StepBenchmark
{
    public static void Run(Report report, int rounds, int[] threadCounts)
    {
        var rows = new List<Row>();
        using var ceiling = new Ceiling();
        foreach (int threads in threadCounts)
        {
            torch.set_num_threads(threads);
            foreach (NetworkVariant variant in Enum.GetValues<NetworkVariant>().Reverse())
            {
                foreach (int batchSize in new[] { 30, 128 })
                {
                    using var step = new TrainingStep(variant, batchSize: batchSize);
                    using var former = new FormerStep(variant, batchSize);
                    var times = new Rounds(rounds, ("former", former.Run), ("step", step.Run), ("product", ceiling.Multiply));
                    double seconds = times.Seconds("step");
                    rows.Add(new Row(
                        variant.PaperName,
                        batchSize,
                        threads,
                        1000 * times.Seconds("former"),
                        1000 * seconds,
                        times.Ratio("former", of: "step"),
                        batchSize / seconds,
                        step.Flops / seconds / 1e9,
                        Ceiling.ProductFlops / times.Seconds("product") / 1e9,
                        step.Flops / Ceiling.ProductFlops / times.Ratio("former", of: "product"),
                        step.Flops / Ceiling.ProductFlops / times.Ratio("step", of: "product")));
                }
            }
        }

        report.Add("step", rows);
    }

    private sealed record Row(
        string Variant,
        int Batch,
        int Threads,
        double FormerMilliseconds,
        double Milliseconds,
        double TimesFaster,
        double ImagesPerSecond,
        double GigaflopsPerSecond,
        double ProductGigaflopsPerSecond,
        double FormerUtilisation,
        double Utilisation);
}
