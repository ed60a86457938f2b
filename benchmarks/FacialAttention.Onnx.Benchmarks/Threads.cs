using System.Diagnostics;
using System.Globalization;
using TorchSharp;

namespace FacialAttention.Onnx.Benchmarks;

/// <summary>What a second thread gains ONNX Runtime, beside what it gains a large matrix product in the same round.</summary>
internal static class Threads
{
    private const int Rounds = 15;

    public static void Run(string modelPath)
    {
        OnnxExpressionRecognizer[] recognizers =
            [.. new[] { 1, 2 }.Select(threads => OnnxExpressionRecognizer.Load(modelPath, options => options.IntraOpNumThreads = threads))];
        using torch.Tensor matrix = torch.rand(2048, 2048);
        Console.WriteLine("batch  median ms, one thread  two threads  gain  gain of 2048^3  one over the other");
        foreach ((int batch, int calls) in new[] { (1, 80), (32, 3), (256, 1) })
        {
            FaceImage[] faces = [.. Enumerable.Range(0, batch).Select(i => SyntheticFaces.Draw((FacialExpression)(i % 7), i, variation: 1))];
            var products = new List<double>[] { [], [] };
            var runs = new List<double>[] { [], [] };
            for (int round = -2; round < Rounds; round++) // The first two warm up.
            {
                for (int i = 0; i < recognizers.Length; i++)
                {
                    torch.set_num_threads(i + 1);
                    double product = Milliseconds(1, () => matrix.mm(matrix).Dispose());
                    double run = Milliseconds(calls, () => recognizers[i].Recognize(faces));
                    if (round >= 0)
                    {
                        products[i].Add(product);
                        runs[i].Add(run);
                    }
                }
            }

            double[] gains = [.. runs[0].Zip(runs[1], (one, two) => one / two)];
            double[] productGains = [.. products[0].Zip(products[1], (one, two) => one / two)];
            double[] ratios = [.. gains.Zip(productGains, (gain, product) => gain / product)];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{batch,5}  {runs[0].Median(),21:F2}  {runs[1].Median(),11:F2}  {gains.Median(),4:F2}  {productGains.Median(),14:F2}  "
                + $"{ratios.Median(),18:F2}"));
        }

        foreach (OnnxExpressionRecognizer recognizer in recognizers)
        {
            recognizer.Dispose();
        }
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
