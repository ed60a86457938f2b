using System.Diagnostics;
using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Benchmarks;

/// <summary>A forward pass of a frozen network, as a recogniser makes it.</summary>
internal static class InferenceBenchmark
{
    public static void Run(Report report, int rounds, int[] threadCounts)
    {
        var rows = new List<Row>();
        foreach (int threads in threadCounts)
        {
            set_num_threads(threads);
            foreach ((int hidden, int layers) in new[] { (128, 1), (512, 2) })
            {
                var options = new ExpressionNetworkOptions { LstmHiddenSize = hidden, LstmLayers = layers };
                using var network = new ExpressionNetwork(NetworkVariant.AcnnAlstm, options);
                MakeStatistics(network);
                network.eval();
                using ExpressionNetwork folded = network.FoldBatchNorm();
                foreach (int batchSize in new[] { 1, 32, 256 })
                {
                    int calls = Math.Max(4 * rounds, 1000 * rounds / 15 / batchSize);
                    rows.AddRange(Measure([("as trained", network), ("folded", folded)], $"{hidden} x {layers}", batchSize, threads, calls));
                }
            }
        }

        report.Add("inference", rows);
    }

    /// <summary>Gives the norms other statistics than the first, which folding would not change.</summary>
    private static void MakeStatistics(ExpressionNetwork network)
    {
        using var noGrad = no_grad();
        using Tensor images = rand(32, 1, 48, 48);
        for (int i = 0; i < 10; i++)
        {
            network.call(images).Dispose();
        }
    }

    /// <summary>Calls the networks in turn, so that whatever else the machine does meets them alike.</summary>
    private static IEnumerable<Row> Measure(
        (string Name, ExpressionNetwork Network)[] networks, string lstm, int batchSize, int threads, int calls)
    {
        using var noGrad = no_grad();
        using Tensor images = rand(batchSize, 1, 48, 48);
        var seconds = networks.Select(_ => new List<double>(calls)).ToArray();
        var bytes = new long[networks.Length];
        var tensors = new long[networks.Length];
        for (int call = -3; call < calls; call++) // The first warm up.
        {
            for (int i = 0; i < networks.Length; i++)
            {
                long tensorsBefore = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
                long bytesBefore = GC.GetAllocatedBytesForCurrentThread();
                long start = Stopwatch.GetTimestamp();
                networks[i].Network.call(images).Dispose();
                double time = Stopwatch.GetElapsedTime(start).TotalSeconds;
                bytes[i] = GC.GetAllocatedBytesForCurrentThread() - bytesBefore;
                if (call >= 0)
                {
                    seconds[i].Add(time);
                    tensors[i] += DisposeScopeManager.Statistics.ThreadTotalLiveCount - tensorsBefore;
                }
            }
        }

        using Tensor expected = networks[0].Network.call(images);
        for (int i = 0; i < networks.Length; i++)
        {
            using Tensor logits = networks[i].Network.call(images);
            using Tensor difference = (logits - expected).abs_().max();
            yield return new Row(
                lstm,
                networks[i].Name,
                batchSize,
                threads,
                1000 * Rounds.Median(seconds[i]),
                1000 * Rounds.Quantile(seconds[i], 0.99),
                Rounds.Median([.. seconds[i].Zip(seconds[0], (value, unit) => value / unit)]),
                bytes[i],
                tensors[i],
                difference.ToDouble().ToString("0e-0", CultureInfo.InvariantCulture));
        }
    }

    private sealed record Row(
        string Lstm,
        string Network,
        int Batch,
        int Threads,
        double MedianMilliseconds,
        double Percentile99Milliseconds,
        double TimesAsTrained,
        long ManagedBytesPerCall,
        long TensorsLeft,
        string LargestDifference);
}
