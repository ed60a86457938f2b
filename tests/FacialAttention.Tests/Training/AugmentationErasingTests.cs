using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Training;

public sealed class AugmentationErasingTests
{
    private const int Count = 64;
    private const int Height = 14;
    private const int Width = 22;
    private const double Untouched = -1; // No gray value, so that what is painted over shows.

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.3)]
    [InlineData(1.0)]
    public void Erasing_PaintsOneRectangleOfOneGrayValueAndOfABoundedSize(double maxErasedShare)
    {
        Rectangle[] rectangles = [.. Erased(1, maxErasedShare, batches: 20).Select(it => it!.Value)];

        rectangles.Should().HaveCount(20 * Count, "each face, in one piece");
        rectangles.Should().OnlyContain(it => it.Tone >= 0 && it.Tone < 1);
        rectangles.Select(it => it.Tone).Distinct().Should().HaveCountGreaterThan(1000, "each face draws its own");
        rectangles.Average(it => (double)it.Tone).Should().BeApproximately(0.5, 4 / Math.Sqrt(12 * 20 * Count), "tones are uniform");
        foreach (Rectangle it in rectangles)
        {
            // The sides are rounded to whole pixels, and cut where they are longer than the image's.
            ((it.Rows - 0.5) * (it.Columns - 0.5)).Should().BeLessThanOrEqualTo(maxErasedShare * Height * Width);
            bool isCut = it.Rows == Height || it.Columns == Width;
            (isCut || (it.Rows + 0.5) * (it.Columns + 0.5) >= 0.02 * Height * Width).Should().BeTrue();
            ((it.Rows - 0.5) / (it.Columns + 0.5)).Should().BeLessThanOrEqualTo(3.3);
            ((it.Columns - 0.5) / (it.Rows + 0.5)).Should().BeLessThanOrEqualTo(3.3);
        }

        if (maxErasedShare == 0.3)
        {
            rectangles.Max(it => it.Rows * it.Columns).Should().BeGreaterThan((int)(0.27 * Height * Width));
            rectangles.Min(it => it.Rows * it.Columns).Should().BeLessThan((int)(0.05 * Height * Width));
            rectangles.Count(it => it.Rows > it.Columns).Should().BeInRange(400, 880, "tall and wide are alike");
        }
    }

    [Fact]
    public void Erasing_ReachesEveryPlace()
    {
        var hits = new int[Height, Width];
        foreach (Rectangle it in Erased(1, 0.1, batches: 20).Select(it => it!.Value))
        {
            for (int i = 0; i < it.Rows * it.Columns; i++)
            {
                hits[it.Top + (i / it.Columns), it.Left + (i % it.Columns)]++;
            }
        }

        hits.Cast<int>().Should().OnlyContain(count => count > 0);
    }

    [Fact]
    public void Erasing_Probability_IsTheShareOfErasedFaces()
    {
        Rectangle?[] rectangles = [.. Erased(0.3, 0.2, batches: 100)];

        (rectangles.Count(it => it is not null) / (double)rectangles.Length).Should().BeApproximately(
            0.3, 4 * Math.Sqrt(0.3 * 0.7 / rectangles.Length), "that is four standard errors");
    }

    [Fact]
    public void Erasing_Probability_ChangesWhoIsErasedAndNotHow()
    {
        Rectangle?[] always = [.. Erased(1, 0.2, batches: 3)], sometimes = [.. Erased(0.5, 0.2, batches: 3)];

        sometimes.Count(it => it is null).Should().BeInRange(60, 132);
        sometimes.Zip(always).Where(pair => pair.First is not null).Should().OnlyContain(pair => pair.First == pair.Second);
    }

    /// <summary>The rectangle of each face in some batches, or null; fails if what is painted over is no rectangle of one value.</summary>
    private static IEnumerable<Rectangle?> Erased(double probability, double maxErasedShare, int batches)
    {
        using var scope = NewDisposeScope();
        Tensor images = full([Count, 1, Height, Width], Untouched, ScalarType.Float32);
        var augmentation = new Augmentation(
            new AugmentationOptions { FlipProbability = 0, ErasingProbability = probability, MaxErasedShare = maxErasedShare });
        var rectangles = new List<Rectangle?>();
        for (int iteration = 1; iteration <= batches; iteration++)
        {
            foreach (float[] face in augmentation.Apply(images, iteration).data<float>().ToArray().Chunk(Height * Width))
            {
                int[] painted = [.. Enumerable.Range(0, face.Length).Where(i => face[i] != (float)Untouched)];
                if (painted.Length == 0)
                {
                    rectangles.Add(null);
                    continue;
                }

                int top = painted[0] / Width, bottom = (painted[^1] / Width) + 1;
                int left = painted.Min(i => i % Width), right = painted.Max(i => i % Width) + 1;
                painted.Should().HaveCount((bottom - top) * (right - left), "a rectangle has no holes");
                painted.Select(i => face[i]).Distinct().Should().ContainSingle();
                rectangles.Add(new Rectangle(top, left, bottom - top, right - left, face[painted[0]]));
            }
        }

        return rectangles;
    }

    private readonly record struct Rectangle(int Top, int Left, int Rows, int Columns, float Tone);
}
