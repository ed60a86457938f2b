using Train;

namespace FacialAttention.Tests.Samples;

/// <summary>Rank correlations and the interval of their mean, against figures that are known.</summary>
public sealed class MapAgreementTests
{
    private static readonly double[] Rising = [1, 2, 3, 4];
    private static readonly double[] Falling = [4, 3, 2, 1];

    [Theory]
    [InlineData(new double[] { 10, 20, 30, 400 }, 1.0)]
    [InlineData(new double[] { 4, 3, 2, 1 }, -1.0)]
    [InlineData(new double[] { 1, 2, 2, 3 }, 0.948683)] // ranks 1, 2.5, 2.5, 4: 4.5 / sqrt(4.5 * 5)
    [InlineData(new double[] { 2, 1, 4, 3 }, 0.6)] // 1 - 6 * 4 / (4 * 15)
    public void RankCorrelation_KnownRanks_IsSpearmans(double[] values, double expected) =>
        RankCorrelation.Of(values, Rising).Should().BeApproximately(expected, 1e-6);

    [Fact]
    public void RankCorrelation_EqualNumbers_SaysNothing() => RankCorrelation.Of([1, 1, 1, 1], Rising).Should().BeNull();

    [Fact]
    public void Of_HalfAgreeAndHalfContradict_HasTheIntervalOfACoin()
    {
        const int Faces = 400;
        double[][] maps = [.. Enumerable.Range(0, Faces).Select(face => face % 2 == 0 ? Rising : Falling)];

        MapAgreement agreement = MapAgreement.Of("map", maps, [.. maps.Select(_ => Rising)], seed: 1);

        agreement.Mean.Should().Be(0);
        agreement.Median.Should().Be(0);
        double half = 1.96 / Math.Sqrt(Faces);
        agreement.Low.Should().BeApproximately(-half, 0.08 * half);
        agreement.High.Should().BeApproximately(half, 0.08 * half);
        agreement.FallAtMost.Should().Be(2.5, "the greatest is where the fall is 4, or 1");
    }
}
