using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Training;

public sealed class MixupTests
{
    [Theory]
    [InlineData(0.2)]
    [InlineData(1.0)]
    [InlineData(4.0)]
    public void Draw_Shares_AreTheLargerPartsOfASymmetricBetaDistribution(double alpha)
    {
        const int Draws = 20_000;
        var mixup = new Mixup(alpha, seed: 1);

        double[] shares = [.. Enumerable.Range(1, Draws).Select(iteration => mixup.Draw(1, iteration).Share)];

        shares.Should().OnlyContain(share => share >= 0.5 && share <= 1);
        // Taking the larger part keeps the even central moments of Beta(alpha, alpha).
        ShouldHaveMean([.. shares.Select(share => Math.Pow(share - 0.5, 2))], 1 / (4 * ((2 * alpha) + 1)));
        ShouldHaveMean([.. shares.Select(share => Math.Pow(share - 0.5, 4))], 3 / (16 * ((2 * alpha) + 1) * ((2 * alpha) + 3)));
        if (alpha == 1)
        {
            ShouldHaveMean(shares, 0.75); // Beta(1, 1) is uniform.
        }
    }

    [Theory]
    [InlineData(1e-6)]
    [InlineData(100.0)]
    public void Draw_ExtremeAlpha_StaysWithinItsRange(double alpha)
    {
        var mixup = new Mixup(alpha, seed: 1);

        double[] shares = [.. Enumerable.Range(1, 1000).Select(iteration => mixup.Draw(1, iteration).Share)];

        shares.Should().OnlyContain(share => share >= 0.5 && share <= 1);
        shares.Average().Should().BeInRange(alpha < 1 ? 0.999 : 0.5, alpha < 1 ? 1 : 0.55);
    }

    [Fact]
    public void Draw_Partners_AreTheBatchInAnotherOrder()
    {
        var mixup = new Mixup(1, seed: 1);
        long[][] partners = [.. Enumerable.Range(1, 200).Select(iteration => mixup.Draw(5, iteration).Partners)];

        partners.Should().AllSatisfy(it => it.Should().BeEquivalentTo([0L, 1, 2, 3, 4]));
        for (int place = 0; place < 5; place++)
        {
            partners.Select(it => it[place]).Distinct().Should().HaveCount(5);
        }
    }

    [Fact]
    public void Draw_SeedAndIteration_AloneDecide()
    {
        (double Share, long[] Partners) expected = new Mixup(1, seed: 4).Draw(6, 9);
        var mixup = new Mixup(1, seed: 4);
        mixup.Draw(6, 1);

        mixup.Draw(6, 9).Should().BeEquivalentTo(expected, options => options.WithStrictOrdering());
        mixup.Draw(6, 10).Share.Should().NotBe(expected.Share);
        new Mixup(1, seed: 5).Draw(6, 9).Share.Should().NotBe(expected.Share);
    }

    [Fact]
    public void Mix_Images_AddsThePartnersRestAndLeavesTheImages()
    {
        using var scope = NewDisposeScope();
        Tensor images = Numbers.RandomImages(1, ScalarType.Float32, 3, 1, 2, 5);
        double[][] faces = [.. Numbers.ValuesOf(images).Chunk(10)];
        FaceBatch batch = new(images, eye(3));

        FaceBatch mixed = Mixup.Mix(batch, Partners(batch), 0.75);

        IEnumerable<double> expected = ((int[])[2, 0, 1]).SelectMany((partner, i) =>
            faces[i].Zip(faces[partner], (x, y) => (0.75 * x) + (0.25 * y)));
        Numbers.ShouldBe(mixed.Images.view(-1), expected.ToArray(), 1e-6);
        Numbers.ShouldBe(mixed.Targets.view(-1), (double[])[0.75, 0, 0.25, 0.25, 0.75, 0, 0, 0.25, 0.75], 1e-6);
        LayerChecks.LeavesItsInputAlone(it => Mixup.Mix(batch with { Images = it }, Partners(batch), 0.75).Images, images);
    }

    [Fact]
    public void Mix_Weights_CountInTheTargetsAsInTheLoss()
    {
        using var scope = NewDisposeScope();
        FaceBatch batch = new(zeros(3, 1, 2, 5), eye(3)) { Weights = tensor(new float[] { 1, 0, 3 }) };

        FaceBatch mixed = Mixup.Mix(batch, Partners(batch), 0.75);

        Numbers.ShouldBe(mixed.Weights!, (double[])[1.5, 0.25, 2.25], 1e-6);
        Numbers.ShouldBe(mixed.Targets.view(-1), (double[])[0.5, 0, 0.5, 1, 0, 0, 0, 0, 1], 1e-6);
    }

    /// <summary>The third face for the first, the first for the second, the second for the third.</summary>
    private static FaceBatch Partners(FaceBatch batch) => batch.Map(column => column.index_select(0, tensor((long[])[2, 0, 1])));

    /// <summary>Within four standard errors.</summary>
    private static void ShouldHaveMean(double[] values, double expected)
    {
        double mean = values.Average();
        double error = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / values.Length / (values.Length - 1));
        mean.Should().BeApproximately(expected, 4 * error);
        error.Should().BeLessThan(0.02 * expected);
    }
}
