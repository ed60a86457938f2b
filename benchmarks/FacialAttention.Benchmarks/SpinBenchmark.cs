using System.Diagnostics;
using System.Globalization;
using TorchSharp;

namespace FacialAttention.Benchmarks;

/// <summary>
/// A training step on two threads by how long OpenMP's threads spin while they wait, alone and beside other work. OpenMP reads its settings
/// when it is loaded, so each has a process of its own; all of them live through the whole part and take steps in turn.
/// </summary>
internal static class SpinBenchmark
{
    public const string StepsCommand = "spin-steps";

    private const int Threads = 2, Batch = 15, StepsOfTurn = 5, WarmUp = 3;

    /// <summary>GNU OpenMP's own count where nothing is set (libgomp, env.c): a process of this library cannot be without one.</summary>
    private const string OwnSpins = "300000";

    private static readonly (string Name, string Variable, string Value)[] Settings =
    [
        ("unset", OpenMPWaiting.SpinCount, OwnSpins),
        ("1000", OpenMPWaiting.SpinCount, "1000"),
        ("2000", OpenMPWaiting.SpinCount, "2000"),
        ("3000", OpenMPWaiting.SpinCount, "3000"),
        ("5000", OpenMPWaiting.SpinCount, "5000"),
        ("passive", OpenMPWaiting.Policy, "passive"),
    ];

    public static void Run(Report report, int rounds)
    {
        Process[] steppers = [.. Settings.Select(setting => Start(setting.Variable, setting.Value))];
        try
        {
            Array.ForEach(steppers, stepper => Turn(stepper));
            report.Add("spin", [.. new[] { 0, 1, 2 }.SelectMany(loops => Measure(steppers, loops, rounds))]);
        }
        finally
        {
            foreach (Process stepper in steppers)
            {
                stepper.StandardInput.Close(); // ends it
                stepper.WaitForExit();
                stepper.Dispose();
            }
        }
    }

    /// <summary>A child: for each line that it reads, it takes some steps and writes the median time of one in milliseconds.</summary>
    public static void RunSteps()
    {
        torch.set_num_threads(Threads);
        using var step = new TrainingStep(NetworkVariant.AcnnAlstm, new ExpressionNetworkOptions { LstmHiddenSize = 128, LstmLayers = 1 }, Batch);
        for (int i = 0; i < WarmUp; i++)
        {
            step.Run();
        }

        while (Console.ReadLine() is not null)
        {
            var milliseconds = new double[StepsOfTurn];
            for (int i = 0; i < StepsOfTurn; i++)
            {
                long start = Stopwatch.GetTimestamp();
                step.Run();
                milliseconds[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }

            Console.WriteLine(Rounds.Median(milliseconds).ToString("R", CultureInfo.InvariantCulture));
        }
    }

    private static IEnumerable<Row> Measure(Process[] steppers, int loops, int rounds)
    {
        using var busy = new BusyLoops(loops);
        var turns = new double[steppers.Length][];
        for (int i = 0; i < steppers.Length; i++)
        {
            turns[i] = new double[rounds];
        }

        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < steppers.Length; i++)
            {
                turns[i][round] = Turn(steppers[i]);
            }
        }

        return turns.Select((times, index) => new Row(
            loops,
            Settings[index].Name,
            Rounds.Median(times),
            Rounds.Quantile(times, 0.9),
            Rounds.Median([.. times.Zip(turns[0], (time, own) => time / own)])));
    }

    private static double Turn(Process stepper)
    {
        stepper.StandardInput.WriteLine();
        string line = stepper.StandardOutput.ReadLine() ?? throw new InvalidOperationException("A process of steps ended; expected a time.");
        return double.Parse(line, CultureInfo.InvariantCulture);
    }

    private static Process Start(string variable, string value)
    {
        ProcessStartInfo start = ChildProcess.Self(StepsCommand);
        start.RedirectStandardInput = true;
        _ = start.Environment.Remove(OpenMPWaiting.SpinCount);
        _ = start.Environment.Remove(OpenMPWaiting.Policy);
        start.Environment[variable] = value;
        return Process.Start(start)!;
    }

    private sealed record Row(int BusyLoops, string Spins, double Milliseconds, double NinetyPercentWithin, double TimesUnset);
}
