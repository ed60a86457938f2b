using FacialAttention.Tests.Torch;
using Microsoft.Extensions.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Training;

/// <summary>What holds for every change of faces; each kind has tests of its own.</summary>
public sealed class AugmentationTests
{
    private const int Count = 32;
    private const int Height = 7;
    private const int Width = 11;

    private static readonly Dictionary<string, AugmentationOptions> Kinds = new()
    {
        ["flip"] = new() { FlipProbability = 0.5 },
        ["affine"] = new() { FlipProbability = 0, MaxRotationDegrees = 20, MaxScale = 0.1, MaxShiftPixels = 2 },
        ["crop"] = new() { FlipProbability = 0, CropHeight = 5, CropWidth = 6 },
        ["light"] = new() { FlipProbability = 0, MaxBrightness = 0.2, MaxContrast = 0.3 },
        ["erasing"] = new() { FlipProbability = 0, ErasingProbability = 0.5, MaxErasedShare = 0.3 },
        ["corruption"] = new() { FlipProbability = 0, CorruptionProbability = 1, MaxCorruptionStrength = 5 },
        ["all"] = All(),
    };

    public static TheoryData<string> KindNames => [.. Kinds.Keys];

    [Fact]
    public void Apply_ZeroStrength_GivesTheSameBitsInATensorOfItsOwn()
    {
        using var scope = NewDisposeScope();
        Tensor images = Faces();

        Tensor result = new Augmentation(new AugmentationOptions { FlipProbability = 0 }).Apply(images, 1);

        Bits(result).Should().Equal(Bits(images));
        LayerChecks.LeavesItsInputAlone(it => new Augmentation(new AugmentationOptions { FlipProbability = 0 }).Apply(it, 1), images);
    }

    [Fact]
    public void Apply_OneFace_Works()
    {
        using var scope = NewDisposeScope();

        new Augmentation(All()).Apply(rand(1, 1, Height, Width), 1).shape[..2].Should().Equal(1, 1);
    }

    [Fact]
    public void Apply_Everything_IsOneKindAfterTheOtherToTheLastBit()
    {
        using var scope = NewDisposeScope();
        Tensor images = Faces();

        Tensor expected = images;
        foreach (string kind in (string[])["flip", "affine", "crop", "light", "erasing"])
        {
            Tensor before = expected;
            expected = new Augmentation(Kinds[kind], seed: 3).Apply(expected, 8);
            expected.shape.SequenceEqual(before.shape).Should().Be(kind != "crop");
        }

        Bits(new Augmentation(All(), seed: 3).Apply(images, 8)).Should().Equal(
            Bits(expected), "what is on draws the same whatever else is on, and the order is fixed");
    }

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Apply_EqualFaces_ChangesEachInItsOwnWay(string kind)
    {
        using var scope = NewDisposeScope();
        Tensor images = Faces()[..1].expand(Count, -1, -1, -1);

        Tensor result = new Augmentation(Kinds[kind]).Apply(images, 1);

        int distinct = Enumerable.Range(0, Count).Select(i => Convert.ToBase64String(Bits(result[i]))).Distinct().Count();
        distinct.Should().BeGreaterThanOrEqualTo(kind == "flip" ? 2 : 8);
    }

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Apply_SeedAndIteration_AloneDecide(string kind)
    {
        using var scope = NewDisposeScope();
        Tensor images = Faces();
        var augmentation = new Augmentation(Kinds[kind], seed: 4);
        byte[] expected = Bits(augmentation.Apply(images, 9));

        manual_seed(77);
        augmentation.Apply(images, 10);
        Bits(augmentation.Apply(images, 9)).Should().Equal(expected);
        Bits(new Augmentation(Kinds[kind], seed: 4).Apply(images, 9)).Should().Equal(expected);
        Bits(augmentation.Apply(images, 10)).Should().NotEqual(expected);
        Bits(new Augmentation(Kinds[kind], seed: 5).Apply(images, 9)).Should().NotEqual(expected);
    }

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Apply_TorchsGenerator_IsNotUsed(string kind)
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        byte[] before = Bits(get_rng_state());

