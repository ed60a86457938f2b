using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Training;

/// <summary>Runs that do not reach their end: cancelled, diverged, or thrown out of by the caller's own code.</summary>
public sealed class TrainerStopTests
{
    private static readonly FaceDataset TrainingFaces = ToyFaces.Separable(count: 13, seed: 1);
    private static readonly FaceDataset ValidationFaces = ToyFaces.Separable(count: 10, seed: 2);

    [Fact]
    public void Fit_CancelledBefore_ThrowsAndTrainsNothing()
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        byte[] before = network.Weights();
        using var trainer = new Trainer(network, Options());
        var progress = new RecordedProgress();

        trainer.Invoking(it => it.Fit(TrainingFaces, ValidationFaces, null, progress, new CancellationToken(canceled: true)))
            .Should().Throw<OperationCanceledException>();

        progress.Reports.Should().BeEmpty();
        network.Weights().Should().Equal(before);
        network.training.Should().BeFalse();
        CanBeUsed(network, trainer);
    }

    [Fact]
    public void Fit_CancelledFromProgress_StopsBeforeTheNextIterationWithTheBestWeights()
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        using var trainer = new Trainer(network, Options());
        using var source = new CancellationTokenSource();
        var best = new BestWeights(network);
        var progress = new RecordedProgress(report =>
        {
            best.Report(report);
            if (report.Iteration == 11)
            {
                source.Cancel();
            }
        });

        trainer.Invoking(it => it.Fit(TrainingFaces, ValidationFaces, null, progress, source.Token))
            .Should().Throw<OperationCanceledException>();

        progress.Reports.Should().HaveCount(11);
        best.Measured.Should().Be(3);
        network.Weights().Should().Equal(best.Weights);
        network.training.Should().BeFalse();
        CanBeUsed(network, trainer);
    }

    [Fact]
    public void Fit_CancelledDuringValidation_StopsInItWithTheBestWeightsSoFar()
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        using var source = new CancellationTokenSource();
        int evaluatedBatches = 0;
        network.OnImages = _ =>
        {
            if (!network.training && ++evaluatedBatches == 5)
            {
                source.Cancel(); // In the second of the three batches of the second validation.
            }
        };
        using var trainer = new Trainer(network, Options());
        var best = new BestWeights(network);
        var progress = new RecordedProgress(best.Report);

        trainer.Invoking(it => it.Fit(TrainingFaces, ValidationFaces, null, progress, source.Token))
            .Should().Throw<OperationCanceledException>();

        evaluatedBatches.Should().Be(5);
        progress.Reports.Should().HaveCount(5, "the sixth iteration validates");
        best.Measured.Should().Be(1);
        network.Weights().Should().Equal(best.Weights);
        network.training.Should().BeFalse();
        network.OnImages = null;
        CanBeUsed(network, trainer);
    }

    [Fact]
    public void Fit_LossThatIsNotANumber_ThrowsNamingTheIterationAndKeepsTheBestWeights()
    {
        using var culture = new UnderCulture("de-DE");
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        int calls = 0;
        var objective = new OwnObjective(network, (logits, labels) =>
        {
            Tensor loss = functional.cross_entropy(logits, labels);
            return ++calls == 7 ? loss * double.NaN : loss;
        });
        using var trainer = new Trainer(network, objective, Options());
        var best = new BestWeights(network);
        var progress = new RecordedProgress(best.Report);

        TrainingDivergedException exception = trainer.Invoking(it => it.Fit(TrainingFaces, ValidationFaces, progress: progress))
            .Should().Throw<TrainingDivergedException>().WithMessage("The loss is NaN at iteration 7; expected a finite number.*").Which;

        exception.Iteration.Should().Be(7);
        progress.Reports.Should().HaveCount(6);
        best.Measured.Should().Be(2);
        network.Weights().Should().Equal(best.Weights);
        network.training.Should().BeFalse();
        CanBeUsed(network, trainer);
    }

    [Fact]
    public void Fit_ExplodingLearningRate_ThrowsAndKeepsFiniteWeights()
    {
        using var culture = new UnderCulture("de-DE");
        using var network = new TwoLayerNet();
        TrainerOptions options = Options();
        (options.LearningRate, options.ValidationInterval) = (10, 1);
        // Nothing holds this loss from below: it is about -e^35 after one step of that size and overflows after the next.
        using var trainer = new Trainer(network, new OwnObjective(network, (logits, _) => -(logits.mean() * 0.002).exp()), options);
        var best = new BestWeights(network);
        var progress = new RecordedProgress(best.Report);

        TrainingDivergedException exception = trainer.Invoking(it => it.Fit(TrainingFaces, ValidationFaces, progress: progress))
            .Should().Throw<TrainingDivergedException>().Which;

        exception.Iteration.Should().Be(progress.Reports.Count + 1).And.BeGreaterThan(1);
        exception.Message.Should().MatchRegex($"^The loss is (NaN|-?Infinity) at iteration {exception.Iteration};");
        network.Weights().Should().Equal(best.Weights);
        network.parameters().Should().OnlyContain(parameter => AllFinite(parameter));
    }

    [Fact]
    public void Fit_ValidationLossThatIsNotFinite_ThrowsNamingTheIteration()
    {
        using var network = new TwoLayerNet();
        int validations = 0;
        var objective = new OwnObjective(network)
        {
            InEvaluation = batch => ++validations > 3
                ? where(batch.Targets.eq(1), double.NegativeInfinity, zeros_like(batch.Targets))
                : network.call(batch.Images),
        };
        using var trainer = new Trainer(network, objective, Options());
        var best = new BestWeights(network);
        var progress = new RecordedProgress(best.Report);

        trainer.Invoking(it => it.Fit(TrainingFaces, ValidationFaces, progress: progress))
            .Should().Throw<TrainingDivergedException>().WithMessage("The loss is Infinity at iteration 6;*")
            .Which.Iteration.Should().Be(6);

        best.Measured.Should().Be(1);
        network.Weights().Should().Equal(best.Weights);
    }

    [Fact]
    public void Fit_ProgressThatThrows_PassesTheExceptionOnWithTheBestWeightsAndNoLeak()
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        using var trainer = new Trainer(network, Options());
        trainer.Fit(TrainingFaces, ValidationFaces);
        long live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var exception = new InvalidOperationException("from progress");
        var best = new BestWeights(network);
        var progress = new RecordedProgress(report =>
        {
            best.Report(report);
            if (report.Iteration == 5)
            {
                throw exception;
            }
        });

        trainer.Invoking(it => it.Fit(TrainingFaces, ValidationFaces, progress: progress))
            .Should().Throw<InvalidOperationException>().Which.Should().BeSameAs(exception);

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
        network.Weights().Should().Equal(best.Weights);
        network.training.Should().BeFalse();
        CanBeUsed(network, trainer);
    }

    [Fact]
    public void Fit_LossThatThrows_PassesTheExceptionOnWithoutALeak()
    {
        using var network = new TwoLayerNet();
        int calls = 0;
        var objective = new OwnObjective(network, (logits, labels) =>
            ++calls == 2 ? throw new InvalidOperationException("from the loss") : functional.cross_entropy(logits, labels));
        using var trainer = new Trainer(network, objective, Options());
        long live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        trainer.Invoking(it => it.Fit(TrainingFaces, ValidationFaces))
            .Should().Throw<InvalidOperationException>().WithMessage("from the loss");

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
        is_grad_enabled().Should().BeTrue();
        CanBeUsed(network, trainer);
    }

    private static TrainerOptions Options() => new()
    {
        Iterations = 30,
        BatchSize = 5,
        LearningRate = 0.01,
        TrainingReportInterval = 4,
        ValidationInterval = 3,
        ValidationBatchSize = 4,
        Device = DevicePreference.Cpu,
    };

    private static bool AllFinite(Tensor tensor)
    {
        using Tensor isFinite = tensor.isfinite();
        using Tensor all = isFinite.all();
        return all.ToBoolean();
    }

    private static void CanBeUsed(TwoLayerNet network, Trainer trainer)
    {
        Evaluator.Evaluate(network, ValidationFaces).Loss.Should().BePositive();
        TrainingHistory history = trainer.Fit(TrainingFaces, ValidationFaces);
        history.Training.Should().HaveCount(8);
        Evaluator.Evaluate(network, ValidationFaces, batchSize: 4).Loss.Should().Be(history.Best.Loss);
    }

    /// <summary>The weights of the best validation so far, kept by the rule that <see cref="TrainingHistory.Best"/> documents.</summary>
    private sealed class BestWeights(TwoLayerNet network)
    {
        private TrainingPoint? _best;

        public int Measured { get; private set; }

        public byte[] Weights { get; private set; } = [];

        public void Report(TrainingProgress report)
        {
            if (report.Validation is not { } point)
            {
                return;
            }

            Measured++;
            if (_best is not { } best || point.Error < best.Error || (point.Error == best.Error && point.Loss < best.Loss))
            {
                _best = point;
                Weights = network.Weights();
            }
        }
    }
}
