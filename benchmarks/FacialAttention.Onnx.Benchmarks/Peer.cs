using System.Diagnostics;
using System.Globalization;

namespace FacialAttention.Onnx.Benchmarks;

/// <summary>
/// One face at a time with one thread, beside the expression network of the npm package @vladmandic/face-api in a process of its own; they
/// run by turns, never at the same time.
/// </summary>
internal static class Peer
{
    private const int Rounds = 15;
    private const int Calls = 50;

    public static void Run(string modelPath, string nodeFolder)
    {
        using OnnxExpressionRecognizer recognizer = OnnxExpressionRecognizer.Load(modelPath, options => options.IntraOpNumThreads = 1);
        FaceImage face = SyntheticFaces.Draw(FacialExpression.Happy, identity: 1, variation: 1);
        string script = Path.Combine(AppContext.BaseDirectory, "face_api.cjs");
        using Process node = Process.Start(
            new ProcessStartInfo("node", [script, nodeFolder]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        string description = node.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The peer did not start.");
        var ours = new List<(double Milliseconds, double CpuMilliseconds)>();
        var theirs = new List<(double Milliseconds, double CpuMilliseconds)>();
        for (int round = -2; round < Rounds; round++)
        {
            (double, double) own = Own(recognizer, face);
            (double, double) peer = Ask(node);
            if (round >= 0) // What went before warmed up.
            {
                ours.Add(own);
                theirs.Add(peer);
            }
        }

        node.StandardInput.Close();
        node.WaitForExit();
        Console.WriteLine($"{Rounds} rounds of {Calls} faces each; face-api on {description.Split(' ')[0]}, TensorFlow.js {description.Split(' ')[1]}");
        Console.WriteLine("                  median ms a face  median CPU ms a face");
        Print("FacialAttention", ours);
        Print("face-api", theirs);
        double[] ratios = [.. ours.Zip(theirs, (own, peer) => own.CpuMilliseconds / peer.CpuMilliseconds)];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CPU time over face-api's, median of the rounds: {ratios.Median():F3}"));
    }

    private static (double Milliseconds, double CpuMilliseconds) Own(OnnxExpressionRecognizer recognizer, FaceImage face)
    {
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        for (int call = 0; call < Calls; call++)
        {
            recognizer.Recognize(face);
        }

        double elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return (elapsed / Calls, (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds / Calls);
    }

    private static (double Milliseconds, double CpuMilliseconds) Ask(Process node)
    {
        node.StandardInput.WriteLine(Calls);
        node.StandardInput.Flush();
        string answer = node.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The peer ended before its answer.");
        double[] milliseconds = [.. answer.Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture) / Calls)];
        return (milliseconds[0], milliseconds[1]);
    }

    private static void Print(string name, List<(double Milliseconds, double CpuMilliseconds)> rounds) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name,-16}  {rounds.Select(round => round.Milliseconds).ToArray().Median(),16:F2}  "
        + $"{rounds.Select(round => round.CpuMilliseconds).ToArray().Median(),20:F2}"));
}
