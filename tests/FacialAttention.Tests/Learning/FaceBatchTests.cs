using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Learning;

public sealed class FaceBatchTests
{
    [Fact]
    public void Mirror_ImagesAndLandmarks_StayTogetherAndTwinsChangePlaces()
    {
        using var scope = NewDisposeScope();
        Tensor images = zeros(1, 1, 3, 5);
        images[0, 0, 2, 1] = 1; // its centre is (1.5, 2.5)
        var batch = new FaceBatch(images, ones(1, 1))
        {
            Clean = images * 0.5,
            Landmarks = tensor(new float[] { 1.5f, 2.5f, 4, 1, 2.5f, 0 }, [1, 3, 2]),
            LandmarkScheme = new LandmarkScheme("two eyes and a nose", 1, 0, 2),
        };

        FaceBatch mirrored = batch.Mirror();

        mirrored.Images[0, 0, 2, 3].ToSingle().Should().Be(1, "its centre is (3.5, 2.5)");
        mirrored.Clean![0, 0, 2, 3].ToSingle().Should().Be(0.5f);
        mirrored.Landmarks!.data<float>().Should().Equal(1, 1, 3.5f, 2.5f, 2.5f, 0);
        mirrored.Mirror().Landmarks!.data<float>().Should().Equal(batch.Landmarks!.data<float>());
        mirrored.Targets.Should().BeSameAs(batch.Targets);
    }

    [Fact]
    public void Mirror_LandmarksWithoutScheme_SaysSo()
    {
        using var scope = NewDisposeScope();
        var batch = new FaceBatch(zeros(1, 1, 3, 5), ones(1, 1)) { Landmarks = zeros(1, 3, 2) };

        batch.Invoking(it => it.Mirror()).Should().Throw<InvalidOperationException>()
            .WithMessage("The batch has Landmarks without a LandmarkScheme; expected both.");
    }
}
