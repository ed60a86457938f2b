using System.Diagnostics;

namespace FacialAttention.Benchmarks;

/// <summary>
/// Timing of things that are to be compared: they run in turn, round after round, so that whatever else the machine does meets all of
/// them alike. A ratio is the median over the rounds of the ratios within each.
/// </summary>
internal sealed class Rounds
{
    private readonly Dictionary<string, List<double>> _seconds = [];

    /// <summary>Runs each action once to warm up, then all of them in turn.</summary>
    public Rounds(int count, params (string Name, Action Run)[] actions)
    {
        foreach ((string name, Action run) in actions)
        {
            run();
            _seconds.Add(name, []);
        }

        for (int i = 0; i < count; i++)
        {
            foreach ((string name, Action run) in actions)
            {
                long start = Stopwatch.GetTimestamp();
                run();
                _seconds[name].Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }
    }

    /// <summary>The median time of an action in seconds.</summary>
    public double Seconds(string name) => Median(_seconds[name]);

    /// <summary>The time of one action in units of another's.</summary>
    public double Ratio(string name, string of) => Median([.. _seconds[name].Zip(_seconds[of], (value, unit) => value / unit)]);

    public static double Median(IReadOnlyList<double> values) => Quantile(values, 0.5);

    /// <summary>The smallest value that at least this share of the values does not exceed.</summary>
    public static double Quantile(IReadOnlyList<double> values, double share) =>
        values.Order().ElementAt(Math.Max(0, (int)Math.Ceiling(share * values.Count) - 1));
}