        new Augmentation(Kinds[kind]).Apply(Faces(), 1);

        Bits(get_rng_state()).Should().Equal(before);
    }

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Apply_Images_StayAsTheyWereAndOneTensorComesBack(string kind)
    {
        var augmentation = new Augmentation(Kinds[kind]);
        using Tensor images = Faces();

        LayerChecks.LeavesItsInputAlone(it => augmentation.Apply(it, 1), images);
        LayerChecks.LeavesNoTensorBehind(it => augmentation.Apply(it, 1), images);
    }

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Apply_Float64_DoesTheSameInItsPrecision(string kind)
    {
        using var scope = NewDisposeScope();
        Tensor images = Faces();
        var augmentation = new Augmentation(Kinds[kind]);

        Tensor result = augmentation.Apply(images.to(ScalarType.Float64), 2);

        result.dtype.Should().Be(ScalarType.Float64);
        Tensor single = augmentation.Apply(images, 2);
        result.shape.Should().Equal(single.shape);
        Numbers.ShouldBe(result.flatten(), Numbers.ValuesOf(single), 1e-5);
    }

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Apply_ImagesThatAreNoContiguousMemory_AreChangedAlike(string kind)
    {
        using var scope = NewDisposeScope();
        Tensor images = Faces();
        Tensor transposed = images.transpose(2, 3).contiguous().transpose(2, 3);
        transposed.is_contiguous().Should().BeFalse();
        var augmentation = new Augmentation(Kinds[kind]);

        Numbers.ShouldBe(augmentation.Apply(transposed, 2).flatten(), Numbers.ValuesOf(augmentation.Apply(images, 2)), 1e-6);
    }

    [Fact]
    public void Apply_Everything_KeepsEachFaceInItsPlace()
    {
        using var scope = NewDisposeScope();
        AugmentationOptions options = All();
        (options.MaxBrightness, options.MaxErasedShare) = (0.01, 0.02);
        Tensor images = linspace(0.05, 0.95, Count, ScalarType.Float32).view(Count, 1, 1, 1).expand(-1, -1, Height, Width);
        var augmentation = new Augmentation(options);

        for (int iteration = 1; iteration <= 10; iteration++)
        {
            Tensor result = augmentation.Apply(images, iteration); // [N, 1, 5, 6]
            IEnumerable<double> medians = Numbers.ValuesOf(result).Chunk(30).Select(face => face.Order().ElementAt(15));
            medians.Select((median, i) => Math.Abs(median - (0.05 + (0.9 * i / (Count - 1))))).Max()
                .Should().BeLessThan(0.0101, "each face has a tone of its own, 0.029 from the next");
        }
    }

    [Fact]
    public void Constructor_WithoutOptions_FlipsAsThePaper()
    {
        using var scope = NewDisposeScope();
        Tensor images = Faces();

        Bits(new Augmentation().Apply(images, 3)).Should().Equal(Bits(new Augmentation(Kinds["flip"], seed: 1).Apply(images, 3)));
    }

    private static AugmentationOptions All() => new()
    {
        FlipProbability = 0.5,
        MaxRotationDegrees = 20,
        MaxScale = 0.1,
        MaxShiftPixels = 2,
        CropHeight = 5,
        CropWidth = 6,
        MaxBrightness = 0.2,
        MaxContrast = 0.3,
        ErasingProbability = 0.5,
        MaxErasedShare = 0.3,
    };

    private static Tensor Faces() => Numbers.RandomImages(1, ScalarType.Float32, Count, 1, Height, Width);

    private static byte[] Bits(Tensor tensor)
    {
        using Tensor contiguous = tensor.contiguous();
        return contiguous.bytes.ToArray();
    }
}
