using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Training;

public sealed class TrainerSeedTests
{
    private static readonly FaceDataset TrainingFaces = ToyFaces.Separable(count: 13, seed: 1);
    private static readonly FaceDataset ValidationFaces = ToyFaces.Separable(count: 7, seed: 2);

    [Fact]
    public void Fit_EqualSeeds_GiveEqualBitsWhateverTorchsGenerator()
    {
        manual_seed(1);
        byte[] first = Train(seed: 3);
        manual_seed(2);

        byte[] second = Train(seed: 3);

        second.Should().Equal(first);
    }

    [Fact]
    public void Fit_OtherSeed_GivesOtherWeights()
    {
        Train(seed: 4).Should().NotEqual(Train(seed: 3));
    }

    [Fact]
    public void Fit_ProgressAndLogger_DoNotChangeTheWeights()
    {
        Train(seed: 3, new RecordedProgress(), new RecordedLog()).Should().Equal(Train(seed: 3));
    }

    [Fact]
    public void Fit_OtherReportIntervals_DoNotChangeTheTraining()
    {
        static double[] Losses(int trainingInterval, int validationInterval)
        {
            using var network = new TwoLayerNet(hasNormAndDropout: true);
            TrainerOptions options = Options(seed: 3);
            (options.TrainingReportInterval, options.ValidationInterval) = (trainingInterval, validationInterval);
            using var trainer = new Trainer(network, options);
            var progress = new RecordedProgress();
            trainer.Fit(TrainingFaces, ValidationFaces, progress: progress);
            return [.. progress.Reports.Select(report => report.Loss)];
        }

        Losses(1, 1).Should().Equal(Losses(100, 100));
    }

    [Fact]
    public void Fit_InACallersScope_GivesEqualBits()
    {
        byte[] expected = Train(seed: 3);
        using var scope = NewDisposeScope();

        Train(seed: 3).Should().Equal(expected);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fit_TorchsGenerator_IsGivenBackAsItWas(bool fails)
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        using var trainer = new Trainer(network, Options(seed: 3));
        manual_seed(123);
        float[] expected = Draw();
        manual_seed(123);

        var progress = new RecordedProgress(_ =>
        {
            if (fails)
            {
                throw new InvalidOperationException("from progress");
            }
        });
        Action fit = () => trainer.Fit(TrainingFaces, ValidationFaces, progress: progress);
        if (fails)
        {
            fit.Should().Throw<InvalidOperationException>();
        }
        else
        {
            fit();
        }

        Draw().Should().Equal(expected);
    }

    [Fact]
    public void Fit_Batches_AreTheRowsOfTheBatchOrderMirroredByTheFlip()
    {
        using var network = new TwoLayerNet();
        var images = new List<float[]>();
        var labels = new List<long[]>();
        network.OnImages = batch =>
        {
            if (network.training)
            {
                images.Add([.. batch.data<float>()]);
            }
        };
        TrainerOptions options = Options(seed: 3);
        var objective = new OwnObjective(network, (logits, actual) =>
        {
            labels.Add([.. actual.data<long>()]);
            return functional.cross_entropy(logits, actual);
        });
        using var trainer = new Trainer(network, objective, options);

        trainer.Fit(TrainingFaces, ValidationFaces);

        using var scope = NewDisposeScope();
        using var faces = new FaceTensors(TrainingFaces, CPU);
        var order = new BatchOrder(TrainingFaces.Count, options.BatchSize, options.Seed);
        images.Should().HaveCount(10);
        var augmentation = new Augmentation(options.Augmentation, options.Seed);
        for (int iteration = 1; iteration <= images.Count; iteration++)
        {
            FaceBatch expected = augmentation.Apply(faces.Gather(order.RowsOf(iteration)), iteration);
            images[iteration - 1].Should().Equal(expected.Images.data<float>());
            labels[iteration - 1].Should().Equal(expected.Targets.argmax(1).data<long>());
        }
    }

    private static TrainerOptions Options(int seed) => new()
    {
        Iterations = 10,
        BatchSize = 5,
        LearningRate = 0.01,
        TrainingReportInterval = 3,
        ValidationInterval = 4,
        Seed = seed,
        Device = DevicePreference.Cpu,
    };

    private static float[] Draw()
    {
        using Tensor numbers = rand(5);
        return [.. numbers.data<float>()];
    }

    /// <summary>The weights after training a network that always starts alike; its dropout draws from torch's generator.</summary>
    private static byte[] Train(int seed, RecordedProgress? progress = null, RecordedLog? log = null)
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        using var trainer = new Trainer(network, Options(seed), logger: log);
        trainer.Fit(TrainingFaces, ValidationFaces, progress: progress);
        if (progress is not null)
        {
            progress.Reports.Should().HaveCount(10);
        }

        if (log is not null)
        {
            log.Lines.Should().NotBeEmpty();
        }

        return network.Weights();
    }
}
