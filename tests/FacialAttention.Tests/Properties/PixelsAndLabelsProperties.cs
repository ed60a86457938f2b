using System.Text.Json;
using FacialAttention.Tests.Torch;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Properties;

/// <summary>
/// Pixels and labels never part on their way to the network. Each face is of one gray value that tells which it is, so that a pixel in the
/// wrong place shows. <see cref="DatasetSplitProperties"/> says the same of splits.
/// </summary>
[Properties(Arbitrary = new[] { typeof(PixelsAndLabelsProperties) })]
public sealed class PixelsAndLabelsProperties
{
    private static readonly ExpressionLabels Labels = new("dark", "middle", "bright");

    public sealed record Batches(byte[] FaceLabels, int BatchSize, int Seed)
    {
        public override string ToString() => $"{string.Join(' ', FaceLabels)}; batch size {BatchSize}, seed {Seed}";
    }

    public sealed record Change(AugmentationOptions Options, int Height, int Width, int Seed, int Iteration)
    {
        public override string ToString() =>
            $"{JsonSerializer.Serialize(Options)} on {Height} x {Width}, seed {Seed}, iteration {Iteration}";
    }

    public static Arbitrary<Batches> AnyBatches() =>
        (from count in Gen.Choose(1, 40)
         from labels in Gen.Choose(0, 2).ArrayOf(count)
         from batchSize in Gen.Choose(1, 12)
         from seed in Some.Seed
         select new Batches([.. labels.Select(label => (byte)label)], batchSize, seed)).ToArbitrary();

    /// <summary>Everything that changes a face, at any strength that leaves most of its gray value to be recognised.</summary>
    public static Arbitrary<Change> Changes() =>
        (from height in Gen.Choose(6, 12)
         from width in Gen.Choose(6, 12)
         from flip in Some.Strength(0, 1)
         from rotation in Some.Strength(0, 180)
         from scale in Some.Strength(0, 0.9)
         from shift in Some.Strength(0, 20)
         from isCropped in Some.Truth
         from cropHeight in Gen.Choose(6, height)
         from cropWidth in Gen.Choose(6, width)
         from brightness in Some.Strength(0, 0.04)
         from contrast in Some.Strength(0, 1)
         from erasing in Some.Strength(0, 1)
         from erasedShare in Some.Number(0.02, 0.15)
         from seed in Some.Seed
         from iteration in Gen.Choose(1, 100_000)
         select new Change(
             new AugmentationOptions
             {
                 FlipProbability = flip,
                 MaxRotationDegrees = rotation,
                 MaxScale = scale,
                 MaxShiftPixels = shift,
                 CropHeight = isCropped ? cropHeight : null,
                 CropWidth = isCropped ? cropWidth : null,
                 MaxBrightness = brightness,
                 MaxContrast = contrast,
                 ErasingProbability = erasing,
                 MaxErasedShare = erasedShare,
             },
             height,
             width,
             seed,
             iteration)).ToArbitrary();

    [Property(MaxTest = 100)]
    public void Shuffling_AnyFaces_KeepsEachWithItsLabelAndTakesEachOnceAPass(Batches it)
    {
        var faces = new FaceDataset(
            [.. Enumerable.Range(0, it.FaceLabels.Length).SelectMany(row => Enumerable.Repeat((byte)row, 6))], it.FaceLabels, new ImageSize(2, 3), Labels);
        var order = new BatchOrder(faces.Count, it.BatchSize, it.Seed);
        using var tensors = new FaceTensors(faces, CPU);
        var seen = new List<int>();

        for (int iteration = 1; seen.Count < 2 * faces.Count; iteration++)
        {
            using var scope = NewDisposeScope();
            (Tensor images, Tensor targets) = tensors.Gather(order.RowsOf(iteration));
            foreach ((double[] pixels, double label) in Numbers.ValuesOf(images).Chunk(6).Zip(Numbers.ValuesOf(targets.argmax(1))))
            {
                int row = (int)Math.Round(255 * pixels[0]);
                pixels.Should().OnlyContain(pixel => pixel == row / 255f);
                label.Should().Be(it.FaceLabels[row]);
                seen.Add(row);
            }
        }

        seen.Take(faces.Count).Order().Should().Equal(Enumerable.Range(0, faces.Count));
        seen.Skip(faces.Count).Take(faces.Count).Order().Should().Equal(Enumerable.Range(0, faces.Count));
    }

