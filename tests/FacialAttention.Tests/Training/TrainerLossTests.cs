using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Training;

/// <summary>Label smoothing, class weights and mixup: the reported loss against one worked out here from the network's logits.</summary>
public sealed class TrainerLossTests
{
    private const int Pixels = ToyFaces.Height * ToyFaces.Width;

    // Five, three and two faces; the last class has none.
    private static readonly byte[] RareLabels = [0, 1, 0, 2, 0, 1, 0, 2, 0, 1];
    private static readonly ExpressionLabels FourLabels = new("Top", "Middle", "Bottom", "None");
    private static readonly FaceDataset Rare =
        new(ToyFaces.Noise(count: 10, seed: 1).Pixels.ToArray(), RareLabels, new ImageSize(ToyFaces.Height, ToyFaces.Width), FourLabels);

    [Theory]
    [InlineData(0.0, ClassWeighting.Equal)]
    [InlineData(0.2, ClassWeighting.Equal)]
    [InlineData(0.99, ClassWeighting.Equal)]
    [InlineData(0.0, ClassWeighting.Balanced)]
    [InlineData(0.2, ClassWeighting.Balanced)]
    public void Loss_OfTheFirstStep_IsSmoothedAndWeightedCrossEntropy(double smoothing, ClassWeighting weighting)
    {
        TrainerOptions options = Options(batchSize: 4);
        (options.LabelSmoothing, options.ClassWeighting) = (smoothing, weighting);

        (double loss, Batch batch, TrainingHistory history) = FirstStep(options);

        double[] weights = weighting == ClassWeighting.Balanced ? [10 / 4.0 / 5, 10 / 4.0 / 3, 10 / 4.0 / 2, 0] : [1, 1, 1, 1];
        batch.Labels.Distinct().Should().HaveCountGreaterThan(1, "otherwise weights would not show");
        loss.Should().BeApproximately(Loss(batch, batch.Labels, smoothing, weights), 1e-5);
        if (smoothing > 0 || weighting != ClassWeighting.Equal)
        {
            loss.Should().NotBeApproximately(Loss(batch, batch.Labels, 0, [1, 1, 1, 1]), 1e-3);
        }

        history.Validation[0].Loss.Should().BeApproximately(PlainValidationLoss(options), 1e-6, "validation has neither");
    }

    [Theory]
    [InlineData(1.0, 0.0, ClassWeighting.Equal)]
    [InlineData(2.0, 0.0, ClassWeighting.Equal)]
    [InlineData(2.0, 0.1, ClassWeighting.Balanced)]
    public void Mixup_ShowsMixturesOfTwoFacesOfTheBatchAndMixesTheirLosses(double alpha, double smoothing, ClassWeighting weighting)
    {
        TrainerOptions options = Options(batchSize: 6);
        (options.MixupAlpha, options.LabelSmoothing, options.ClassWeighting) = (alpha, smoothing, weighting);

        (double loss, Batch batch, _) = FirstStep(options);

        var shares = new List<double>();
        var partners = new List<int>();
        for (int i = 0; i < batch.Rows.Length; i++)
        {
            (int partner, double share) = Unmix(batch, i);
            partners.Add(partner);
            if (partner != i)
            {
                shares.Add(share);
            }
        }

        partners.Should().OnlyHaveUniqueItems("each face is a partner once");
        shares.Should().HaveCountGreaterThan(1).And.OnlyContain(share => share >= 0.5 && share < 1);
        double common = shares[0];
        shares.Should().OnlyContain(share => Math.Abs(share - common) < 1e-4, "the share is the batch's");

        double[] weights = weighting == ClassWeighting.Balanced ? [10 / 4.0 / 5, 10 / 4.0 / 3, 10 / 4.0 / 2, 0] : [1, 1, 1, 1];
        int[] partnerLabels = [.. partners.Select(partner => batch.Labels[partner])];
        double own = Loss(batch, batch.Labels, smoothing, weights), other = Loss(batch, partnerLabels, smoothing, weights);
        Math.Abs(own - other).Should().BeGreaterThan(1e-3, "otherwise the mixture would not show");
        loss.Should().BeApproximately((common * own) + ((1 - common) * other), 1e-4);
    }

    [Fact]
    public void OwnLoss_SmoothedAndMixedTargets_AreWhatItGets()
    {
        using var network = new TwoLayerNet();
        TrainerOptions options = Options(batchSize: 10);
        (options.MixupAlpha, options.LabelSmoothing) = (2, 0.3);
        float[][] targets = [];
        var objective = new Classification(network)
        {
            Loss = (logits, wanted) =>
            {
                targets = [.. wanted.data<float>().ToArray().Chunk(ToyFaces.Classes)];
                return functional.cross_entropy(logits, wanted, reduction: Reduction.None);
            },
        };
        using var trainer = new Trainer(network, objective, options);
        FaceDataset faces = ToyFaces.Noise(count: 10, seed: 1);

        trainer.Fit(faces, faces);

        double share = new Mixup(2, options.Seed).Draw(10, 1).Share;
        targets.Should().HaveCount(10).And.OnlyContain(target => Math.Abs(target.Sum() - 1) < 1e-5);
        targets.Should().OnlyContain(target => Math.Abs(target.Max() - 0.8) < 1e-5 || Math.Abs(target.Max() - (0.1 + (0.7 * share))) < 1e-5);
        targets.Count(target => target.Max() < 0.79).Should().BePositive("some are mixed with a face of another label");
    }

