using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Training;

/// <summary>The seam: a network of faces and landmarks, a loss of its own and soft targets, of which the library knows nothing.</summary>
public sealed class TwoInputsTests : IDisposable
{
    private static readonly FaceDataset Training = Faces(count: 40, seed: 1), Validation = Faces(count: 20, seed: 2);
    private readonly string _folder = Directory.CreateTempSubdirectory("FacialAttention-seam-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void NetworkOfFacesAndLandmarks_TrainsResumesSavesLoadsAndIsEvaluated()
    {
        using TwoInputs whole = new(), stopped = new(), resumed = new(), loaded = new();
        TrainingHistory history = Train(whole);
        var state = new ResumeState(Path.Combine(_folder, "run.resume"));
        using var source = new CancellationTokenSource();
        var stop = new RecordedProgress(report => (report.Iteration == 37 ? source : null)?.Cancel());

        FluentActions.Invoking(() => Train(stopped, state, stop, source.Token)).Should().Throw<OperationCanceledException>();
        Train(resumed, state).Validation.Should().Equal(history.Validation, "not a bit is lost");
        Checkpoint.SaveWeights(Path.Combine(_folder, "two.safetensors"), resumed);
        Checkpoint.LoadWeights(Path.Combine(_folder, "two.safetensors"), loaded);
        EvaluationResult result = Evaluator.Evaluate(loaded, ObjectiveOf(loaded), Validation, averageMirrored: true);

        result.Accuracy.Should().BeGreaterThan(0.9, "the landmarks say it all");
        result.Loss.Should().Be(Evaluator.Evaluate(whole, ObjectiveOf(whole), Validation, averageMirrored: true).Loss);
    }

    private static Classification ObjectiveOf(TwoInputs network) => new(batch => network.call(batch.Images, batch.Landmarks!))
    {
        Loss = (logits, targets) => (logits.softmax(1) - targets).square().sum(1), // Brier
    };

    private static TrainingHistory Train(
        TwoInputs network, ResumeState? state = null, RecordedProgress? progress = null, CancellationToken stop = default)
    {
        var options = new TrainerOptions { Iterations = 150, BatchSize = 10, LearningRate = 0.05, ValidationInterval = 25 };
        options.Device = DevicePreference.Cpu;
        using var trainer = new Trainer(network, ObjectiveOf(network), options);
        return trainer.Fit(Training, Validation, state, progress, stop);
    }

    /// <summary>Noise whose class is whether the mouth is wide; one vote of five is for the other.</summary>
    private static FaceDataset Faces(int count, long seed)
    {
        byte[] labels = [.. Enumerable.Range(0, count).Select(i => (byte)(i % 2))];
        float[] points = [.. labels.SelectMany(label => (float[])[4 - (3 * label), 6, 6 + (3 * label), 6])];
        byte[] votes = [.. labels.SelectMany(label => label == 0 ? (byte[])[4, 1] : [1, 4])];
        var landmarks = new FaceLandmarks(new LandmarkScheme("mouth corners", 1, 0), points);
        byte[] pixels = ToyFaces.Noise(count, seed).Pixels.ToArray();
        var names = new ExpressionLabels("narrow", "wide");
        var columns = new FaceColumns { Landmarks = landmarks, Votes = votes };
        return new FaceDataset(pixels, labels, new ImageSize(ToyFaces.Height, ToyFaces.Width), names, columns);
    }

    private sealed class TwoInputs : Module<Tensor, Tensor, Tensor>
    {
        private readonly Linear _linear;

        public TwoInputs()
            : base(nameof(TwoInputs))
        {
            using var seeded = new SeededTorch(1);
            _linear = Linear(5, 2);
            RegisterComponents();
        }

        public override Tensor forward(Tensor images, Tensor landmarks) =>
            _linear.call(cat([images.mean([2, 3]), landmarks.flatten(1) / images.shape[3]], 1));
    }
}
