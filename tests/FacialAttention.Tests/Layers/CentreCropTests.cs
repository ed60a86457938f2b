using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Layers;

public sealed class CentreCropTests
{
    [Theory]
    [InlineData(8, 11, 8, 11)]
    [InlineData(8, 11, 4, 5)] // both margins even
    [InlineData(8, 11, 5, 4)] // both odd: one row more below, one column more right
    [InlineData(8, 11, 1, 1)]
    [InlineData(8, 11, 8, 10)]
    public void Apply_AnySize_CutsOutTheCentre(int height, int width, int cropHeight, int cropWidth)
    {
        using Tensor images = Numbers.RandomImages(1, ScalarType.Float32, 2, 3, height, width);
        double[,,,] pixels = Numbers.ArrayOf<double[,,,]>(images);
        var expected = new double[2, 3, cropHeight, cropWidth];
        for (int i = 0; i < expected.Length; i++)
        {
            (int n, int c) = (i / (3 * cropHeight * cropWidth), i / (cropHeight * cropWidth) % 3);
            (int y, int x) = (i / cropWidth % cropHeight, i % cropWidth);
            expected[n, c, y, x] = pixels[n, c, y + ((height - cropHeight) / 2), x + ((width - cropWidth) / 2)];
        }

        using Tensor crop = CentreCrop.Apply(images, new ImageSize(cropHeight, cropWidth));

        Numbers.ShouldBe(crop, expected, 0);
    }

    [Fact]
    public void Apply_ManyTimes_LeavesNoTensorBehind()
    {
        using Tensor images = Numbers.RandomImages(1, ScalarType.Float32, 2, 1, 8, 11);

        LayerChecks.LeavesNoTensorBehind(x => CentreCrop.Apply(x, new ImageSize(4, 5)), images);
    }
}
