using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Training;

public sealed class AugmentationLightTests
{
    private const int Count = 300;
    private const int Pixels = 7 * 11;

    [Theory]
    [InlineData(0.1, 0)]
    [InlineData(0, 0.4)]
    [InlineData(0.1, 0.4)]
    public void Light_IsAffineInThePixelsAndBrightnessAloneMovesTheMean(double brightness, double contrast)
    {
        (double[] slopes, double[] moves, double largestResidual) = Fit(brightness, contrast);

        largestResidual.Should().BeLessThan(1e-6);
        ShouldBeUniform([.. slopes.Select(slope => slope - 1)], contrast);
        ShouldBeUniform(moves, brightness);
    }

    [Fact]
    public void Brightness_IsTheSameWithAndWithoutContrast()
    {
        double[] alone = Fit(0.1, 0).Moves, together = Fit(0.1, 0.4).Moves;

        together.Zip(alone).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
    }

    [Fact]
    public void Light_BeyondBlackAndWhite_IsHeldThere()
    {
        using var scope = NewDisposeScope();
        Tensor images = Numbers.RandomImages(1, ScalarType.Float32, Count, 1, 7, 11);
        var options = new AugmentationOptions { FlipProbability = 0, MaxBrightness = 1, MaxContrast = 1 };

        double[] result = Numbers.ValuesOf(new Augmentation(options).Apply(images, 1));

        result.Should().OnlyContain(pixel => pixel >= 0 && pixel <= 1);
        result.Should().Contain(0).And.Contain(1);
    }

    private static void ShouldBeUniform(double[] values, double bound)
    {
        values.Max(Math.Abs).Should().BeLessThanOrEqualTo(bound + 1e-5);
        if (bound > 0)
        {
            values.Max().Should().BeGreaterThan(0.95 * bound);
            values.Min().Should().BeLessThan(-0.95 * bound);
            values.Average().Should().BeApproximately(0, 4 * bound / Math.Sqrt(3 * Count), "that is four standard errors");
        }
    }

    /// <summary>The straight line through new pixel over old, for each face: its slope and where the face's mean goes.</summary>
    private static (double[] Slopes, double[] Moves, double LargestResidual) Fit(double brightness, double contrast)
    {
        using var scope = NewDisposeScope();
        Tensor images = Numbers.RandomImages(1, ScalarType.Float64, Count, 1, 7, 11).mul(0.3).add(0.35); // Never near black or white.
        var options = new AugmentationOptions { FlipProbability = 0, MaxBrightness = brightness, MaxContrast = contrast };
        double[][] before = [.. Numbers.ValuesOf(images).Chunk(Pixels)];
        double[][] after = [.. Numbers.ValuesOf(new Augmentation(options).Apply(images, 1)).Chunk(Pixels)];
        var slopes = new double[Count];
        var moves = new double[Count];
        double largest = 0;
        for (int i = 0; i < Count; i++)
        {
            double mean = before[i].Average(), newMean = after[i].Average();
            slopes[i] = before[i].Zip(after[i], (x, y) => (x - mean) * (y - newMean)).Sum() / before[i].Sum(x => (x - mean) * (x - mean));
            moves[i] = newMean - mean;
            largest = Math.Max(largest, before[i].Zip(after[i], (x, y) => Math.Abs(y - newMean - (slopes[i] * (x - mean)))).Max());
        }

        return (slopes, moves, largest);
    }
}
