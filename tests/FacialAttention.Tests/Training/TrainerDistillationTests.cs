using FacialAttention.Tests.Torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Training;

public sealed class TrainerDistillationTests
{
    private static readonly FaceDataset Faces = ToyFaces.Separable(count: 12, seed: 1);

    /// <summary>Faces whose teacher says another label than their own.</summary>
    private static readonly FaceDataset Taught = Faces.WithColumns(new FaceColumns
    {
        Teacher = Faces.LabelIndices.ToArray()
            .SelectMany(label => Enumerable.Range(0, ToyFaces.Classes).Select(k => k == (label + 1) % ToyFaces.Classes ? 0.8f : 0.1f))
            .ToArray(),
    });

    [Theory]
    [InlineData(0.0, 0, 12)]
    [InlineData(1.0, 1, 0)]
    public void DistillationShare_SaysWhomTheNetworkBelieves(double share, int shift, int right)
    {
        using var network = new TwoLayerNet();
        using var trainer = new Trainer(network, Options(share, temperature: 2));

        trainer.Fit(Taught, Taught);

        EvaluationResult result = Evaluator.Evaluate(network, Faces);
        result.Predictions.Should().Equal(Faces.LabelIndices.ToArray().Select(label => (label + shift) % ToyFaces.Classes));
        (result.Accuracy * 12).Should().BeApproximately(right, 1e-9);
    }

    [Fact]
    public void DistillationTemperature_ChangesWhatIsLearned()
    {
        Losses(0.5, 1).Should().NotEqual(Losses(0.5, 2));
        Losses(0, 1).Should().Equal(Losses(0, 2), "without a share it has no effect");
    }

    [Fact]
    public void Fit_ShareWithoutATeacher_SaysWhatIsExpected()
    {
        using var network = new TwoLayerNet();
        using var trainer = new Trainer(network, Options(0.5, temperature: 2));

        trainer.Invoking(it => it.Fit(Faces, Faces)).Should().Throw<ArgumentException>().WithParameterName("training").WithMessage(
            "DistillationShare is 0.5 and the training faces have no teacher; expected the column Teacher, for example by TeacherFile.Load, or 0.*");
        trainer.Invoking(it => it.Fit(Taught, Faces)).Should().NotThrow("validation needs none");
    }

    [Fact]
    public void Constructor_ShareWithALossOfOnesOwn_IsRefused()
    {
        using var network = new TwoLayerNet();
        var loss = new Classification(network) { Loss = (logits, targets) => functional.cross_entropy(logits, targets, reduction: Reduction.None) };
        const string Expected = "DistillationShare is 0.5 while the trainer has a loss of its own; expected 0, and what to learn of FaceBatch.Teacher "
            + "in that loss.";

        FluentActions.Invoking(() => new Trainer(network, loss, Options(0.5, 1))).Should().Throw<ArgumentException>().WithMessage(Expected);
        FluentActions.Invoking(() => new Trainer(network, new OwnObjective(network, (logits, _) => logits.sum()), Options(0.5, 1)))
            .Should().Throw<ArgumentException>().WithMessage(Expected);
        FluentActions.Invoking(() => new Trainer(network, loss, Options(0, 1)).Dispose()).Should().NotThrow();
    }

    [Fact]
    public void Fit_NetworkAskedInItsOwnWay_LearnsFromTheTeacherToo()
    {
        using TwoLayerNet one = new(), other = new();
        using var plain = new Trainer(one, Options(0.5, 2));
        using var own = new Trainer(other, new Classification(batch => other.call(batch.Images)), Options(0.5, 2));

        plain.Fit(Taught, Taught);
        own.Fit(Taught, Taught);

        other.Weights().Should().Equal(one.Weights());
    }

    private static double[] Losses(double share, double temperature)
    {
        using var network = new TwoLayerNet();
        using var trainer = new Trainer(network, Options(share, temperature));
        var progress = new RecordedProgress();
        trainer.Fit(Taught, Taught, progress: progress);
        return [.. progress.Reports.Select(report => report.Loss)];
    }

    private static TrainerOptions Options(double share, double temperature) => new()
    {
        Iterations = 100,
        BatchSize = 6,
        LearningRate = 0.01,
        DistillationShare = share,
        DistillationTemperature = temperature,
        ValidationInterval = 100,
        Device = DevicePreference.Cpu,
    };
}
