using System.Diagnostics;
using System.Globalization;
using FacialAttention.Benchmarks;

namespace FacialAttention.Onnx.Benchmarks;

/// <summary>
/// Recognition on two threads by whether ONNX Runtime's threads spin while they wait (<c>session.intra_op.allow_spinning</c>, its default 1),
/// beside one thread, which never waits; alone and beside busy loops, all by turns.
/// </summary>
internal static class Spin
{
    private const string Setting = "session.intra_op.allow_spinning";
    private const int Rounds = 15;

    public static void Run(string modelPath)
    {
        OnnxExpressionRecognizer[] recognizers =
            [Load(threads: 2, spins: "1"), Load(threads: 2, spins: "0"), Load(threads: 1, spins: "1")];
        Console.WriteLine("busy loops  batch  median ms, spinning  not spinning  not / spinning  one thread");
        foreach (int loops in new[] { 0, 1, 2 })
        {
            using var busy = new BusyLoops(loops);
            foreach ((int batch, int calls) in new[] { (1, 80), (32, 3) })
            {
                FaceImage[] faces = [.. Enumerable.Range(0, batch).Select(i => SyntheticFaces.Draw((FacialExpression)(i % 7), i, variation: 1))];
                List<double>[] runs = [.. recognizers.Select(_ => new List<double>())];
                for (int round = -2; round < Rounds; round++) // The first two warm up.
                {
                    for (int i = 0; i < recognizers.Length; i++)
                    {
                        double run = Milliseconds(calls, () => recognizers[i].Recognize(faces));
                        Thread.Sleep(20); // Threads of this recogniser that still spin would be in the way of the next.
                        if (round >= 0)
                        {
                            runs[i].Add(run);
                        }
                    }
                }

                double[] ratios = [.. runs[1].Zip(runs[0], (not, spinning) => not / spinning)];
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{loops,10}  {batch,5}  {runs[0].Median(),19:F2}  {runs[1].Median(),12:F2}  {ratios.Median(),14:F2}  {runs[2].Median(),10:F2}"));
            }
        }

        Array.ForEach(recognizers, recognizer => recognizer.Dispose());

        OnnxExpressionRecognizer Load(int threads, string spins) => OnnxExpressionRecognizer.Load(modelPath, options =>
        {
            options.IntraOpNumThreads = threads;
            options.AddSessionConfigEntry(Setting, spins);
        });
    }

    private static double Milliseconds(int calls, Action action)
    {
        long start = Stopwatch.GetTimestamp();
        for (int call = 0; call < calls; call++)
        {
            action();
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / calls;
    }
}
