using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Training;

/// <summary>What the network sees in training and in validation.</summary>
public sealed class TrainerAugmentationTests
{
    private static readonly FaceDataset Faces = ToyFaces.Separable(count: 12, seed: 1);

    [Fact]
    public void Augmentation_Crop_IsForTrainingAlone()
    {
        using var network = new AnySizeNet { Crop = new ImageSize(5, 7) };
        var training = new List<string>();
        var validation = new List<string>();
        network.OnImages = images => (network.training ? training : validation).Add($"{images.shape[2]}x{images.shape[3]}");
        using var trainer = new Trainer(network, Options(new AugmentationOptions { CropHeight = 5, CropWidth = 7 }));

        trainer.Fit(Faces, Faces);

        training.Should().HaveCount(6).And.OnlyContain(size => size == "5x7");
        validation.Should().NotBeEmpty().And.OnlyContain(size => size == "8x10", "evaluation takes whole faces");
    }

    [Theory]
    [InlineData(9, 10)]
    [InlineData(8, 11)]
    public void Fit_CropLargerThanTheFaces_IsRefused(int height, int width)
    {
        using var network = new AnySizeNet();
        using var trainer = new Trainer(network, Options(new AugmentationOptions { CropHeight = height, CropWidth = width }));

        trainer.Invoking(it => it.Fit(Faces, Faces)).Should().Throw<ArgumentException>()
            .WithMessage($"Training cuts faces to {height}x{width}, and they are 8x10; expected a crop of at most that.");
    }

    [Theory]
    [InlineData(null, "8x10")]
    [InlineData(6, "6x7")]
    public void Fit_CropThatTheNetworkDoesNotTakeToo_IsRefused(int? networkCrop, string seen)
    {
        using var network = new AnySizeNet { Crop = networkCrop is { } height ? new ImageSize(height, 7) : null };
        using var trainer = new Trainer(network, Options(new AugmentationOptions { CropHeight = 5, CropWidth = 7 }));

        trainer.Invoking(it => it.Fit(Faces, Faces)).Should().Throw<ArgumentException>().WithMessage(
            $"Training cuts faces to 5x7, and in validation the network looks at {seen} of them; expected a network that takes the centre of 5x7 "
            + "and says so (IDescribed, the crop of its preprocessing), or no crop in training.");
    }

    [Fact]
    public void Fit_CropWithANetworkThatSaysNothingOfItself_IsRefusedUnlessItIsTheWholeFace()
    {
        using var network = new TwoLayerNet();
        using var cut = new Trainer(network, Options(new AugmentationOptions { CropHeight = 8, CropWidth = 9 }));
        using var whole = new Trainer(network, Options(new AugmentationOptions { CropHeight = 8, CropWidth = 10 }));

        cut.Invoking(it => it.Fit(Faces, Faces)).Should().Throw<ArgumentException>().WithMessage("*looks at 8x10 of them*");
        whole.Invoking(it => it.Fit(Faces, Faces)).Should().NotThrow();
    }

    [Fact]
    public void Augmentation_Everything_IsWhatTheNetworkSeesAndPartsNoFaceFromItsLabel()
    {
        AugmentationOptions all = new()
        {
            FlipProbability = 0.5,
            MaxRotationDegrees = 15,
            MaxScale = 0.1,
            MaxShiftPixels = 1,
            CropHeight = 6,
            CropWidth = 9,
            MaxBrightness = 0.05,
            MaxContrast = 0.3,
            ErasingProbability = 0.5,
            MaxErasedShare = 0.2,
        };
        // Each face is of one gray value, 80 apart by label.
        byte[] labels = [.. Enumerable.Range(0, 9).Select(i => (byte)(i % 3))];
        byte[] pixels = [.. labels.SelectMany(label => Enumerable.Repeat((byte)(40 + (80 * label)), ToyFaces.Height * ToyFaces.Width))];
        var plain = new FaceDataset(pixels, labels, new ImageSize(ToyFaces.Height, ToyFaces.Width), ToyFaces.Labels);
        using var network = new AnySizeNet { Crop = new ImageSize(6, 9) };
        var images = new List<double[][]>();
        network.OnImages = batch =>
        {
            if (network.training)
            {
                images.Add([.. Numbers.ValuesOf(batch).Chunk(6 * 9)]);
            }
        };
        var actual = new List<long[]>();
        var objective = new OwnObjective(network, (logits, labels) =>
        {
            actual.Add([.. labels.data<long>()]);
            return functional.cross_entropy(logits, labels);
        });
        using var trainer = new Trainer(network, objective, Options(all));

        trainer.Fit(plain, plain);

        images.Should().HaveCount(6);
        int distinct = 0;
        for (int i = 0; i < images.Count; i++)
        {
            // The median pixel is no erased one.
            images[i].Select(face => (long)Math.Round(((face.Order().ElementAt(27) * 255) - 40) / 80)).Should().Equal(actual[i]);
            distinct += images[i].Count(face => face.Distinct().Count() > 1);
        }

        distinct.Should().BePositive("some are erased in part");
    }

    private static TrainerOptions Options(AugmentationOptions augmentation) => new()
    {
        Iterations = 6,
        BatchSize = 4,
        Augmentation = augmentation,
        ValidationInterval = 3,
        Device = DevicePreference.Cpu,
    };

    /// <summary>A linear layer over the mean of all pixels, which any size of image has.</summary>
    private sealed class AnySizeNet : Module<Tensor, Tensor>, IDescribed
    {
        private readonly Module<Tensor, Tensor> _linear = Linear(1, ToyFaces.Classes);

        public AnySizeNet()
            : base(nameof(AnySizeNet))
        {
            RegisterComponents();
        }

        public Action<Tensor>? OnImages { get; set; }

        /// <summary>What it says that it takes of a face; the mean of that is as good as the mean of all.</summary>
        public ImageSize? Crop { get; init; }

        public NetworkDescription Describe() => new()
        {
            Family = nameof(AnySizeNet),
            Variant = "linear",
            Labels = ToyFaces.Labels,
            Preprocessing = new NetworkPreprocessing { Size = new ImageSize(ToyFaces.Height, ToyFaces.Width), Crop = Crop },
        };

        public override Tensor forward(Tensor images)
        {
            OnImages?.Invoke(images);
            using var scope = NewDisposeScope();
            return _linear.call(images.mean([2, 3])).MoveToOuterDisposeScope();
        }
    }
}
