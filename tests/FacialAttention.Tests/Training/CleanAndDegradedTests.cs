using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Training;

/// <summary>The seam: pairs of clean and degraded faces and a loss that compares them, of which the library knows nothing.</summary>
public sealed class CleanAndDegradedTests
{
    private static readonly FaceDataset Faces = ToyFaces.Separable(count: 30, seed: 1);

    [Fact]
    public void Clean_IsThePairOfEachDegradedFaceThatANetworkLearnsToRestore()
    {
        using var network = new Restorer();
        var objective = new RestoringObjective(network);
        var options = new TrainerOptions
        {
            Iterations = 200,
            BatchSize = 10,
            LearningRate = 0.01,
            Augmentation = { MaxRotationDegrees = 5, MaxBrightness = 0.4, ErasingProbability = 0.5 },
            Device = DevicePreference.Cpu,
        };
        using var trainer = new Trainer(network, objective, options);

        TrainingHistory history = trainer.Fit(Faces, Faces);

        objective.Restored.Skip(180).Average().Should().BeLessThan(0.7 * objective.Degraded.Skip(180).Average());
        history.Best.Error.Should().BeLessThan(0.1);
    }

    /// <summary>The cross-entropy and how far the restored faces are from the clean ones.</summary>
    private sealed class RestoringObjective(Restorer network) : Objective
    {
        public List<double> Degraded { get; } = [];

        public List<double> Restored { get; } = [];

        public override Tensor Logits(FaceBatch batch) => network.call(batch.Images).Logits;

        public override (Tensor Loss, Tensor Logits) Learn(FaceBatch batch)
        {
            (Tensor restored, Tensor logits) = network.call(batch.Images);
            Tensor distance = functional.mse_loss(restored, batch.Clean!);
            Restored.Add(distance.ToDouble());
            Degraded.Add(functional.mse_loss(batch.Images, batch.Clean!).ToDouble());
            return (functional.cross_entropy(logits, batch.Targets) + (10 * distance), logits);
        }
    }

    private sealed class Restorer : Module<Tensor, (Tensor Restored, Tensor Logits)>
    {
        private const int Pixels = ToyFaces.Height * ToyFaces.Width;
        private readonly Module<Tensor, Tensor> _restore;
        private readonly Module<Tensor, Tensor> _classify;

        public Restorer()
            : base(nameof(Restorer))
        {
            using var seeded = new SeededTorch(1);
            _restore = Sequential(("narrow", Linear(Pixels, 24)), ("relu", ReLU()), ("wide", Linear(24, Pixels)));
            _classify = Linear(Pixels, ToyFaces.Classes);
            RegisterComponents();
        }

        public override (Tensor Restored, Tensor Logits) forward(Tensor images)
        {
            using var scope = NewDisposeScope();
            Tensor restored = _restore.call(images.flatten(1)).view_as(images);
            return (restored.MoveToOuterDisposeScope(), _classify.call(restored.flatten(1)).MoveToOuterDisposeScope());
        }
    }
}
