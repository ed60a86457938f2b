using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Training;

/// <summary>Runs that stop early, on validation losses that the test makes up; the predictions never change.</summary>
public sealed class TrainerPatienceTests
{
    private static readonly FaceDataset Faces = ToyFaces.Separable(count: 12, seed: 1);

    [Fact]
    public void PatienceValidations_NoBetterSoOften_StopsThereAndKeepsTheBest()
    {
        (TrainingHistory history, int reports) = Run(patience: 2, iterations: 100, 3, 2, 2.5, 1, 1, 1.5, 0);

        history.Validation.Select(point => point.Loss).Should().Equal(3, 2, 2.5, 1, 1, 1.5);
        history.Iterations.Should().Be(12);
        history.Validation[^1].Iteration.Should().Be(12, "it stops at a validation");
        history.StoppedEarly.Should().BeTrue();
        history.Best.Should().Be(history.Validation[3]);
        reports.Should().Be(12);
    }

    [Fact]
    public void PatienceValidations_Null_NeverStops()
    {
        (TrainingHistory history, int reports) = Run(patience: null, iterations: 9, 1, 2, 3, 4, 5);

        history.Validation.Select(point => point.Iteration).Should().Equal(2, 4, 6, 8, 9);
        history.Iterations.Should().Be(9);
        history.StoppedEarly.Should().BeFalse();
        reports.Should().Be(9);
    }

    [Fact]
    public void PatienceValidations_OutAtTheLastIteration_IsNotEarly()
    {
        (TrainingHistory history, _) = Run(patience: 2, iterations: 6, 1, 2, 3);

        history.Iterations.Should().Be(6);
        history.StoppedEarly.Should().BeFalse();
    }

    [Fact]
    public void Fit_AgainAfterStoppingEarly_CountsAnew()
    {
        using var network = new TwoLayerNet();
        int validations = 0;
        using var trainer = new Trainer(network, Options(patience: 1, iterations: 50), (logits, labels) =>
            network.training ? functional.cross_entropy(logits, labels) : (0 * logits.sum()) + ++validations);

        trainer.Fit(Faces, Faces).Iterations.Should().Be(4);
        trainer.Fit(Faces, Faces).Iterations.Should().Be(4);
    }

    private static TrainerOptions Options(int? patience, int iterations) => new()
    {
        Iterations = iterations,
        BatchSize = 4,
        LearningRate = 1e-9,
        PatienceValidations = patience,
        ValidationInterval = 2,
        Device = DevicePreference.Cpu,
    };

    private static (TrainingHistory History, int Reports) Run(int? patience, int iterations, params double[] losses)
    {
        using var network = new TwoLayerNet();
        int validations = 0;
        using var trainer = new Trainer(network, Options(patience, iterations), (logits, labels) =>
            network.training ? functional.cross_entropy(logits, labels) : (0 * logits.sum()) + losses[validations++]);
        var progress = new RecordedProgress();
        TrainingHistory history = trainer.Fit(Faces, Faces, progress: progress);
        return (history, progress.Reports.Count);
    }
}
