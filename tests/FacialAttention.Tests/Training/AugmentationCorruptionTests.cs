using FacialAttention.Tests.Files;
using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Training;

/// <summary>Faces that are spoilt in training; what spoils them has tests of its own.</summary>
public sealed class AugmentationCorruptionTests
{
    private const int Count = 200;
    private const int Side = 32;

    private static readonly FaceDataset Faces = SyntheticFaces.Generate(Count, seed: 1, size: new ImageSize(Side, Side));

    private static Augmentation Spoiling(double share, int strength = 3) =>
        new(new AugmentationOptions { FlipProbability = 0, CorruptionProbability = share, MaxCorruptionStrength = strength }, seed: 2);

    private static FaceBatch Batch()
    {
        using var tensors = new FaceTensors(Faces, CPU);
        return tensors.Gather([.. Enumerable.Range(0, Count).Select(row => (long)row)]);
    }

    private static double[][] FacesOf(Tensor images) => [.. Numbers.ValuesOf(images).Chunk(Side * Side)];

    private static double[][] PointsOf(FaceBatch batch) => [.. Numbers.ValuesOf(batch.Landmarks!).Chunk(2 * 68)];

    [Fact]
    public void Apply_Share_SpoilsSoManyFacesAndLeavesEveryBitOfTheOthers()
    {
        using var scope = NewDisposeScope();
        FaceBatch batch = Batch();

        FaceBatch result = Spoiling(0.3).Apply(batch, 1);

        double[][] before = FacesOf(batch.Images), after = FacesOf(result.Images);
        int changed = before.Zip(after).Count(pair => !pair.First.SequenceEqual(pair.Second));
        changed.Should().BeInRange(40, 80, "a share of 0.3 of 200 faces was asked for");
        after.SelectMany(face => face).Should().OnlyContain(value => Math.Abs((value * 255) - Math.Round(value * 255)) < 1e-4, "pixels are bytes");
    }

    [Fact]
    public void Apply_Corruption_KeepsTheCleanFaceUnlessItTurnsBoth()
    {
        using var scope = NewDisposeScope();
        FaceBatch batch = Batch();

        FaceBatch result = Spoiling(1).Apply(batch, 1);

        double[][] before = FacesOf(batch.Images), clean = FacesOf(result.Clean!), after = FacesOf(result.Images);
        double[][] points = PointsOf(batch), moved = PointsOf(result);
        int turned = 0;
        for (int face = 0; face < Count; face++)
        {
            bool isTurned = !moved[face].SequenceEqual(points[face]);
            turned += isTurned ? 1 : 0;
            clean[face].SequenceEqual(before[face]).Should().Be(!isTurned);
            after[face].SequenceEqual(clean[face]).Should().Be(isTurned, "rotation is geometry, all else is not");
        }

        turned.Should().BeInRange(6, 28, "one of thirteen kinds turns faces");
    }

    [Fact]
    public void Apply_HigherStrength_SpoilsMore()
    {
        using var scope = NewDisposeScope();
        FaceBatch batch = Batch();

        double[] harm = [.. new[] { 1, 3, 5 }.Select(strength => (Spoiling(1, strength).Apply(batch, 1).Images - batch.Images).square().mean().ToDouble())];

        harm.Should().BeInAscendingOrder();
        harm[2].Should().BeGreaterThan(1.5 * harm[0]);
    }

    [Fact]
    public void Fit_CancelledAndResumed_EndsWithTheBitsOfAnUninterruptedRun()
    {
        using var folder = new TemporaryFolder();
        byte[] expected = Run(Options(0.5)), plain = Run(Options(0));
        expected.Should().NotEqual(plain, "the option has an effect");
        var state = new ResumeState(folder.File("run.resume"));
        using var stop = new CancellationTokenSource();
        var cancelAfterFour = new RecordedProgress(report =>
        {
            if (report.Iteration == 4)
            {
                stop.Cancel();
            }
        });
        FluentActions.Invoking(() => Run(Options(0.5), state, cancelAfterFour, stop.Token)).Should().Throw<OperationCanceledException>();
        FluentActions.Invoking(() => Run(Options(0.4), state)).Should().Throw<InvalidOperationException>()
            .WithMessage("*CorruptionProbability is 0.5 there and 0.4 here*");

        Run(Options(0.5), state).Should().Equal(expected);
    }

    [Theory]
    [InlineData(null, "23x40")]
    [InlineData(12, "12x12")]
    public void Fit_FacesTooSmallToBeSpoilt_SaysWhatIsNeeded(int? crop, string seen)
    {
        FaceDataset faces = SyntheticFaces.Generate(4, seed: 1, size: new ImageSize(40, 40));
        FaceDataset small = crop is not null
            ? faces
            : new FaceDataset(faces.Pixels[..(4 * 23 * 40)].ToArray(), faces.LabelIndices.ToArray(), new ImageSize(23, 40), faces.Labels);
        using var network = new TwoLayerNet();
        using var trainer = new Trainer(network, new TrainerOptions
        {
            Augmentation = { CorruptionProbability = 0.1, CropHeight = crop, CropWidth = crop },
            Device = DevicePreference.Cpu,
        });

        trainer.Invoking(it => it.Fit(small, small)).Should().Throw<ArgumentException>().WithMessage(
            $"Training is to spoil faces of {seen} (CorruptionProbability); expected at least 24 pixels a side, or 0.");
    }

    private static TrainerOptions Options(double share) => new()
    {
        Iterations = 8,
        BatchSize = 10,
        Augmentation = { CorruptionProbability = share },
        Device = DevicePreference.Cpu,
    };

    private static byte[] Run(
        TrainerOptions options, ResumeState? state = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var seeded = new SeededTorch(1);
        using Module<Tensor, Tensor> network = Sequential(("flatten", Flatten()), ("linear", Linear(Side * Side, 7)));
        using var trainer = new Trainer(network, options);
        FaceDataset few = Faces.Subset([.. Enumerable.Range(0, 40)]);
        trainer.Fit(few, few, state, progress, cancellationToken);
        using var scope = NewDisposeScope();
        return [.. network.state_dict().Values.SelectMany(weight => weight.bytes.ToArray())];
    }
}
