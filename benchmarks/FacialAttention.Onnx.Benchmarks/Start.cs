using System.Diagnostics;
using System.Globalization;

namespace FacialAttention.Onnx.Benchmarks;

/// <summary>From the start of a program to its end, for programs that answer once.</summary>
internal static class Start
{
    private const int Rounds = 20;

    public static void Run(string program, string[] arguments)
    {
        var milliseconds = new List<double>();
        for (int round = -1; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            double elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"'{program}' ended with {process.ExitCode}; expected 0.");
            }

            if (round >= 0)
            {
                milliseconds.Add(elapsed);
            }
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Rounds} starts: median {milliseconds.Median():F0} ms, least {milliseconds.Min():F0} ms"));
    }
}
