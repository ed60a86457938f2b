using VariantTable;

namespace FacialAttention.Tests.Samples;

/// <summary>Against figures that were computed elsewhere.</summary>
public sealed class IntervalTests
{
    /// <summary>Tables of Student's distribution, to three decimals.</summary>
    [Theory]
    [InlineData(1, 12.706)]
    [InlineData(2, 4.303)]
    [InlineData(3, 3.182)]
    [InlineData(4, 2.776)]
    [InlineData(5, 2.571)]
    [InlineData(9, 2.262)]
    [InlineData(10, 2.228)]
    [InlineData(30, 2.042)]
    [InlineData(120, 1.980)]
    public void StudentT_DegreesOfFreedom_IsThatOfTheTables(int freedom, double expected) =>
        Interval.StudentT(freedom).Should().BeApproximately(expected, 0.0005);

    /// <summary>The examples of Newcombe (1998), Statistics in Medicine 17, table I, method 3: Wilson's score interval.</summary>
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void Wilson_ExamplesOfTheLiterature_AreTheirs(long right, long total, double low, double high)
    {
        Interval interval = Interval.Wilson(right, total);

        interval.Low.Should().BeApproximately(low, 0.00005);
        interval.High.Should().BeApproximately(high, 0.00005);
    }

    [Fact]
    public void OfMean_ThreeValues_IsMeanAndQuantileTimesStandardError()
    {
        Interval interval = Interval.OfMean([1.0, 2.0, 4.0])!.Value;

        // Mean 7/3, standard deviation sqrt(7/3), and so 4.302653 * 0.881917 = 3.794583 to either side.
        interval.Low.Should().BeApproximately(-1.461249, 1e-5);
        interval.High.Should().BeApproximately(6.127916, 1e-5);
    }

    [Fact]
    public void OfMean_OneValue_IsNone() => Interval.OfMean([0.5]).Should().BeNull();
}
