using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Training;

public sealed class TrainerLeakTests
{
    private static readonly FaceDataset TrainingFaces = ToyFaces.Noise(count: 13, seed: 1);
    private static readonly FaceDataset ValidationFaces = ToyFaces.Noise(count: 10, seed: 2);

    public TrainerLeakTests()
    {
        // Whatever the first run of a process makes once and keeps is not the runs' own.
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        using var trainer = new Trainer(network, Options(iterations: 5));
        trainer.Fit(TrainingFaces, ValidationFaces);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fit_200Steps_KeepsTheNumberOfLiveTensors(bool hasCallersScope)
    {
        using DisposeScope? scope = hasCallersScope ? NewDisposeScope() : null;
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        using var trainer = new Trainer(network, Options(iterations: 200));
        var live = new List<long>();

        var progress = new RecordedProgress(_ => live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount));
        trainer.Fit(TrainingFaces, ValidationFaces, progress: progress);

        live.Should().HaveCount(200);
        live.Skip(10).Should().OnlyContain(count => count == live[10], "the first validation, at 10, makes the copy of the best weights");
        live.Take(9).Should().OnlyContain(count => count == live[0]);
        (live[10] - live[0]).Should().Be(network.state_dict().Count, "that copy is all that is kept");
    }

    [Fact]
    public void Fit_ShortOrLong_LeavesTheSameBehind()
    {
        static long Kept(int iterations)
        {
            using var network = new TwoLayerNet(hasNormAndDropout: true);
            using var trainer = new Trainer(network, Options(iterations));
            long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            trainer.Fit(TrainingFaces, ValidationFaces);
            return DisposeScopeManager.Statistics.ThreadTotalLiveCount - before;
        }

        Kept(iterations: 1).Should().Be(0);
        Kept(iterations: 60).Should().Be(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Dispose_OfTrainerAndNetwork_LeavesNothing(bool hasCallersScope)
    {
        using DisposeScope? scope = hasCallersScope ? NewDisposeScope() : null;
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        using (var network = new TwoLayerNet(hasNormAndDropout: true))
        {
            using var trainer = new Trainer(network, Options(iterations: 20));
            trainer.Fit(TrainingFaces, ValidationFaces);
            DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().BeGreaterThan(before, "weights and moments are alive");
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Fit_InACallersScope_OutlivesIt()
    {
        TwoLayerNet network;
        Trainer trainer;
        TrainingHistory history;
        using (NewDisposeScope())
        {
            network = new TwoLayerNet(hasNormAndDropout: true);
            trainer = new Trainer(network, Options(iterations: 20));
            history = trainer.Fit(TrainingFaces, ValidationFaces);
        }

        using (network)
        using (trainer)
        {
            Evaluator.Evaluate(network, ValidationFaces, batchSize: 4).Loss.Should().Be(history.Best.Loss);
            trainer.Fit(TrainingFaces, ValidationFaces).Training.Should().NotBeEmpty();
        }
    }

    [Fact]
    public void Fit_Gradients_OfTheCallersNetworkStayUsable()
    {
        using var network = new TwoLayerNet();
        using (var trainer = new Trainer(network, Options(iterations: 3)))
        {
            trainer.Fit(TrainingFaces, ValidationFaces);
        }

        using var scope = NewDisposeScope();
        network.train();
        network.call(ones(2, 1, ToyFaces.Height, ToyFaces.Width)).sum().backward();

        network.parameters().Should().OnlyContain(parameter => parameter.requires_grad && parameter.grad is object);
    }

    [Theory]
    [InlineData(OptimizerKind.Adam, false)]
    [InlineData(OptimizerKind.AdamW, true)]
    [InlineData(OptimizerKind.SgdNesterov, false)]
    public void Fit_EverythingOn_KeepsAndLeavesNothing(OptimizerKind optimizer, bool hasCallersScope)
    {
        TrainerOptions options = Everything(optimizer);
        Run(options, []); // Makes what the process keeps.
        using DisposeScope? scope = hasCallersScope ? NewDisposeScope() : null;
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var live = new List<long>();

        Run(options, live);

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
        live.Should().HaveCount(40);
        live.Skip(10).Should().OnlyContain(count => count == live[10], "no step leaves a tensor");
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.SgdNesterov)]
    public void Fit_EverythingOnAndThrownOutOf_LeavesNothing(OptimizerKind optimizer)
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        using var trainer = new Trainer(network, Everything(optimizer));
        trainer.Fit(TrainingFaces, ValidationFaces);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        int calls = 0;
        network.OnImages = _ =>
        {
            if (++calls == 27)
            {
                throw new InvalidOperationException("from the network");
            }
        };

        trainer.Invoking(it => it.Fit(TrainingFaces, ValidationFaces)).Should().Throw<InvalidOperationException>();

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    private static void Run(TrainerOptions options, List<long> live)
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        using var trainer = new Trainer(network, options);
        var progress = new RecordedProgress(_ => live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount));
        trainer.Fit(TrainingFaces, ValidationFaces, progress: progress);
    }

    /// <summary>Everything that makes tensors.</summary>
    private static TrainerOptions Everything(OptimizerKind optimizer)
    {
        TrainerOptions options = Options(iterations: 40);
        options.Optimizer = optimizer;
        (options.LearningRate, options.Schedule, options.WarmupIterations) = (0.01, LearningRateSchedule.Cosine, 5);
        (options.WeightDecay, options.MaxGradientNorm) = (0.01, 0.1);
        (options.LabelSmoothing, options.ClassWeighting, options.MixupAlpha) = (0.1, ClassWeighting.Balanced, 0.5);
        (options.AveragingDecay, options.PatienceValidations, options.AverageMirrored) = (0.9, 1000, true);
        options.LearningRateFactors = new Dictionary<string, double> { ["_layers.first"] = 0.5, ["_layers.norm"] = 0 };
        options.Augmentation = new AugmentationOptions
        {
            MaxRotationDegrees = 15,
            MaxScale = 0.1,
            MaxShiftPixels = 1,
            CropHeight = ToyFaces.Height,
            CropWidth = ToyFaces.Width,
            MaxBrightness = 0.1,
            MaxContrast = 0.2,
            ErasingProbability = 0.5,
        };
        return options;
    }

    private static TrainerOptions Options(int iterations) => new()
    {
        Iterations = iterations,
        BatchSize = 5,
        TrainingReportInterval = 7,
        ValidationInterval = 10,
        ValidationBatchSize = 4,
        Device = DevicePreference.Cpu,
    };
}
