using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Training;

public sealed class AugmentationFlipTests
{
    private const int Count = 64;
    private const int Height = 3;
    private const int Width = 5;

    [Fact]
    public void Apply_ProbabilityZero_ChangesNothing()
    {
        using var scope = NewDisposeScope();
        Tensor images = Numbered();

        Pixels(Flip(images, 0, seed: 1, iteration: 1)).Should().Equal(Pixels(images));
    }

    [Fact]
    public void Apply_ProbabilityOne_MirrorsEachRowOfPixels()
    {
        using var scope = NewDisposeScope();

        Tensor mirrored = Flip(Numbered(), 1, seed: 1, iteration: 1);

        mirrored.shape.Should().Equal(Count, 1, Height, Width);
        Pixels(mirrored).Should().Equal(Enumerable.Range(0, Count).SelectMany(Mirrored));
    }

    [Fact]
    public void Apply_ProbabilityOneHalf_DecidesForEachImageAndKeepsItsPlace()
    {
        using var scope = NewDisposeScope();

        bool[] decisions = Decisions(Flip(Numbered(), 0.5, seed: 1, iteration: 1));

        decisions.Count(isMirrored => isMirrored).Should().BeInRange(20, 44, "64 fair coins leave that range once in 500");
    }

    [Fact]
    public void Apply_Probability_IsTheShareOfMirroredImages()
    {
        using var scope = NewDisposeScope();
        Tensor images = Numbered();

        int mirrored = Enumerable.Range(1, 100)
            .Sum(iteration => Decisions(Flip(images, 0.2, seed: 1, iteration)).Count(isMirrored => isMirrored));

        (mirrored / 6400.0).Should().BeApproximately(0.2, 0.02, "that is four standard deviations");
    }

    [Fact]
    public void Apply_SeedAndIteration_AloneDecide()
    {
        using var scope = NewDisposeScope();
        Tensor images = Numbered();
        bool[] expected = Decisions(Flip(images, 0.5, seed: 4, iteration: 9));

        manual_seed(77);
        Decisions(Flip(images, 0.5, seed: 4, iteration: 9)).Should().Equal(expected);
        Decisions(Flip(images, 0.5, seed: 4, iteration: 10)).Should().NotEqual(expected);
        Decisions(Flip(images, 0.5, seed: 5, iteration: 9)).Should().NotEqual(expected);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void Apply_Images_LeavesThemAsTheyWereAndReturnsOneTensorOfItsOwn(double probability)
    {
        using Tensor images = Numbered();
        float[] before = Pixels(images);
        long live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        using (Tensor result = Flip(images, probability, seed: 1, iteration: 1))
        {
            (DisposeScopeManager.Statistics.ThreadTotalLiveCount - live).Should().Be(1);
            result.bytes.Clear();
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
        Pixels(images).Should().Equal(before);
    }

    private static Tensor Flip(Tensor images, double probability, int seed, long iteration) =>
        new Augmentation(new AugmentationOptions { FlipProbability = probability }, seed).Apply(images, iteration);

    private static Tensor Numbered() => arange(Count * Height * Width, dtype: ScalarType.Float32).view(Count, 1, Height, Width);

    private static float[] Pixels(Tensor images) => [.. images.data<float>()];

    private static IEnumerable<float> Upright(int image) =>
        Enumerable.Range(image * Height * Width, Height * Width).Select(value => (float)value);

    private static IEnumerable<float> Mirrored(int image) => Upright(image).Chunk(Width).SelectMany(row => row.Reverse());

    /// <summary>Whether each image is mirrored; fails if one is neither as it was nor mirrored.</summary>
    private static bool[] Decisions(Tensor images)
    {
        float[][] pixels = [.. Pixels(images).Chunk(Height * Width)];
        bool[] decisions = [.. pixels.Select((image, i) => image.SequenceEqual(Mirrored(i)))];
        pixels.Where((image, i) => !decisions[i] && !image.SequenceEqual(Upright(i))).Should().BeEmpty();
        return decisions;
    }
}
