using FacialAttention.Tests.Files;
using FacialAttention.Tests.Torch;
using FacialAttention.Tests.Training;

namespace FacialAttention.Tests.Networks;

/// <summary>What holds for every family of networks when a trainer has it, each checked in one place.</summary>
internal static class TrainingChecks
{
    /// <summary>Trained on a few faces by its own objective, the network knows them all.</summary>
    public static void LearnsByHeart(FaceNetwork network, FaceDataset faces, int iterations)
    {
        using FaceNetwork owned = network;
        var options = new TrainerOptions
        {
            Iterations = iterations,
            BatchSize = faces.Count,
            LearningRate = 0.01,
            ValidationInterval = 20,
            Augmentation = { FlipProbability = 0 },
            Device = DevicePreference.Cpu,
        };
        using var trainer = new Trainer(network, network.CreateObjective(), options);

        trainer.Fit(faces, faces);

        Evaluator.Evaluate(network, network.CreateObjective(), faces).Accuracy.Should().Be(1);
    }

    /// <summary>A run that is stopped after an iteration and goes on from its state ends in the same bits and history as one that was not.</summary>
    /// <param name="create">The same network each time.</param>
    /// <param name="faces">What it learns.</param>
    /// <param name="options">A run that goes on after the iteration.</param>
    /// <param name="iteration">After which it is stopped.</param>
    /// <param name="other">A network that the state is not of, and a pattern of what is said of it; null for none.</param>
    public static void ResumesToTheBit(
        Func<FaceNetwork> create, FaceDataset faces, TrainerOptions options, int iteration, (FaceNetwork Network, string Message)? other = null)
    {
        using var folder = new TemporaryFolder();
        using FaceNetwork whole = create(), stopped = create(), resumed = create();
        TrainingHistory history = Train(whole, null);
        var state = new ResumeState(folder.File("run.resume"));
        using var source = new CancellationTokenSource();
        var stop = new RecordedProgress(report => (report.Iteration == iteration ? source : null)?.Cancel());

        FluentActions.Invoking(() => Train(stopped, state, stop, source.Token)).Should().Throw<OperationCanceledException>();
        Train(resumed, state).Validation.Should().Equal(history.Validation);

        Numbers.BitsOf(resumed).Should().Equal(Numbers.BitsOf(whole));
        if (other is ({ } network, { } message))
        {
            using FaceNetwork owned = network;
            FluentActions.Invoking(() => Train(network, state)).Should().ThrowExactly<InvalidOperationException>().WithMessage(message);
        }

        TrainingHistory Train(FaceNetwork network, ResumeState? state, RecordedProgress? progress = null, CancellationToken stop = default)
        {
            using var trainer = new Trainer(network, network.CreateObjective(), options);
            return trainer.Fit(faces, faces, state, progress, stop);
        }
    }
}
