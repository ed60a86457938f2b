using FacialAttention.Tests.Training;

namespace FacialAttention.Tests.Expressions;

public sealed class ExpressionPredictionTests
{
    private static readonly ExpressionLabels Labels = new("calm", "Happy", "other");

    [Fact]
    public void Prediction_Probabilities_NamesTheMostProbableClass()
    {
        float[] probabilities = [0.125f, 0.75f, 0.125f];

        var prediction = new ExpressionPrediction(Labels, probabilities);
        probabilities[0] = 1;

        prediction.Index.Should().Be(1);
        prediction.Label.Should().Be("Happy");
        prediction.Expression.Should().Be(FacialExpression.Happy);
        prediction.Probability.Should().Be(0.75f);
        prediction.Probabilities.Should().Equal(0.125f, 0.75f, 0.125f);
        prediction.Labels.Should().BeSameAs(Labels);
        using var culture = new UnderCulture("de-DE");
        prediction.ToString().Should().Be("Happy 75.0 %");
    }

    [Fact]
    public void Prediction_OwnClassAndTie_IsTheFirstAndNoExpression()
    {
        var prediction = new ExpressionPrediction(Labels, [0.4f, 0.2f, 0.4f]);

        prediction.Index.Should().Be(0);
        prediction.Expression.Should().BeNull();
    }

    [Fact]
    public void Top_Count_GivesTheMostProbableFirstAndEqualsInOrder()
    {
        var prediction = new ExpressionPrediction(Labels, [0.25f, 0.5f, 0.25f]);

        prediction.Top(3).Should().Equal(
            new ExpressionProbability(1, "Happy", 0.5f), new ExpressionProbability(0, "calm", 0.25f), new ExpressionProbability(2, "other", 0.25f));
        prediction.Top(1).Should().Equal(new ExpressionProbability(1, "Happy", 0.5f));
        using var culture = new UnderCulture("de-DE");
        prediction.Top(2)[0].ToString().Should().Be("Happy 50.0 %");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Top_CountOutOfRange_IsNamed(int count)
    {
        new ExpressionPrediction(Labels, [0.25f, 0.5f, 0.25f]).Invoking(it => it.Top(count)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage(FormattableString.Invariant($"count is {count}; expected 1 to 3.*"));
    }

    [Fact]
    public void Prediction_NoProbabilities_IsRefused()
    {
        FluentActions.Invoking(() => new ExpressionPrediction(Labels, [2.222f, -1.222f, 0])).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Probability 0 is 2.222; expected 0 to 1.*");
        FluentActions.Invoking(() => new ExpressionPrediction(Labels, [0.5f, -0.5f, 1])).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Probability 1 is -0.5; expected 0 to 1.*");
        FluentActions.Invoking(() => new ExpressionPrediction(Labels, [0, 0, 0])).Should().ThrowExactly<ArgumentException>()
            .WithMessage("The probabilities sum to 0; expected 1.*");
        FluentActions.Invoking(() => new ExpressionPrediction(Labels, [0.5f, 0.5f, 0.5f])).Should().ThrowExactly<ArgumentException>()
            .WithMessage("The probabilities sum to 1.5; expected 1.*");
        new ExpressionPrediction(Labels, [0.3334f, 0.3334f, 0.3334f]).Index.Should().Be(0, "rounding is no fault");
    }

    [Fact]
    public void Prediction_OtherCountOrNotFinite_IsRefused()
    {
        FluentActions.Invoking(() => new ExpressionPrediction(Labels, [0.5f, 0.5f])).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Got 2 probabilities; expected 3, one for each class.*");
        FluentActions.Invoking(() => new ExpressionPrediction(Labels, [0.5f, float.NaN, 0.5f])).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Probability 1 is NaN; expected 0 to 1.*");
        FluentActions.Invoking(() => new ExpressionPrediction(null!, [1])).Should().ThrowExactly<ArgumentNullException>();
    }
}
