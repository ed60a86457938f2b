using System.Diagnostics;
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
                network.eval();
                foreach (int batchSize in new[] { 1, 32, 256 })
                {
                    rows.Add(Measure(network, $"{hidden} x {layers}", batchSize, threads, Math.Max(rounds, 2000 * rounds / 15 / batchSize)));
                }
            }
        }
        report.Add("inference", rows);
    }

    private static Row Measure(ExpressionNetwork network, string lstm, int batchSize, int threads, int calls)
    {
        using var noGrad = no_grad();
        using Tensor images = rand(batchSize, 1, 48, 48);
        var seconds = new List<double>(calls);
        for (int i = 0; i < 5; i++)
        {
            network.call(images).Dispose();
        }
        long tensorsBefore = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        long bytesBefore = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < calls; i++)
        {
            long start = Stopwatch.GetTimestamp();
            network.call(images).Dispose();
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        long bytes = GC.GetAllocatedBytesForCurrentThread() - bytesBefore;
        long tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount - tensorsBefore;
        return new Row(
            lstm,
            batchSize,
            threads,
            1000 * Rounds.Median(seconds),
            1000 * Rounds.Quantile(seconds, 0.99),
            batchSize / Rounds.Median(seconds),
            bytes / calls,
            tensors);
    }

    private sealed record Row(
        string Lstm,
        int Batch,
        int Threads,
        double MedianMilliseconds,
        double Percentile99Milliseconds,
        double ImagesPerSecond,
        long ManagedBytesPerCall,
        long TensorsLeft);
}
