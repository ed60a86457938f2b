using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Benchmarks;

/// <summary>From the start of a process to its first prediction, by a fresh process each time.</summary>
internal static class StartBenchmark
{
    public const string ChildCommand = "start-child";

    private const string Variable = "FACIALATTENTION_BENCHMARK_START";
    private static readonly string[] Parts = ["runtime", "libtorch", "weights", "first forward", "second forward"];

    public static void Run(Report report, int rounds)
    {
        string checkpoint = Path.Combine(Path.GetTempPath(), $"facialattention-{Environment.ProcessId}.safetensors");
        using (var network = new ExpressionNetwork(NetworkVariant.AcnnAlstm))
        {
            Checkpoint.Save(checkpoint, network);
        }

        var seconds = Parts.Select(_ => new List<double>()).ToArray();
        for (int round = -1; round < rounds; round++) // The first brings the files into the system's cache.
        {
            Environment.SetEnvironmentVariable(Variable, Now().ToString(CultureInfo.InvariantCulture));
            string[] times = ChildProcess.RunSelf(ChildCommand, checkpoint).Split(' ');
            for (int i = 0; i < Parts.Length && round >= 0; i++)
            {
                seconds[i].Add(double.Parse(times[i], CultureInfo.InvariantCulture));
            }
        }

        File.Delete(checkpoint);
        var rows = Parts.Zip(seconds, (part, values) => new Row(part, 1000 * Rounds.Median(values))).ToList();
        rows.Insert(Parts.Length - 1, new Row("start to first prediction", rows.Take(Parts.Length - 1).Sum(row => row.Milliseconds)));
        report.Add("start", rows);
    }

    /// <summary>The process that is measured; prints the duration of each part.</summary>
    public static int RunChild(string checkpoint)
    {
        var times = new List<double> { double.Parse(Environment.GetEnvironmentVariable(Variable)!, CultureInfo.InvariantCulture), Now() };
        NativeTorch.EnsureLoaded();
        using Tensor images = zeros(1, 1, 48, 48);
        times.Add(Now());
        using ExpressionNetwork network = Checkpoint.Load(checkpoint);
        times.Add(Now());
        for (int i = 0; i < 2; i++)
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            _ = network.call(images).argmax(1).ToInt64();
            times.Add(Now());
        }

        Console.WriteLine(string.Join(' ', times.Skip(1).Zip(times, (end, start) => (end - start).ToString("R", CultureInfo.InvariantCulture))));
        return 0;
    }

    /// <summary>Seconds on a clock that all processes share.</summary>
    private static double Now() => (DateTime.UtcNow - DateTime.UnixEpoch).TotalSeconds;

    private sealed record Row(string Part, double Milliseconds);
}
