using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Training;

/// <summary>Landmarks stay on what they mark: each face has one bright spot, and its landmark is the spot's middle.</summary>
public sealed class AugmentationLandmarkTests
{
    private const int Faces = 40;
    private const int Height = 40;
    private const int Width = 56;

    private static readonly LandmarkScheme Scheme = new("left and right", 1, 0);

    public static TheoryData<string, AugmentationOptions> Kinds => new()
    {
        { "flip", new() { FlipProbability = 0.5 } },
        { "rotation", new() { FlipProbability = 0, MaxRotationDegrees = 25 } },
        { "scale", new() { FlipProbability = 0, MaxScale = 0.2 } },
        { "shift", new() { FlipProbability = 0, MaxShiftPixels = 5 } },
        { "crop", new() { FlipProbability = 0, CropHeight = 34, CropWidth = 50 } },
        {
            "all",
            new() { MaxRotationDegrees = 20, MaxScale = 0.1, MaxShiftPixels = 3, CropHeight = 38, CropWidth = 50, MaxBrightness = 0, MaxContrast = 0 }
        },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Apply_Geometry_MovesLandmarksWithTheImage(string kind, AugmentationOptions options)
    {
        using var scope = NewDisposeScope();
        FaceBatch batch = Spots();

        FaceBatch result = new Augmentation(options, seed: 2).Apply(batch, 1);

        double[] distances = [.. Enumerable.Range(0, Faces).Select(i => Distance(result, i, MiddleOf(result.Images[i, 0])))];
        distances.Max().Should().BeLessThan(0.6, "{0} moves both", kind);
        Enumerable.Range(0, Faces).Count(i => Distance(result, i, MiddleOf(batch.Images[i, 0])) > 1).Should().BeGreaterThan(
            Faces / 4, "otherwise it would not show");
        batch.Landmarks!.data<float>().Should().Equal(Spots().Landmarks!.data<float>(), "the batch stays as it was");
    }

    [Fact]
    public void Apply_Appearance_LeavesLandmarksAloneAndTheFaceBeforeItClean()
    {
        using var scope = NewDisposeScope();
        FaceBatch batch = Spots();
        var geometry = new AugmentationOptions { MaxRotationDegrees = 10 };
        var both = new AugmentationOptions { MaxRotationDegrees = 10, MaxBrightness = 0.3, ErasingProbability = 0.8 };

        FaceBatch moved = new Augmentation(geometry).Apply(batch, 3), changed = new Augmentation(both).Apply(batch, 3);

        Numbers.ValuesOf(changed.Landmarks!).Should().Equal(Numbers.ValuesOf(moved.Landmarks!));
        Numbers.ValuesOf(changed.Clean!).Should().Equal(Numbers.ValuesOf(moved.Images)).And.NotEqual(Numbers.ValuesOf(changed.Images));
        Numbers.ValuesOf(moved.Clean!).Should().Equal(Numbers.ValuesOf(moved.Images));
    }

    [Fact]
    public void Apply_WholeBatches_LeaveNoTensorBehind()
    {
        using var outer = NewDisposeScope();
        FaceBatch batch = Spots() with { Weights = ones(Faces), Teacher = ones(Faces, 1) };
        var augmentation = new Augmentation(new AugmentationOptions { MaxRotationDegrees = 10, MaxBrightness = 0.3 });
        var mixup = new Mixup(alpha: 1, seed: 1);
        long live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 1; i < 5; i++)
        {
            using (NewDisposeScope())
            {
                mixup.Apply(augmentation.Apply(batch, i), i);
            }

            DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
        }
    }

    /// <summary>Faces with a bright square on the left, whose middle is point 0, and a point on the right that marks nothing.</summary>
    private static FaceBatch Spots()
    {
        Tensor images = zeros(Faces, 1, Height, Width);
        Tensor landmarks = zeros(Faces, 2, 2);
        for (int i = 0; i < Faces; i++)
        {
            int top = 12 + (i % 8), left = 14 + (i % 5);
            images[i, 0, top..(top + 6), left..(left + 6)] = 1;
            landmarks[i, 0] = tensor(new float[] { left + 3, top + 3 });
            landmarks[i, 1] = tensor(new float[] { 40, 10 });
        }

        return new FaceBatch(images, ones(Faces, 1)) { Landmarks = landmarks, LandmarkScheme = Scheme };
    }

    private static (double X, double Y) MiddleOf(Tensor image)
    {
        Tensor x = arange(image.shape[1], ScalarType.Float32).add(0.5), y = arange(image.shape[0], ScalarType.Float32).add(0.5).unsqueeze(1);
        double sum = image.sum().ToDouble();
        return ((image * x).sum().ToDouble() / sum, (image * y).sum().ToDouble() / sum);
    }

    /// <summary>From a place to the landmark of the spot: a mirrored face has it on the right, as point 1.</summary>
    private static double Distance(FaceBatch batch, int face, (double X, double Y) place) => Enumerable.Range(0, 2).Min(point =>
    {
        double[] landmark = Numbers.ValuesOf(batch.Landmarks![face, point]);
        return Math.Sqrt(Math.Pow(landmark[0] - place.X, 2) + Math.Pow(landmark[1] - place.Y, 2));
    });
}
