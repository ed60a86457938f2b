using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace FacialAttention.Tests.Properties;

/// <summary>Smoothing is by time: how often a signal is seen does not change what is seen of it.</summary>
[Properties(Arbitrary = new[] { typeof(ExpressionTrackerProperties) })]
public sealed class ExpressionTrackerProperties
{
    private static readonly ExpressionLabels Labels = new("a", "b", "c");

    /// <summary>Probabilities at each half second, between which they change along lines.</summary>
    public sealed record Signal(int Seed, double TimeConstant)
    {
        internal const double Spacing = 0.5, Length = 6;

        internal ExpressionTrackerOptions Options => new() { TimeConstant = TimeSpan.FromSeconds(TimeConstant) };

        internal ExpressionPrediction At(double time)
        {
            double place = time / Spacing;
            double way = place - Math.Floor(place);
            double[] before = Knot((int)Math.Floor(place)), after = Knot((int)Math.Floor(place) + 1);
            return new ExpressionPrediction(Labels, [.. before.Zip(after, (x, y) => (float)(x + (way * (y - x))))]);
        }

        private double[] Knot(int index)
        {
            var random = new SeededRandom(Seed, index);
            double[] parts = [random.NextDouble(), random.NextDouble(), random.NextDouble()];
            return Array.ConvertAll(parts, part => part / parts.Sum());
        }
    }

    public static Arbitrary<Signal> Signals() =>
        (from seed in Some.Seed from timeConstant in Some.Number(0.1, 3) select new Signal(seed, timeConstant)).ToArbitrary();

    [Property(MaxTest = 100)]
    public void Update_TenOrThirtyFramesASecond_GiveTheSame(Signal signal)
    {
        float[] slow = Follow(signal, Evenly(10)).Smoothed.Probabilities.ToArray();
        float[] fast = Follow(signal, Evenly(30)).Smoothed.Probabilities.ToArray();

        slow.Zip(fast).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-5);
    }

    [Property(MaxTest = 100)]
    public void Update_FramesAtAnyTimes_GiveTheSameWhereNoneThatBendsIsMissed(Signal signal, int seed)
    {
        var random = new SeededRandom(seed);
        SortedSet<double> times = [.. Evenly(2)];
        for (int i = 0; i < 40; i++)
        {
            times.Add(random.NextDouble(0, Signal.Length));
        }

        float[] uneven = Follow(signal, times).Smoothed.Probabilities.ToArray();

        uneven.Zip(Follow(signal, Evenly(30)).Smoothed.Probabilities).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-5);
    }

    [Property(MaxTest = 100)]
    public void Update_FramesThatMissTheBends_GiveNearlyTheSame(Signal signal)
    {
        double[] every = [.. Evenly(30)];
        double[] some = [.. every.Where((_, i) => i % 4 != 1).Append(Signal.Length)];

        float[] fewer = Follow(signal, some).Smoothed.Probabilities.ToArray();

        fewer.Zip(Follow(signal, every).Smoothed.Probabilities).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 0.05);
    }

    [Property(MaxTest = 100)]
    public void Update_AnySignal_StaysWithinWhatWasSeen(Signal signal)
    {
        var tracker = new ExpressionTracker(Labels, signal.Options);
        (float least, float most) = (1, 0);
        foreach (double time in Evenly(15))
        {
            float seen = signal.At(time).Probabilities[0];
            (least, most) = (Math.Min(least, seen), Math.Max(most, seen));

            TrackedExpression tracked = tracker.Update(TimeSpan.FromSeconds(time), signal.At(time));

            tracked.Smoothed.Probabilities[0].Should().BeInRange(least - 1e-6f, most + 1e-6f);
            tracked.Smoothed.Probabilities.Max().Should().BeLessThanOrEqualTo((float)(tracked.Probability + signal.Options.Margin + 1e-6));
        }
    }

    private static IEnumerable<double> Evenly(int framesPerSecond) =>
        Enumerable.Range(0, (int)(Signal.Length * framesPerSecond) + 1).Select(i => (double)i / framesPerSecond);

    private static TrackedExpression Follow(Signal signal, IEnumerable<double> times)
    {
        var tracker = new ExpressionTracker(Labels, signal.Options);
        return times.Select(time => tracker.Update(TimeSpan.FromSeconds(time), signal.At(time))).Last();
    }
}
