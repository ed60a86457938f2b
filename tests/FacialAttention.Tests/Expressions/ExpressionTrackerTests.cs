namespace FacialAttention.Tests.Expressions;

public sealed class ExpressionTrackerTests
{
    private static readonly ExpressionLabels Labels = new("calm", "Happy", "other");
    private static readonly ExpressionTrackerOptions OneSecond = new() { TimeConstant = TimeSpan.FromSeconds(1), Margin = 0.1 };

    [Fact]
    public void Update_FirstFrame_IsShownAsItIs()
    {
        var tracker = new ExpressionTracker(Labels);

        TrackedExpression tracked = tracker.Update(TimeSpan.FromSeconds(7), Prediction(0.25f, 0.5f));

        (tracked.Index, tracked.Label, tracked.Expression, tracked.Probability).Should().Be((1, "Happy", FacialExpression.Happy, 0.5f));
        tracked.Smoothed.Probabilities.Should().Equal(0.25f, 0.5f, 0.25f);
        (tracked.Time, tracked.Since, tracked.IsSettled).Should().Be((TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7), false));
        tracked.ToString().Should().Be("Happy 50.0 %");
    }

    [Fact]
    public void Update_LineFromZeroToOne_IsItsExponentialMean()
    {
        var tracker = new ExpressionTracker(Labels, OneSecond);
        tracker.Update(TimeSpan.Zero, Prediction(1, 0));

        TrackedExpression tracked = tracker.Update(TimeSpan.FromSeconds(1), Prediction(0, 1));

        // The integral of x exp(x - 1) from 0 to 1, and what was there before counts as 0.
        tracked.Smoothed.Probabilities[1].Should().BeApproximately((float)Math.Exp(-1), 1e-6f);
        tracked.Smoothed.Probabilities[0].Should().BeApproximately((float)(1 - Math.Exp(-1)), 1e-6f);
    }

    [Fact]
    public void Update_StepThatStays_Is63PercentThereAfterATimeConstant()
    {
        var tracker = new ExpressionTracker(Labels, OneSecond);
        tracker.Update(TimeSpan.Zero, Prediction(1, 0));
        tracker.Update(TimeSpan.FromMilliseconds(0.001), Prediction(0, 1));

        tracker.Update(TimeSpan.FromSeconds(1), Prediction(0, 1)).Smoothed.Probabilities[1].Should().BeApproximately(0.632f, 1e-3f);
        tracker.Update(TimeSpan.FromSeconds(3), Prediction(0, 1)).Smoothed.Probabilities[1].Should().BeApproximately(0.950f, 1e-3f);
    }

    [Fact]
    public void Update_OneFrameOfAnotherClass_LeavesTheLabel()
    {
        var tracker = new ExpressionTracker(Labels);
        for (int i = 0; i < 30; i++)
        {
            tracker.Update(TimeSpan.FromSeconds(i / 30.0), Prediction(0.9f, 0.1f));
        }

        tracker.Update(TimeSpan.FromSeconds(1), Prediction(0, 1)).Label.Should().Be("calm");
        tracker.Update(TimeSpan.FromSeconds(31 / 30.0), Prediction(0.9f, 0.1f)).Label.Should().Be("calm");
    }

    [Fact]
    public void Update_ClassThatStays_TakesOverOnceAndByTheMargin()
    {
        var tracker = new ExpressionTracker(Labels, OneSecond);
        tracker.Update(TimeSpan.Zero, Prediction(1, 0));
        TrackedExpression[] tracked =
        [
            .. Enumerable.Range(1, 200).Select(i => tracker.Update(TimeSpan.FromSeconds(i / 100.0), Prediction(0, 1))),
        ];

        TrackedExpression change = tracked.First(it => it.Index == 1);
        change.Smoothed.Probabilities[1].Should().BeGreaterThan(0.55f).And.BeLessThan(0.56f);
        change.Since.Should().Be(change.Time);
        tracked.SkipWhile(it => it.Index == 0).Should().OnlyContain(it => it.Index == 1 && it.Since == change.Since);
        tracked.Where(it => it.Index == 0).Should().Contain(it => it.Smoothed.Index == 1, "being ahead by less is not enough");
    }

    [Fact]
    public void Update_TwoClassesNearlyEqual_DoNotFlicker()
    {
        ExpressionTrackerOptions[] options = [OneSecond, OneSecond with { Margin = 0 }];

        int[] changes = [.. options.Select(option =>
        {
            var tracker = new ExpressionTracker(Labels, option);
            int[] shown = [.. Enumerable.Range(0, 100).Select(i => tracker.Update(
                TimeSpan.FromSeconds(i), i == 0 ? Prediction(0.5f, 0.5f) : i % 2 == 0 ? Prediction(0.6f, 0.4f) : Prediction(0.4f, 0.6f)).Index)];
            return shown.Zip(shown.Skip(1)).Count(pair => pair.First != pair.Second);
        })];

        changes[0].Should().Be(0);
        changes[1].Should().BeGreaterThan(20, "the signal does change its mind");
    }

    [Fact]
    public void Update_AfterALongGap_BeginsAnew()
    {
        var tracker = new ExpressionTracker(Labels, OneSecond with { LongestGap = TimeSpan.FromSeconds(3) });
        tracker.Update(TimeSpan.Zero, Prediction(1, 0));
        tracker.Update(TimeSpan.FromSeconds(1), Prediction(1, 0)).IsSettled.Should().BeTrue();

        TrackedExpression within = tracker.Update(TimeSpan.FromSeconds(4), Prediction(0.4f, 0.6f));
        TrackedExpression after = tracker.Update(TimeSpan.FromSeconds(7.1), Prediction(0.4f, 0.6f));

        (within.Index, within.IsSettled).Should().Be((0, true));
        within.Smoothed.Probabilities[1].Should().BeLessThan(0.6f);
        after.Smoothed.Probabilities.Should().Equal(0.4f, 0.6f, 0f);
        (after.Index, after.IsSettled, after.Since).Should().Be((1, false, TimeSpan.FromSeconds(7.1)));
    }

    [Fact]
    public void Update_TimeThatGoesBack_IsRefusedAndForgotten()
    {
        var tracker = new ExpressionTracker(Labels, OneSecond);
        tracker.Update(TimeSpan.FromSeconds(2), Prediction(1, 0));

        tracker.Invoking(it => it.Update(TimeSpan.FromSeconds(1.5), Prediction(0, 1))).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Got a frame of 00:00:01.5000000 after one of 00:00:02; expected times that do not go back, or a call of Reset.*");

        tracker.Update(TimeSpan.FromSeconds(2), Prediction(1, 0)).Smoothed.Probabilities.Should().Equal(1, 0, 0);
    }

    [Fact]
    public void Update_TwoFramesOfOneTime_TakesTheLaterOn()
    {
        var tracker = new ExpressionTracker(Labels, OneSecond);
        var other = new ExpressionTracker(Labels, OneSecond);
        tracker.Update(TimeSpan.Zero, Prediction(1, 0));
        other.Update(TimeSpan.Zero, Prediction(1, 0));
        tracker.Update(TimeSpan.FromSeconds(0.5), Prediction(0, 1));
        TrackedExpression twice = tracker.Update(TimeSpan.FromSeconds(0.5), Prediction(0.5f, 0.5f));
        other.Update(TimeSpan.FromSeconds(0.5), Prediction(0, 1)).Smoothed.Probabilities.Should().Equal(twice.Smoothed.Probabilities);

        tracker.Update(TimeSpan.FromSeconds(1), Prediction(0.5f, 0.5f)).Smoothed.Probabilities[1]
            .Should().BeLessThan(other.Update(TimeSpan.FromSeconds(1), Prediction(0.5f, 0.5f)).Smoothed.Probabilities[1]);
    }

    [Fact]
    public void Reset_Tracker_TakesAnyTimeAndKeepsNothing()
    {
        var tracker = new ExpressionTracker(Labels, OneSecond);
        tracker.Update(TimeSpan.FromSeconds(9), Prediction(1, 0));

        tracker.Reset();

        TrackedExpression tracked = tracker.Update(TimeSpan.FromSeconds(1), Prediction(0, 1));
        (tracked.Index, tracked.Since).Should().Be((1, TimeSpan.FromSeconds(1)));
        tracked.Smoothed.Probabilities.Should().Equal(0, 1, 0);
    }

    [Fact]
    public void Update_PredictionOfOtherClasses_IsRefused()
    {
        new ExpressionTracker(Labels).Invoking(it => it.Update(TimeSpan.Zero, new ExpressionPrediction(new("a", "b"), [0.5f, 0.5f])))
            .Should().ThrowExactly<ArgumentException>().WithMessage("Got a prediction of a, b; expected one of calm, Happy, other.*");
    }

    [Fact]
    public void Options_OutOfRange_AreNamed()
    {
        FluentActions.Invoking(() => new ExpressionTrackerOptions { TimeConstant = TimeSpan.Zero }).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("TimeConstant is 00:00:00; expected 00:00:00.0010000 to 01:00:00.*");
        FluentActions.Invoking(() => new ExpressionTrackerOptions { LongestGap = TimeSpan.FromHours(2) })
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("LongestGap is 02:00:00; expected 00:00:00.0010000 to 01:00:00.*");
        FluentActions.Invoking(() => new ExpressionTrackerOptions { Margin = -0.1 }).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Margin is -0.1; expected 0 to 1.*");
    }

    private static ExpressionPrediction Prediction(float calm, float happy) => new(Labels, [calm, happy, 1 - calm - happy]);
}
