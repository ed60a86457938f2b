using System.Diagnostics;

namespace FacialAttention.Fuzz.Run;

/// <summary>Says on standard error how far a target is: often in one line of a terminal, seldom in a log.</summary>
internal sealed class Progress
{
    private static readonly TimeSpan Interval = Console.IsErrorRedirected ? TimeSpan.FromSeconds(30) : TimeSpan.FromSeconds(0.5);

    private long _last = Stopwatch.GetTimestamp();

    public void Tell(TargetTotals totals, int cases, bool isLast)
    {
        if (!isLast && Stopwatch.GetElapsedTime(_last) < Interval)
        {
            return;
        }

        _last = Stopwatch.GetTimestamp();
        string line = $"{totals.Target}: {totals.Cases} of {cases} cases, {totals.FaultCount} fault(s)";
        if (Console.IsErrorRedirected || isLast)
        {
            Console.Error.WriteLine(Console.IsErrorRedirected ? line : $"\r{line}");
        }
        else
        {
            Console.Error.Write($"\r{line}");
        }
    }
}
