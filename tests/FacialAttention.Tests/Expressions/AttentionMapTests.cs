namespace FacialAttention.Tests.Expressions;

public sealed class AttentionMapTests
{
    [Fact]
    public void Indexer_EachPlace_IsTheWeightTimesTheNumberOfPlaces()
    {
        var map = new AttentionMap("local_attention", 2, 3, [0.5f, 0, 0.25f, 0.125f, 0.125f, 0]);

        (map.Layer, map.GridHeight, map.GridWidth).Should().Be(("local_attention", 2, 3));
        map.Weights.Should().Equal(0.5f, 0, 0.25f, 0.125f, 0.125f, 0);
        new[] { map[0, 0], map[0, 1], map[0, 2], map[1, 0], map[1, 1], map[1, 2] }.Should().Equal(3, 0, 1.5f, 0.75f, 0.75f, 0);
        map.Invoking(m => m[2, 0]).Should().ThrowExactly<ArgumentOutOfRangeException>().WithMessage("row is 2; expected 0 to 1.*");
        map.Invoking(m => m[0, -1]).Should().ThrowExactly<ArgumentOutOfRangeException>().WithMessage("column is -1; expected 0 to 2.*");
    }

    [Fact]
    public void Constructor_Weights_AreCopied()
    {
        float[] weights = [0.25f, 0.75f];
        var map = new AttentionMap("global_attention", 1, 2, weights);
        weights[0] = 9;

        map.Weights.Should().Equal(0.25f, 0.75f);
    }

    [Theory]
    [InlineData(1, 2, "Got 3 weights; expected 2, one for each place of a grid of 1x2.*", 0.5f, 0.25f, 0.25f)]
    [InlineData(1, 2, "A weight is -0.5; expected 0 to 1.*", 1.5f, -0.5f)]
    [InlineData(1, 2, "A weight is NaN; expected 0 to 1.*", 1f, float.NaN)]
    [InlineData(1, 2, "The weights sum to 1.5; expected 1.*", 1f, 0.5f)]
    [InlineData(1, 1, "The weights sum to Infinity; expected 1.*", float.PositiveInfinity)]
    [InlineData(0, 2, "gridHeight is 0; expected 1 to 32768.*")]
    [InlineData(2, -1, "gridWidth is -1; expected 1 to 32768.*")]
    public void Constructor_BadValue_SaysWhatWasGotAndExpected(int height, int width, string message, params float[] weights)
    {
        FluentActions.Invoking(() => new AttentionMap("local_attention", height, width, weights))
            .Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void Attention_NotAskedFor_IsEmpty()
    {
        var labels = new ExpressionLabels("calm", "tense");
        var map = new AttentionMap("local_attention", 1, 1, [1]);
        List<AttentionMap> maps = [map];
        var prediction = new ExpressionPrediction(labels, [0.5f, 0.5f]) { Attention = maps };
        maps.Clear();

        new ExpressionPrediction(labels, [0.5f, 0.5f]).Attention.Should().BeEmpty();
        prediction.Attention.Should().Equal(map);
        FluentActions.Invoking(() => new ExpressionPrediction(labels, [0.5f, 0.5f]) { Attention = null! })
            .Should().ThrowExactly<ArgumentNullException>();
    }
}