    [Fact]
    public void OwnLoss_WithBalancedClasses_IsAveragedByTheirWeights()
    {
        using var network = new TwoLayerNet(classes: FourLabels.Count);
        TrainerOptions options = Options(batchSize: 10);
        options.ClassWeighting = ClassWeighting.Balanced;
        var progress = new RecordedProgress();
        // Each face's loss is its label: five of 0, three of 1, two of 2, and every class has the same weight in all.
        var objective = new Classification(network) { Loss = (logits, wanted) => wanted.argmax(1).to(ScalarType.Float32) + (0 * logits.sum(1)) };
        using var trainer = new Trainer(network, objective, options);

        trainer.Fit(Rare, Rare, progress: progress);

        progress.Reports.Should().ContainSingle().Which.Loss.Should().BeApproximately((0 + 1 + 2) / 3.0, 1e-6);
    }

    private static TrainerOptions Options(int batchSize) => new()
    {
        Iterations = 1,
        BatchSize = batchSize,
        LearningRate = 1e-9,
        Augmentation = { FlipProbability = 0 },
        Device = DevicePreference.Cpu,
    };

    private static (double Loss, Batch Batch, TrainingHistory History) FirstStep(TrainerOptions options)
    {
        using var network = new LinearNet(Pixels, FourLabels.Count);
        float[] images = [], logits = [];
        network.OnTraining = (seen, answered) => (images, logits) = ([.. seen.data<float>()], [.. answered.data<float>()]);
        var progress = new RecordedProgress();
        using var trainer = new Trainer(network, options);
        TrainingHistory history = trainer.Fit(Rare, Rare, progress: progress);
        long[] rows = new BatchOrder(Rare.Count, options.BatchSize, options.Seed).RowsOf(1);
        var batch = new Batch(rows, [.. images.Chunk(Pixels)], [.. logits.Chunk(FourLabels.Count)]);
        return (progress.Reports.Should().ContainSingle().Which.Loss, batch, history);
    }

    private static double PlainValidationLoss(TrainerOptions options)
    {
        options.BatchSize.Should().BeLessThan(Rare.Count);
        using var network = new LinearNet(Pixels, FourLabels.Count);
        return Evaluator.Evaluate(network, Rare).Loss;
    }

    /// <summary>Cross-entropy to smoothed labels, the mean by the weights of the faces' classes.</summary>
    private static double Loss(Batch batch, int[] labels, double smoothing, double[] weights)
    {
        double sum = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            double logOfSum = Math.Log(batch.Logits[i].Sum(logit => Math.Exp(logit)));
            double[] surprises = [.. batch.Logits[i].Select(logit => logOfSum - logit)];
            sum += weights[labels[i]] * (((1 - smoothing) * surprises[labels[i]]) + (smoothing * surprises.Average()));
        }

        return sum / labels.Sum(label => weights[label]);
    }

    /// <summary>Which face of the batch an image is mixed with, and the share of its own, by least squares.</summary>
    private static (int Partner, double Share) Unmix(Batch batch, int i)
    {
        double[] own = Face(batch.Rows[i]);
        if (own.Zip(batch.Images[i]).All(pair => Math.Abs(pair.First - pair.Second) < 1e-5))
        {
            return (i, 1);
        }

        var fits = new List<(int Partner, double Share)>();
        foreach (int j in Enumerable.Range(0, batch.Rows.Length).Where(j => j != i))
        {
            double[] partner = Face(batch.Rows[j]);
            double[] difference = [.. own.Zip(partner, (x, y) => x - y)];
            double square = difference.Sum(value => value * value);
            double share = batch.Images[i].Zip(partner, (seen, y) => seen - y).Zip(difference, (x, y) => x * y).Sum() / square;
            double residual = Enumerable.Range(0, Pixels)
                .Max(k => Math.Abs(batch.Images[i][k] - (share * own[k]) - ((1 - share) * partner[k])));
            if (residual < 1e-5)
            {
                fits.Add((j, share));
            }
        }

        return fits.Should().ContainSingle("an image is a mixture of its own face and one other").Which;
    }

    private static double[] Face(long row) => [.. Rare.PixelsOf((int)row).ToArray().Select(pixel => pixel / 255.0)];

    /// <summary>The rows of a batch, and what the network saw and answered for each.</summary>
    private sealed record Batch(long[] Rows, float[][] Images, float[][] Logits)
    {
        public int[] Labels { get; } = [.. Rows.Select(row => (int)RareLabels[row])];
    }
}
