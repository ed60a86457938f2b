namespace FacialAttention.Tests.Training;

public sealed class EarlyStoppingTests
{
    [Fact]
    public void Add_FewerErrorsThenLessLoss_IsBetter()
    {
        (double Error, double Loss, bool IsBest, int Failures)[] steps =
        [
            (0.5, 2.0, true, 0), // The first always.
            (0.5, 2.0, false, 1), // Equal: the earlier one stays.
            (0.5, 2.1, false, 2),
            (0.5, 1.9, true, 0), // Equal errors, less loss.
            (0.6, 0.1, false, 1), // More errors, whatever the loss.
            (0.4, 9.0, true, 0), // Fewer errors, whatever the loss.
            (0.4, 9.5, false, 1),
            (0.5, 1.0, false, 2),
        ];
        var stopping = new EarlyStopping();
        stopping.Best.Should().BeNull();
        TrainingPoint? best = null;
        for (int i = 0; i < steps.Length; i++)
        {
            var point = new TrainingPoint(10 * (i + 1), steps[i].Loss, steps[i].Error);
            stopping.Add(point).Should().Be(steps[i].IsBest, "of step {0}", i);
            stopping.Failures.Should().Be(steps[i].Failures, "of step {0}", i);
            best = steps[i].IsBest ? point : best;
            stopping.Best.Should().Be(best);
        }
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 6)]
    [InlineData(3, 7)]
    [InlineData(4, null)]
    [InlineData(null, null)]
    public void HasExhausted_PatienceFailuresInARow_EndsAtThatPointExactly(int? patience, int? expected)
    {
        double[] errors = [0.5, 0.4, 0.45, 0.3, 0.35, 0.3, 0.31, 0.2];
        var stopping = new EarlyStopping();
        stopping.HasExhausted(patience).Should().BeFalse("nothing was measured");

        int? end = null;
        for (int i = 0; i < errors.Length && end is null; i++)
        {
            stopping.Add(new TrainingPoint(i + 1, 1, errors[i]));
            end = stopping.HasExhausted(patience) ? i + 1 : null;
        }

        end.Should().Be(expected);
    }
}
