namespace FacialAttention.Tests.Training;

/// <summary>Runs that stop early, on validation losses that the test makes up; the predictions are always wrong.</summary>
public sealed class TrainerPatienceTests
{
    private static readonly FaceDataset Faces = ToyFaces.Separable(count: 12, seed: 1);

    [Fact]
    public void PatienceValidations_NoBetterSoOften_StopsThereAndKeepsTheBest()
    {
        (TrainingHistory history, int reports) = Run(patience: 2, iterations: 100, 5, 4, 4.5, 3, 3, 3.5, 2);

        history.Validation.Select(point => Math.Round(point.Loss, 4)).Should().Equal(5, 4, 4.5, 3, 3, 3.5);
        history.Iterations.Should().Be(12);
        history.Validation[^1].Iteration.Should().Be(12, "it stops at a validation");
        history.StoppedEarly.Should().BeTrue();
        history.Best.Should().Be(history.Validation[3]);
        reports.Should().Be(12);
    }

    [Fact]
    public void PatienceValidations_Null_NeverStops()
    {
        (TrainingHistory history, int reports) = Run(patience: null, iterations: 9, 3, 4, 5, 6, 7);

        history.Validation.Select(point => point.Iteration).Should().Equal(2, 4, 6, 8, 9);
        history.Iterations.Should().Be(9);
        history.StoppedEarly.Should().BeFalse();
        reports.Should().Be(9);
    }

    [Fact]
    public void PatienceValidations_OutAtTheLastIteration_IsNotEarly()
    {
        (TrainingHistory history, _) = Run(patience: 2, iterations: 6, 3, 4, 5);

        history.Iterations.Should().Be(6);
        history.StoppedEarly.Should().BeFalse();
    }

    [Fact]
    public void Fit_AgainAfterStoppingEarly_CountsAnew()
    {
        using var network = new TwoLayerNet();
        int validations = 0;
        using var trainer = new Trainer(
            network,
            new OwnObjective(network) { InEvaluation = batch => OwnObjective.WithLoss(batch.Targets, 2 + ++validations) },
            Options(patience: 1, iterations: 50));

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
        using var trainer = new Trainer(
            network,
            new OwnObjective(network) { InEvaluation = batch => OwnObjective.WithLoss(batch.Targets, losses[validations++]) },
            Options(patience, iterations));
        var progress = new RecordedProgress();
        TrainingHistory history = trainer.Fit(Faces, Faces, progress: progress);
        return (history, progress.Reports.Count);
    }
}
