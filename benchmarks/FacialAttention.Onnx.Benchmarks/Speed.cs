using System.Diagnostics;
using System.Globalization;
using TorchSharp;

namespace FacialAttention.Onnx.Benchmarks;

/// <summary>From pixels to probabilities with one thread, on both engines in turn, so that what else the machine does meets both.</summary>
internal static class Speed
{
    public static void Run(string checkpointPath, string modelPath)
    {
        using ExpressionNetwork network = Checkpoint.Load(checkpointPath);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{network.Variant.PaperName}, {network.ParameterCount:N0} parameters, {network.MultiplyAdds:N0} multiply-adds, one thread"));
        using var torchRecognizer = new TorchExpressionRecognizer(Checkpoint.Load(checkpointPath));
        using OnnxExpressionRecognizer onnx = OnnxExpressionRecognizer.Load(modelPath, options => options.IntraOpNumThreads = 1);
        Console.WriteLine("engine      batch  median ms  minimum ms  mean CPU ms");
        foreach ((int batch, int rounds) in new[] { (1, 300), (32, 30), (256, 8) })
        {
            FaceImage[] faces =
                [.. Enumerable.Range(0, batch).Select(i => SyntheticFaces.Draw((FacialExpression)(i % 7), i, variation: 1))];
            Measure(batch, rounds, [("TorchSharp", () => Recognize(torchRecognizer, faces)), ("ONNX", () => Recognize(onnx, faces))]);
        }
    }

    private static void Recognize(IExpressionRecognizer recognizer, FaceImage[] faces)
    {
        if (faces.Length == 1)
        {
            recognizer.Recognize(faces[0]);
        }
        else
        {
            recognizer.Recognize(faces);
        }
    }

    private static void Measure(int batch, int rounds, (string Name, Action Action)[] engines)
    {
        var milliseconds = engines.Select(_ => new List<double>()).ToArray();
        var cpuMilliseconds = engines.Select(_ => new List<double>()).ToArray();
        using var process = Process.GetCurrentProcess();
        for (int round = -Math.Max(2, rounds / 10); round < rounds; round++)
        {
            for (int i = 0; i < engines.Length; i++)
            {
                process.Refresh();
                TimeSpan cpu = process.TotalProcessorTime;
                long start = Stopwatch.GetTimestamp();
                engines[i].Action();
                double elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                process.Refresh();
                if (round >= 0)
                {
                    milliseconds[i].Add(elapsed);
                    cpuMilliseconds[i].Add((process.TotalProcessorTime - cpu).TotalMilliseconds);
                }
            }
        }

        for (int i = 0; i < engines.Length; i++)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{engines[i].Name,-10}  {batch,5}  {milliseconds[i].Median(),9:F2}  {milliseconds[i].Min(),10:F2}  "
                + $"{cpuMilliseconds[i].Average(),11:F2}"));
        }
    }
}
