using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Training;

/// <summary>What depends on where in a run a batch stands: flips that alternate by passes, and mixup that ends.</summary>
public sealed class TrainingBatchesTests
{
    private const int Pixels = ToyFaces.Height * ToyFaces.Width;

    private static readonly FaceDataset Faces = ToyFaces.Noise(count: 13, seed: 1);

    [Theory]
    [InlineData(5)] // batches that straddle two passes
    [InlineData(13)]
    [InlineData(40)] // batches of several passes
    public void AlternateFlips_EachFace_IsMirroredInEveryOtherPass(int batchSize)
    {
        (int Row, bool IsMirrored)[] seen = Seen(Options(batchSize, seed: 1), iterations: 1 + (6 * Faces.Count / batchSize));

        bool[][] passes =
        [
            .. seen.Take(6 * Faces.Count).Chunk(Faces.Count)
                .Select(pass => pass.OrderBy(face => face.Row).Select(face => face.IsMirrored).ToArray()),
        ];
        passes.Should().HaveCount(6).And.OnlyContain(pass => pass.Length == Faces.Count);
        for (int pass = 2; pass < 6; pass++)
        {
            passes[pass].Should().Equal(passes[pass - 2]);
        }

        passes[1].Should().Equal(passes[0].Select(isMirrored => !isMirrored));
        passes[0].Count(isMirrored => isMirrored).Should().BeInRange(3, 10, "a coin decides what a face begins with");
    }

    [Fact]
    public void AlternateFlips_SeedAndIteration_AloneDecide()
    {
        FaceBatch Batch(int seed, params int[] iterations)
        {
            using var batches = new TrainingBatches(Options(5, seed), Faces, CPU);
            return iterations.Select(batches.Of).Last();
        }

        using var scope = NewDisposeScope();
        double[] expected = Numbers.ValuesOf(Batch(3, 7).Images);

        manual_seed(77);
        Numbers.ValuesOf(Batch(3, 1, 2, 3, 7).Images).Should().Equal(expected);
        Seen(Options(13, seed: 3), 1).OrderBy(face => face.Row)
            .Should().NotEqual(Seen(Options(13, seed: 4), 1).OrderBy(face => face.Row));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    public void AlternateFlips_FlipProbability_HasNoEffect(double probability)
    {
        TrainerOptions options = Options(5, seed: 1);
        options.Augmentation.FlipProbability = probability;

        Seen(options, 10).Should().Equal(Seen(Options(5, seed: 1), 10));
    }

    [Fact]
    public void AlternateFlips_OfManyRows_AreFairAndIndependentOfTheirOrder()
    {
        bool[] first = [.. Enumerable.Range(0, 10_000).Select(row => AlternatingFlips.IsMirrored(seed: 1, row, pass: 0))];

        first.Count(isMirrored => isMirrored).Should().BeInRange(4800, 5200, "that is four standard deviations");
        first.Zip(first[1..], (one, next) => one == next).Count(isEqual => isEqual).Should().BeInRange(4800, 5200);
        Enumerable.Range(0, 10_000).Select(row => AlternatingFlips.IsMirrored(seed: 2, row, pass: 0)).Zip(first, (one, other) => one == other)
            .Count(isEqual => isEqual).Should().BeInRange(4800, 5200);
    }

    [Theory]
    [InlineData(1.0, 10)]
    [InlineData(0.8, 8)]
    [InlineData(0.55, 5)]
    [InlineData(0.0, 0)]
    public void MixupEnd_IsTheShareOfIterationsThatAreMixed(double end, int mixed)
    {
        using var scope = NewDisposeScope();
        TrainerOptions options = Options(batchSize: 13, seed: 1), without = Options(batchSize: 13, seed: 1);
        (options.Iterations, options.MixupAlpha, options.MixupEnd) = (10, 4, end);
        using var batches = new TrainingBatches(options, Faces, CPU);
        using var plain = new TrainingBatches(without, Faces, CPU);

        bool[] isMixed = [.. Enumerable.Range(1, 10).Select(iteration =>
            !Numbers.ValuesOf(batches.Of(iteration).Images).SequenceEqual(Numbers.ValuesOf(plain.Of(iteration).Images)))];

        isMixed.Should().Equal(Enumerable.Range(0, 10).Select(i => i < mixed));
    }

    [Fact]
    public void MixupEnd_OfEpochs_CountsTheirIterations()
    {
        using var scope = NewDisposeScope();
        TrainerOptions options = Options(batchSize: 13, seed: 1);
        (options.Iterations, options.Epochs, options.MixupAlpha, options.MixupEnd) = (null, 4, 4, 0.5);
        using var batches = new TrainingBatches(options, Faces, CPU);

        bool[] isMixed = [.. Enumerable.Range(1, 4).Select(iteration => Numbers.ValuesOf(batches.Of(iteration).Targets).Any(target => target is > 0 and < 1))];

        isMixed.Should().Equal(true, true, false, false);
    }

    [Theory]
    [InlineData(0.0, 0.0, true)]
    [InlineData(0.1, 0.0, false)]
    [InlineData(0.0, 4.0, false)]
    public void Of_PlainFaces_AreKnownToBePlainUnlessSmoothedOrMixed(double smoothing, double alpha, bool isPlain)
    {
        using var scope = NewDisposeScope();
        TrainerOptions options = Options(batchSize: 13, seed: 1);
        (options.LabelSmoothing, options.MixupAlpha) = (smoothing, alpha);
        using var batches = new TrainingBatches(options, Faces, CPU);

        FaceBatch batch = batches.Of(1);

        (batch.Known is { ArePlain: true } known && ReferenceEquals(known.Targets, batch.Targets)).Should().Be(isPlain);
        batch.IsPlain().Should().Be(isPlain);
        (batch with { Targets = batch.Targets * 0.5f }).IsPlain().Should().BeFalse("what is known of targets is not of others");
        (batch with { Weights = ones(13) }).IsPlain().Should().BeFalse();
    }

    private static TrainerOptions Options(int batchSize, int seed) => new()
    {
        Iterations = 100,
        BatchSize = batchSize,
        Augmentation = { AlternateFlips = true },
        Seed = seed,
        Device = DevicePreference.Cpu,
    };

    /// <summary>The faces that a run shows, in their order: which they are, and whether mirrored.</summary>
    private static (int Row, bool IsMirrored)[] Seen(TrainerOptions options, int iterations)
    {
        using var scope = NewDisposeScope();
        using var batches = new TrainingBatches(options, Faces, CPU);
        double[][] upright = [.. Enumerable.Range(0, Faces.Count).Select(row => Faces.PixelsOf(row).ToArray().Select(p => (double)(p / 255f)).ToArray())];
        double[][] mirrored = [.. upright.Select(face => face.Chunk(ToyFaces.Width).SelectMany(line => line.Reverse()).ToArray())];
        return
        [
            .. Enumerable.Range(1, iterations).SelectMany(iteration => Numbers.ValuesOf(batches.Of(iteration).Images).Chunk(Pixels)).Select(face =>
            {
                int row = Array.FindIndex(upright, it => it.SequenceEqual(face));
                return row >= 0 ? (row, false) : (Array.FindIndex(mirrored, it => it.SequenceEqual(face)), true);
            }),
        ];
    }
}
