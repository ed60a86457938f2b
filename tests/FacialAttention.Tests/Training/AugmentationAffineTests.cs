using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Training;

/// <summary>
/// Rotation, scale and shift, seen by where a round spot goes: its centre of mass, to a few hundredths of a pixel while it is away from
/// the border.
/// </summary>
public sealed class AugmentationAffineTests
{
    private const int Count = 400;
    private const double Tolerance = 0.05; // Pixels: what interpolation does to a spot of this size.

    [Theory]
    [InlineData(33, 47)]
    [InlineData(47, 33)]
    public void Shift_MovesEachFaceByUniformPixelsAlongEachAxis(int height, int width)
    {
        const double Most = 5;
        (double X, double Y)[] places = Places(height, width, (2, -3), new() { MaxShiftPixels = Most });

        foreach (double[] moves in (double[][])[[.. places.Select(place => place.X - 2)], [.. places.Select(place => place.Y + 3)]])
        {
            moves.Max(Math.Abs).Should().BeInRange(0.95 * Most, Most + Tolerance);
            moves.Average().Should().BeApproximately(0, 4 * Most / Math.Sqrt(3 * Count), "that is four standard errors");
            moves.Average(move => move * move).Should().BeApproximately(Most * Most / 3, 0.15 * Most * Most, "the moves are uniform");
        }

        double together = places.Average(place => (place.X - 2) * (place.Y + 3));
        together.Should().BeApproximately(0, 4 * Most * Most / 3 / Math.Sqrt(Count), "the axes are drawn apart");
    }

    [Theory]
    [InlineData(41, 63, 15, 0)]
    [InlineData(63, 41, 0, 15)]
    [InlineData(63, 41, -9, 12)]
    public void Rotation_KeepsTheDistanceFromTheCentreInPixels(int height, int width, double x, double y)
    {
        double distance = Math.Sqrt((x * x) + (y * y));

        (double X, double Y)[] places = Places(height, width, (x, y), new() { MaxRotationDegrees = 180 });

        places.Should().OnlyContain(place => Math.Abs(Math.Sqrt((place.X * place.X) + (place.Y * place.Y)) - distance) < Tolerance);
        places.Select(place => (place.X > 0, place.Y > 0)).Distinct().Should().HaveCount(4, "it goes all round");
    }

    [Theory]
    [InlineData(41, 63)]
    [InlineData(63, 41)]
    public void Rotation_TurnsByUniformAnglesWithinItsBound(int height, int width)
    {
        const double Most = 25;

        double[] degrees =
        [
            .. Places(height, width, (14, 0), new() { MaxRotationDegrees = Most })
                .Select(place => Math.Atan2(place.Y, place.X) * 180 / Math.PI),
        ];

        degrees.Max().Should().BeInRange(0.95 * Most, Most + 0.15);
        degrees.Min().Should().BeInRange(-Most - 0.15, -0.95 * Most);
        degrees.Average().Should().BeApproximately(0, 4 * Most / Math.Sqrt(3 * Count), "that is four standard errors");
    }

    [Theory]
    [InlineData(41, 63)]
    [InlineData(63, 41)]
    public void Scale_MultipliesTheDistanceFromTheCentreBothWaysAlike(int height, int width)
    {
        const double Most = 0.2;

        (double X, double Y)[] places = Places(height, width, (12, 9), new() { MaxScale = Most });

        double[] scales = [.. places.Select(place => place.X / 12)];
        scales.Min().Should().BeInRange(1 - Most - 0.003, 1 - (0.95 * Most));
        scales.Max().Should().BeInRange(1 + (0.95 * Most), 1 + Most + 0.003);
        scales.Average().Should().BeApproximately(1, 4 * Most / Math.Sqrt(3 * Count), "that is four standard errors");
        places.Should().OnlyContain(place => Math.Abs((place.Y / 9) - (place.X / 12)) < 0.005, "the sides keep their ratio");
    }

    [Fact]
    public void Shift_WithRotationAndScale_IsStillInPixelsOfTheResult()
    {
        var shift = new AugmentationOptions { MaxShiftPixels = 4 };
        var all = new AugmentationOptions { MaxShiftPixels = 4, MaxRotationDegrees = 180, MaxScale = 0.2 };

        // The centre of the image is the one place that rotation and scale leave where it is.
        (double X, double Y)[] expected = Places(41, 63, (0, 0), shift);
        (double X, double Y)[] places = Places(41, 63, (0, 0), all);

        places.Zip(expected).Should().OnlyContain(pair =>
            Math.Abs(pair.First.X - pair.Second.X) < Tolerance && Math.Abs(pair.First.Y - pair.Second.Y) < Tolerance);
    }

    [Fact]
    public void Scale_WithRotation_IsThatWithoutIt()
    {
        double[] expected = Distances(new() { MaxScale = 0.2 });
        double[] distances = Distances(new() { MaxScale = 0.2, MaxRotationDegrees = 180 });

        distances.Zip(expected).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 2 * Tolerance, "both are measured");

        static double[] Distances(AugmentationOptions options) =>
            [.. Places(41, 63, (8, 6), options).Select(place => Math.Sqrt((place.X * place.X) + (place.Y * place.Y)))];
    }

    [Fact]
    public void Shift_BeyondTheBorder_ContinuesTheBorder()
    {
        using var scope = NewDisposeScope();
        Tensor images = full([20, 1, 7, 11], 0.25f);

        Tensor result = new Augmentation(new AugmentationOptions { MaxShiftPixels = 1024, MaxScale = 0.9, MaxRotationDegrees = 180 })
            .Apply(images, 1);

        Numbers.ValuesOf(result).Should().OnlyContain(pixel => Math.Abs(pixel - 0.25) < 1e-6);
    }

    /// <summary>Where a spot at this place goes, in pixels right of and below the image's centre, for many faces.</summary>
    private static (double X, double Y)[] Places(int height, int width, (double X, double Y) place, AugmentationOptions options)
    {
        using var scope = NewDisposeScope();
        options.FlipProbability = 0;
        Tensor x = arange(width, ScalarType.Float64).sub((width - 1) / 2.0).view(1, -1);
        Tensor y = arange(height, ScalarType.Float64).sub((height - 1) / 2.0).view(-1, 1);
        Tensor spot = ((x - place.X).square() + (y - place.Y).square()).div(-2 * 1.4 * 1.4).exp().view(1, 1, height, width);

        Tensor images = new Augmentation(options).Apply(spot.expand(Count, -1, -1, -1), 1).squeeze(1);

        Tensor mass = images.sum([1, 2]);
        double[] right = Numbers.ValuesOf((images * x).sum([1, 2]) / mass);
        double[] down = Numbers.ValuesOf((images * y).sum([1, 2]) / mass);
        return [.. right.Zip(down)];
    }
}
