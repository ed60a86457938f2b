using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Training;

public sealed class AugmentationCropTests
{
    private const int Count = 50;
    private const int Height = 7;
    private const int Width = 11;

    [Theory]
    [InlineData(4, 9)]
    [InlineData(6, 5)]
    [InlineData(1, 1)]
    public void Crop_IsAWindowOfTheSameFaceAtAnyWholePlace(int cropHeight, int cropWidth)
    {
        using var scope = NewDisposeScope();
        Tensor images = arange(Count * Height * Width, dtype: ScalarType.Float32).view(Count, 1, Height, Width);
        var augmentation = new Augmentation(new() { FlipProbability = 0, CropHeight = cropHeight, CropWidth = cropWidth });
        var places = new Dictionary<(int Top, int Left), int>();
        const int Batches = 40;
        for (int iteration = 1; iteration <= Batches; iteration++)
        {
            Tensor crops = augmentation.Apply(images, iteration);
            crops.shape.Should().Equal(Count, 1, cropHeight, cropWidth);
            float[][] pixels = [.. crops.contiguous().data<float>().ToArray().Chunk(cropHeight * cropWidth)];
            for (int i = 0; i < Count; i++)
            {
                // Each pixel's value says which face and place it is from.
                (int face, int place) = Math.DivRem((int)pixels[i][0], Height * Width);
                (int top, int left) = Math.DivRem(place, Width);
                face.Should().Be(i);
                bool isWindow = pixels[i].Select((value, k) => (int)value - (((((i * Height) + top + (k / cropWidth)) * Width) + left)
                    + (k % cropWidth))).All(difference => difference == 0);
                isWindow.Should().BeTrue();
                places[(top, left)] = places.GetValueOrDefault((top, left)) + 1;
            }
        }

        int possible = (Height - cropHeight + 1) * (Width - cropWidth + 1);
        places.Should().HaveCount(possible, "every place that fits");
        double expected = (double)Count * Batches / possible;
        places.Values.Should().OnlyContain(count => Math.Abs(count - expected) < 5 * Math.Sqrt(expected), "all places are alike");
    }

    [Fact]
    public void Crop_OfTheWholeSize_ChangesNothing()
    {
        using var scope = NewDisposeScope();
        Tensor images = arange(Count * Height * Width, dtype: ScalarType.Float32).view(Count, 1, Height, Width);

        Tensor result = new Augmentation(new() { FlipProbability = 0, CropHeight = Height, CropWidth = Width }).Apply(images, 1);

        result.contiguous().data<float>().Should().Equal(images.data<float>());
    }
}
