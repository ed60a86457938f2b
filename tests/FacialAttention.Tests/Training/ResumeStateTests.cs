using FacialAttention.Tests.Files;
using FacialAttention.Tests.Storage;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Training;

/// <summary>A run that is stopped and resumed ends with the bits of one that is not. Everything that has a memory is switched on.</summary>
public sealed class ResumeStateTests
{
    private static readonly FaceDataset TrainingFaces = Taught(ToyFaces.Noise(count: 23, seed: 1));
    private static readonly FaceDataset ValidationFaces = ToyFaces.Noise(count: 9, seed: 2);

    [Theory]
    [InlineData(OptimizerKind.Adam)]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.SgdNesterov)]
    public void Fit_CancelledAnywhereAndResumed_EndsWithTheBitsOfAnUninterruptedRun(OptimizerKind optimizer)
    {
        using var folder = new TemporaryFolder();
        (byte[] expected, TrainingHistory whole) = Run(Options(optimizer));
        foreach (int cut in (int[])[1, 3, 4, 5, 12, 19])
        {
            var state = new ResumeState(folder.File($"{cut}.resume"));
            Cancel(Options(optimizer), state, cut);
            state.Exists.Should().BeTrue();

            (byte[] weights, TrainingHistory history) = Run(Options(optimizer), state);

            weights.Should().Equal(expected, "the run was stopped after iteration {0}", cut);
            history.Training.Should().Equal(whole.Training);
            history.Validation.Should().Equal(whole.Validation);
            history.Best.Should().Be(whole.Best);
            history.Iterations.Should().Be(whole.Iterations);
        }
    }

    [Fact]
    public void Fit_StoppedAgainAndAgain_EndsWithTheBitsOfAnUninterruptedRun()
    {
        using var folder = new TemporaryFolder();
        (byte[] expected, _) = Run(Options(OptimizerKind.AdamW));
        var state = new ResumeState(folder.File("run.resume"));
        for (int cut = 2; cut < 20; cut += 3)
        {
            Cancel(Options(OptimizerKind.AdamW), state, cut);
        }

        Run(Options(OptimizerKind.AdamW), state).Weights.Should().Equal(expected);
    }

    [Fact]
    public void Fit_StoppedByAFailure_ContinuesFromTheLastWrittenState()
    {
        using var folder = new TemporaryFolder();
        (byte[] expected, _) = Run(Options(OptimizerKind.Adam));
        var state = new ResumeState(folder.File("run.resume"));
        using (var network = new TwoLayerNet(hasNormAndDropout: true))
        using (var trainer = new Trainer(network, Options(OptimizerKind.Adam)))
        {
            var progress = new RecordedProgress(report =>
            {
                if (report.Iteration == 11)
                {
                    throw new InvalidOperationException("from progress");
                }
            });
            trainer.Invoking(it => it.Fit(TrainingFaces, ValidationFaces, state, progress)).Should().Throw<InvalidOperationException>();
        }

        var resumed = new RecordedProgress();
        Run(Options(OptimizerKind.Adam), state, resumed).Weights.Should().Equal(expected);
        resumed.Reports[0].Iteration.Should().Be(9, "the state is written every fourth iteration");
    }

    [Fact]
    public void Fit_StoppedDuringValidation_ValidatesFirstWhenResumed()
    {
        using var folder = new TemporaryFolder();
        (byte[] expected, TrainingHistory whole) = Run(Options(OptimizerKind.Adam));
        var state = new ResumeState(folder.File("run.resume"));
        using (var network = new TwoLayerNet(hasNormAndDropout: true))
        using (var source = new CancellationTokenSource())
        using (var trainer = new Trainer(network, Options(OptimizerKind.Adam)))
        {
            network.OnImages = _ =>
            {
                if (!network.training)
                {
                    source.Cancel(); // In the first batch of the first validation.
                }
            };
            trainer.Invoking(it => it.Fit(TrainingFaces, ValidationFaces, state, cancellationToken: source.Token))
                .Should().Throw<OperationCanceledException>();
        }

        (byte[] weights, TrainingHistory history) = Run(Options(OptimizerKind.Adam), state);

        weights.Should().Equal(expected);
        history.Validation.Should().Equal(whole.Validation);
    }

    [Fact]
    public void Fit_FinishedState_GivesTheResultAgainWithoutAStep()
    {
        using var folder = new TemporaryFolder();
        var state = new ResumeState(folder.File("run.resume"));
        (byte[] expected, TrainingHistory first) = Run(Options(OptimizerKind.Adam), state);
        var progress = new RecordedProgress();

        (byte[] weights, TrainingHistory second) = Run(Options(OptimizerKind.Adam), state, progress);

        progress.Reports.Should().BeEmpty();
        weights.Should().Equal(expected);
        second.Validation.Should().Equal(first.Validation);
        second.SecondsPerIteration.Should().Be(first.SecondsPerIteration);
        second.Elapsed.Should().Be(first.Elapsed).And.BePositive();
    }

    [Fact]
    public void Fit_StoppedEarlyAndResumed_StaysStopped()
    {
        using var folder = new TemporaryFolder();
        TrainerOptions options = Options(OptimizerKind.Adam);
        (options.Iterations, options.PatienceValidations, options.LearningRate) = (400, 2, 0.3);
        (byte[] expected, TrainingHistory whole) = Run(options);
        whole.StoppedEarly.Should().BeTrue();
        var state = new ResumeState(folder.File("run.resume"));
        Cancel(options, state, whole.Iterations - 3);

        (byte[] weights, TrainingHistory history) = Run(options, state);

        weights.Should().Equal(expected);
        history.Iterations.Should().Be(whole.Iterations);
        Run(options, state).History.Iterations.Should().Be(whole.Iterations);
    }

    [Fact]
    public void Fit_State_ChangesNothingOfTheRun()
    {
        using var folder = new TemporaryFolder();

        Run(Options(OptimizerKind.SgdNesterov), new ResumeState(folder.File("run.resume"))).Weights
            .Should().Equal(Run(Options(OptimizerKind.SgdNesterov)).Weights);
    }

    [Fact]
    public void Delete_State_StartsAnew()
    {
        using var folder = new TemporaryFolder();
        var state = new ResumeState(folder.File("run.resume"));
        Cancel(Options(OptimizerKind.Adam), state, 5);

        state.Delete();

        state.Exists.Should().BeFalse();
        var progress = new RecordedProgress();
        Run(Options(OptimizerKind.Adam), state, progress);
        progress.Reports[0].Iteration.Should().Be(1);
    }

    [Fact]
    public void Fit_CancelledBeforeTheFirstStep_WritesNothing()
    {
        using var folder = new TemporaryFolder();
        var state = new ResumeState(folder.File("run.resume"));
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        using var trainer = new Trainer(network, Options(OptimizerKind.SgdNesterov));

        trainer.Invoking(it => it.Fit(TrainingFaces, ValidationFaces, state, cancellationToken: new CancellationToken(canceled: true)))
            .Should().Throw<OperationCanceledException>();

        state.Exists.Should().BeFalse();
    }

    [Fact]
    public void Fit_WithState_LeaksNoTensor()
    {
        using var folder = new TemporaryFolder();
        var state = new ResumeState(folder.File("run.resume"));
        Run(Options(OptimizerKind.SgdNesterov), state); // Whatever is made once is made.
        state.Delete();
        long live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Cancel(Options(OptimizerKind.SgdNesterov), state, 5);
        Run(Options(OptimizerKind.SgdNesterov), state);

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
    }

    [Fact]
    public void Fit_InACallersScope_ResumesWithLivingTensors()
    {
        using var folder = new TemporaryFolder();
        (byte[] expected, _) = Run(Options(OptimizerKind.SgdNesterov));
        var state = new ResumeState(folder.File("run.resume"));
        Cancel(Options(OptimizerKind.SgdNesterov), state, 5);
        using var scope = NewDisposeScope();

        Run(Options(OptimizerKind.SgdNesterov), state).Weights.Should().Equal(expected);
    }

    /// <summary>Faces with a teacher who sees one thing in every other face.</summary>
    internal static FaceDataset Taught(FaceDataset faces) => faces.WithColumns(new FaceColumns
    {
        Teacher = Enumerable.Range(0, faces.Count)
            .SelectMany(row => row % 2 == 0 ? (float[])[0.7f, 0.2f, 0.1f] : [0.1f, 0.2f, 0.7f])
            .ToArray(),
    });

    internal static TrainerOptions Options(OptimizerKind optimizer) => new()
    {
        Iterations = 20,
        BatchSize = 5,
        Optimizer = optimizer,
        LearningRate = 0.01,
        Schedule = LearningRateSchedule.Cosine,
        WarmupIterations = 3,
        WeightDecay = 0.01,
        DecayedWeights = DecayedWeights.ConvolutionAndLinear,
        MaxGradientNorm = 1,
        LabelSmoothing = 0.1,
        ClassWeighting = ClassWeighting.Balanced,
        MixupAlpha = 0.4,
        MixupEnd = 0.6,
        DistillationShare = 0.5,
        DistillationTemperature = 2,
        Augmentation = new AugmentationOptions
        {
            AlternateFlips = true,
            MaxRotationDegrees = 10,
            MaxScale = 0.1,
            MaxShiftPixels = 1,
            MaxBrightness = 0.1,
            MaxContrast = 0.1,
            ErasingProbability = 0.5,
        },
        AveragingDecay = 0.8,
        PatienceValidations = 5,
        AverageMirrored = true,
        LearningRateFactors = new Dictionary<string, double> { ["_layers.last"] = 2, ["_layers.norm.bias"] = 0 },
        TrainingReportInterval = 3,
        ValidationInterval = 4,
        ValidationBatchSize = 4,
        ResumeInterval = 4,
        Seed = 3,
        Device = DevicePreference.Cpu,
    };

    internal static void Cancel(TrainerOptions options, ResumeState state, int after)
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        using var source = new CancellationTokenSource();
        using var trainer = new Trainer(network, options);
        var progress = new RecordedProgress(report =>
        {
            if (report.Iteration == after)
            {
                source.Cancel();
            }
        });
        trainer.Invoking(it => it.Fit(TrainingFaces, ValidationFaces, state, progress, source.Token))
            .Should().Throw<OperationCanceledException>();
        progress.Reports[^1].Iteration.Should().Be(after);
    }

    /// <summary>The run to its end, with another state of torch's generator and other initial weights wherever it is resumed.</summary>
    private static (byte[] Weights, TrainingHistory History) Run(
        TrainerOptions options, ResumeState? state = null, RecordedProgress? progress = null)
    {
        manual_seed(state is null ? 1 : 2);
        using var network = new TwoLayerNet(seed: state is { Exists: true } ? 2 : 1, hasNormAndDropout: true);
        using var trainer = new Trainer(network, options);
        TrainingHistory history = trainer.Fit(TrainingFaces, ValidationFaces, state, progress);
        return (network.Weights(), history);
    }
}
