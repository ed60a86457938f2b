using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Training;

public sealed class TrainerTests
{
    private static readonly FaceDataset Separable = ToyFaces.Separable(count: 30, seed: 1);
    private static readonly FaceDataset SeparableUnseen = ToyFaces.Separable(count: 20, seed: 2);

    [Fact]
    public void Fit_NetworkAndLossThatAreNotOurs_LearnsSeparableFaces()
    {
        using var network = new TwoLayerNet();
        using var trainer = new Trainer(network, new Classification(network) { Loss = SquaredError }, Options(iterations: 80));

        TrainingHistory history = trainer.Fit(Separable, SeparableUnseen);

        history.Training[^1].Loss.Should().BeLessThan(0.2 * history.Training[0].Loss);
        history.Training[^1].Error.Should().Be(0);
        history.Best.Error.Should().Be(0);
        history.Training.Should().OnlyContain(point => point.Loss < 1, "unlike cross-entropy, this loss starts small");
        Evaluator.Evaluate(network, Separable).Accuracy.Should().Be(1);
        EvaluationResult unseen = Evaluator.Evaluate(network, SeparableUnseen);
        unseen.Accuracy.Should().Be(1);
        unseen.Loss.Should().Be(history.Best.Loss);
    }

    [Fact]
    public void Fit_WithoutLoss_MinimisesCrossEntropy()
    {
        using var network = new TwoLayerNet();
        using var trainer = new Trainer(network, Options(iterations: 60));

        TrainingHistory history = trainer.Fit(Separable, SeparableUnseen);

        double expected = Enumerable.Range(0, SeparableUnseen.Count).Average(row => network.Classify(SeparableUnseen, row).CrossEntropy);
        history.Best.Loss.Should().BeApproximately(expected, 1e-6);
        history.Best.Error.Should().Be(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fit_WeightsThatGetWorse_LeavesTheBestOfThemInEvaluationMode(bool hasNormAndDropout)
    {
        // What is learned from these labels is wrong on the others, so the longer the worse.
        FaceDataset misleading = ToyFaces.Separable(count: 30, seed: 1, shift: 1);
        using var network = new TwoLayerNet(hasNormAndDropout: hasNormAndDropout);
        using var trainer = new Trainer(network, Options(iterations: 40, validationInterval: 1, learningRate: 0.0003));

        TrainingHistory history = trainer.Fit(misleading, SeparableUnseen);

        history.Best.Iteration.Should().BeLessThan(40);
        history.Validation[^1].Error.Should().BeGreaterThan(history.Best.Error);
        EvaluationResult again = Evaluator.Evaluate(network, SeparableUnseen);
        again.Loss.Should().Be(history.Best.Loss);
        (1 - again.Accuracy).Should().Be(history.Best.Error);
        network.modules().Append(network).Should().OnlyContain(module => !module.training);
    }

    [Fact]
    public void Fit_EqualErrors_KeepsTheLeastLoss()
    {
        using var network = new TwoLayerNet();
        using var trainer = new Trainer(network, Options(iterations: 100, validationInterval: 10));

        TrainingHistory history = trainer.Fit(Separable, SeparableUnseen);

        TrainingPoint[] faultless = [.. history.Validation.Where(point => point.Error == 0)];
        faultless.Should().HaveCountGreaterThan(2, "otherwise there is nothing to choose from");
        history.Best.Should().Be(faultless.MinBy(point => point.Loss));
        history.Best.Iteration.Should().BeGreaterThan(faultless[0].Iteration);
        Evaluator.Evaluate(network, SeparableUnseen).Loss.Should().Be(history.Best.Loss);
    }

    [Fact]
    public void Fit_EqualErrorsAndLosses_KeepsTheEarliest()
    {
        using var network = new TwoLayerNet();
        using var trainer = new Trainer(
            network,
            new OwnObjective(network) { InEvaluation = batch => OwnObjective.WithLoss(batch.Targets, 1) },
            Options(iterations: 9, validationInterval: 3));

        TrainingHistory history = trainer.Fit(Separable, SeparableUnseen);

        history.Validation.Should().HaveCount(3).And.OnlyContain(point => point.Loss == history.Best.Loss);
        history.Best.Should().Be(history.Validation[0]);
    }

    [Fact]
    public void Fit_LessLossButMoreErrors_KeepsTheFewerErrors()
    {
        using var network = new TwoLayerNet();
        int validations = 0;
        using var trainer = new Trainer(
            network, new OwnObjective(network) { InEvaluation = MoreRightAndMoreWrong }, Options(iterations: 8, validationInterval: 2));

        TrainingHistory history = trainer.Fit(Separable, SeparableUnseen);

        history.Validation.Select(point => point.Loss).Should().HaveCount(4).And.BeInAscendingOrder();
        history.Validation.Select(point => point.Error).Should().BeInDescendingOrder();
        history.Best.Should().Be(history.Validation[^1]);

        // With each validation four more faces are right, and the others wrong with more confidence.
        Tensor MoreRightAndMoreWrong(FaceBatch batch)
        {
            validations++;
            Tensor isRight = arange(batch.Targets.shape[0]).lt(4 * validations).unsqueeze(1);
            return where(isRight, batch.Targets, -batch.Targets) * Math.Pow(5, validations);
        }
    }

    [Fact]
    public void Fit_Again_ContinuesFromTheWeightsAndAdamsMoments()
    {
        static byte[] Train(bool hasTrainerOfItsOwn)
        {
            using var network = new TwoLayerNet();
            using var trainer = new Trainer(network, Options(iterations: 5));
            trainer.Fit(Separable, SeparableUnseen);
            using var other = new Trainer(network, Options(iterations: 5));
            var progress = new RecordedProgress();
            byte[] before = network.Weights();
            (hasTrainerOfItsOwn ? other : trainer).Fit(Separable, SeparableUnseen, progress: progress);
            progress.Reports.Select(report => report.Iteration).Should().Equal(1, 2, 3, 4, 5);
            network.Weights().Should().NotEqual(before);
            return network.Weights();
        }

        byte[] continued = Train(hasTrainerOfItsOwn: false);

        continued.Should().Equal(Train(hasTrainerOfItsOwn: false));
        continued.Should().NotEqual(Train(hasTrainerOfItsOwn: true), "a new trainer's moments are zero");
    }

    [Fact]
    public void Fit_FrozenParameter_IsLeftAlone()
    {
        using var network = new TwoLayerNet();
        network.parameters().First().requires_grad = false;
        float[] frozen = [.. network.parameters().First().data<float>()];
        using var trainer = new Trainer(network, Options(iterations: 3));
        byte[] before = network.Weights();

        trainer.Fit(Separable, SeparableUnseen);

        network.parameters().First().data<float>().Should().Equal(frozen);
        network.Weights().Should().NotEqual(before);
    }

    [Fact]
    public void Fit_NetworkLeftInEvaluationMode_TrainsInTrainingMode()
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        network.eval();
        var modes = new List<bool>();
        network.OnImages = _ => modes.Add(network.training);
        using var trainer = new Trainer(network, Options(iterations: 4, validationInterval: 2));

        trainer.Fit(Separable, ToyFaces.Separable(count: 4, seed: 2));

        modes.Should().Equal(true, true, false, true, true, false);
    }

    [Fact]
    public void Dispose_LeavesTheNetworkUsable()
    {
        using var network = new TwoLayerNet();
        var trainer = new Trainer(network, Options(iterations: 2));
        trainer.Fit(Separable, SeparableUnseen);

        trainer.Dispose();
        trainer.Dispose();

        Evaluator.Evaluate(network, SeparableUnseen).Count.Should().Be(20);
    }

    [Fact]
    public void Fit_AfterDispose_SaysSo()
    {
        using var network = new TwoLayerNet();
        var trainer = new Trainer(network, Options(iterations: 2));
        byte[] before = network.Weights();
        trainer.Dispose();

        trainer.Invoking(it => it.Fit(Separable, SeparableUnseen)).Should().Throw<ObjectDisposedException>().WithMessage("*Trainer*");

        network.Weights().Should().Equal(before);
    }

    [Fact]
    public void Options_ChangedAfterwards_ChangeNothing()
    {
        TrainerOptions options = Options(iterations: 4);
        using var network = new TwoLayerNet();
        using var trainer = new Trainer(network, options);
        options.Iterations = 0;
        options.Seed = -1;

        TrainingHistory history = trainer.Fit(Separable, SeparableUnseen);

        history.Options.Should().NotBeSameAs(options);
        history.Options.Should().BeEquivalentTo(Options(iterations: 4));
        history.Options.Iterations = 1;
        trainer.Fit(Separable, SeparableUnseen).Options.Iterations.Should().Be(4);
    }

    private static TrainerOptions Options(int iterations, int validationInterval = 20, double learningRate = 0.01) => new()
    {
        Iterations = iterations,
        BatchSize = 8,
        LearningRate = learningRate,
        TrainingReportInterval = 10,
        ValidationInterval = validationInterval,
        Device = DevicePreference.Cpu,
    };

    private static Tensor SquaredError(Tensor logits, Tensor targets) => (functional.softmax(logits, 1) - targets).square().sum(1);
}
