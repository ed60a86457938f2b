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
        using var network = new AnySizeNet();
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
            .WithMessage($"*H of at least {height} and W of at least {width}, the crop; got Float32 [4, 1, 8, 10].*");
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
        var plain = new FaceDataset(pixels, labels, ToyFaces.Height, ToyFaces.Width, ToyFaces.Labels);
        using var network = new AnySizeNet();
        var images = new List<double[][]>();
        network.OnImages = batch =>
        {
            if (network.training)
            {
                images.Add([.. Numbers.ValuesOf(batch).Chunk(6 * 9)]);
            }
        };
        var actual = new List<long[]>();
        using var trainer = new Trainer(network, Options(all), (logits, batch) =>
        {
            if (network.training)
            {
                actual.Add([.. batch.data<long>()]);
            }

            return functional.cross_entropy(logits, batch);
        });

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
    private sealed class AnySizeNet : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> _linear = Linear(1, ToyFaces.Classes);

        public AnySizeNet()
            : base(nameof(AnySizeNet))
        {
            RegisterComponents();
        }

        public Action<Tensor>? OnImages { get; set; }

        public override Tensor forward(Tensor images)
        {
            OnImages?.Invoke(images);
            using var scope = NewDisposeScope();
            return _linear.call(images.mean([2, 3])).MoveToOuterDisposeScope();
        }
    }
}