    [Property(MaxTest = 100)]
    public void Augmenting_AnyOptions_LeavesEachFaceInItsPlace(Change it)
    {
        using var scope = NewDisposeScope();
        double[] grays = [0.1, 0.3, 0.5, 0.7, 0.9];
        Tensor images = tensor(grays, ScalarType.Float32).view(-1, 1, 1, 1).expand(-1, 1, it.Height, it.Width).contiguous();

        Tensor changed = new Augmentation(it.Options, it.Seed).Apply(images, it.Iteration);

        MostOf(changed).Zip(grays).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 0.05);
    }

    [Property(MaxTest = 100)]
    public void Augmenting_OtherBatchMates_GivesTheSameBits(Change it)
    {
        using var scope = NewDisposeScope();
        var augmentation = new Augmentation(it.Options, it.Seed);
        Tensor images = Numbers.RandomImages(1, ScalarType.Float32, 4, 1, it.Height, it.Width);
        Tensor expected = augmentation.Apply(images, it.Iteration);

        for (int i = 0; i < 4; i++)
        {
            Tensor batch = Numbers.RandomImages(2, ScalarType.Float32, 4, 1, it.Height, it.Width);
            batch[i] = images[i];
            Numbers.ValuesOf(augmentation.Apply(batch, it.Iteration)[i]).Should().Equal(Numbers.ValuesOf(expected[i]));
        }
    }

    /// <summary>What the trainer gives network and loss: shuffled, augmented and mixed.</summary>
    [Property(MaxTest = 40)]
    public void Training_AnyFacesAndOptions_ShowsEachFaceWithItsLabelAndThatOfItsPartner(Batches it, Change change, bool mixes)
    {
        var faces = new FaceDataset(
            [.. it.FaceLabels.SelectMany(label => Enumerable.Repeat((byte)(255 * GrayOf(label)), change.Height * change.Width))],
            it.FaceLabels,
            new ImageSize(change.Height, change.Width),
            Labels);
        var options = new TrainerOptions
        {
            Iterations = 3,
            BatchSize = it.BatchSize,
            Augmentation = change.Options,
            MixupAlpha = mixes ? 1 : 0,
            Seed = it.Seed,
            Device = DevicePreference.Cpu,
        };
        using var network = new Witness
        {
            Crop = change.Options is { CropHeight: { } height, CropWidth: { } width } ? new ImageSize(height, width) : null,
        };
        var targets = new List<float[][]>();
        var objective = new Classification(network)
        {
            Loss = (logits, wanted) =>
            {
                targets.Add([.. wanted.data<float>().ToArray().Chunk(Labels.Count)]);
                return functional.cross_entropy(logits, wanted, reduction: Reduction.None);
            },
        };
        using var trainer = new Trainer(network, objective, options);

        trainer.Fit(faces, faces);

        network.Grays.Should().HaveCount(3);
        for (int i = 0; i < 3; i++)
        {
            network.Grays[i].Should().HaveCount(it.BatchSize);
            double share = mixes ? new Mixup(1, it.Seed).Draw(it.BatchSize, i + 1).Share : 1;
            targets[i].Should().OnlyContain(target => Math.Abs(target.Max() - share) < 1e-5 || Math.Abs(target.Max() - 1) < 1e-5);
            network.Grays[i].Zip(targets[i]).Should().OnlyContain(face =>
                Math.Abs(face.First - face.Second.Select((part, label) => part * GrayOf(label)).Sum()) < 0.05);
        }
    }

    /// <summary>A crop of the faces' own size is no change either.</summary>
    [Property(MaxTest = 100)]
    public void Augmenting_WithoutStrength_GivesTheSameBits(Change it, bool isCropped, bool isDouble)
    {
        using var scope = NewDisposeScope();
        var options = new AugmentationOptions
        {
            FlipProbability = 0,
            CropHeight = isCropped ? it.Height : null,
            CropWidth = isCropped ? it.Width : null,
            MaxErasedShare = it.Options.MaxErasedShare,
        };
        Tensor images = Numbers.RandomImages(it.Seed, isDouble ? ScalarType.Float64 : ScalarType.Float32, 3, 1, it.Height, it.Width);
        byte[] bits = [.. images.bytes];

        Tensor result = new Augmentation(options, it.Seed).Apply(images, it.Iteration);

        result.dtype.Should().Be(images.dtype);
        result.shape.Should().Equal(images.shape);
        result.contiguous().bytes.ToArray().Should().Equal(bits);
    }

    private static double GrayOf(long label) => (26 + (102 * label)) / 255.0;

    /// <summary>The middle of each face's gray values: erasing reaches less than half of a face, also of a mixed one.</summary>
    private static double[] MostOf(Tensor images)
    {
        int size = (int)(images.shape[2] * images.shape[3]);
        return [.. Numbers.ValuesOf(images).Chunk(size).Select(face => face.Order().ElementAt(size / 2))];
    }

    /// <summary>Tells the gray of each face it was trained on; its logits are one learned vector.</summary>
    private sealed class Witness : Module<Tensor, Tensor>, IDescribed
    {
        private readonly Parameter _logits = new(zeros(3));

        public Witness()
            : base(nameof(Witness))
        {
            RegisterComponents();
        }

        public ImageSize? Crop { get; init; }

        public NetworkDescription Describe() => new()
        {
            Family = nameof(Witness),
            Variant = "gray",
            Labels = PixelsAndLabelsProperties.Labels,
            Preprocessing = new NetworkPreprocessing { Size = new ImageSize(12, 12), Crop = Crop },
        };

        public List<double[]> Grays { get; } = [];

        public override Tensor forward(Tensor images)
        {
            if (training)
            {
                Grays.Add(MostOf(images));
            }

            return _logits.expand(images.shape[0], -1);
        }
    }
}
