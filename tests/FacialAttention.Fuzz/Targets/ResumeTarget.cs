using FacialAttention.Fuzz.Mutations;
using FacialAttention.Tests.Files;
using static TorchSharp.torch;

namespace FacialAttention.Fuzz.Targets;

/// <summary><see cref="Trainer.Fit"/> with a <see cref="ResumeState"/> that was written in the middle of a run.</summary>
internal sealed class ResumeTarget : Target
{
    private const int Stop = 3;
    private const string OtherRun = "is the state of another run";

    private static readonly OptimizerKind[] Optimizers = Enum.GetValues<OptimizerKind>();

    private readonly FaceDataset _training = Faces(seed: 1);
    private readonly FaceDataset _validation = Faces(seed: 2);
    private readonly byte[][] _valid;
    private OptimizerKind _optimizer;

    public ResumeTarget()
    {
        set_num_threads(1);
        _valid = Array.ConvertAll(Optimizers, SaveStopped);
    }

    public override string Name => "resume";

    public override string Extension => ".safetensors";

    public override IReadOnlyList<Type> Documented { get; } =
    [
        typeof(FileNotFoundException), typeof(IOException), typeof(InvalidDataException), typeof(InvalidOperationException),
        typeof(TrainingDivergedException),
    ];

    public override void Write(string path, Dice dice)
    {
        _optimizer = dice.Pick(Optimizers);
        byte[] valid = _valid[(int)_optimizer];
        File.WriteAllBytes(path, SafetensorsMutations.Mutate(dice, valid, dice.Pick(_valid)));
    }

    public override void Read(string path, Dice dice)
    {
        using ExpressionNetwork network = CreateNetwork();
        string before = WeightSum.Of(network);
        using var trainer = new Trainer(network, Options(_optimizer));
        try
        {
            TrainingHistory history = trainer.Fit(_training, _validation, new ResumeState(path));
            if (history.Iterations != Options(_optimizer).Iterations)
            {
                throw new BrokenPromiseException($"The run ended after {history.Iterations} iterations.");
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
        {
            if (exception is InvalidOperationException && !exception.Message.Contains(OtherRun, StringComparison.Ordinal))
            {
                throw new BrokenPromiseException("This is not what the documentation means.", exception);
            }

            throw WeightSum.Of(network) == before ? exception : new BrokenPromiseException("Weights were changed on a failure.", exception);
        }
    }

    private byte[] SaveStopped(OptimizerKind optimizer)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("valid");
        using ExpressionNetwork network = CreateNetwork();
        using var trainer = new Trainer(network, Options(optimizer));
        using var cancellation = new CancellationTokenSource();
        try
        {
            _ = trainer.Fit(_training, _validation, new ResumeState(path), new StopAfter(cancellation), cancellation.Token);
        }
        catch (OperationCanceledException)
        {
        }

        return File.ReadAllBytes(path);
    }

    private static TrainerOptions Options(OptimizerKind optimizer) => new()
    {
        Iterations = Stop + 1,
        BatchSize = 2,
        ValidationInterval = 2,
        TrainingReportInterval = 2,
        ResumeInterval = 100,
        AveragingDecay = optimizer == OptimizerKind.Adam ? 0 : 0.9,
        Optimizer = optimizer,
        Device = DevicePreference.Cpu,
    };

    private static ExpressionNetwork CreateNetwork() => TinyNetworks.Create(NetworkVariant.Cnn);

    private static FaceDataset Faces(int seed) => SyntheticFaces.Generate(
        3,
        seed,
        labels: new ExpressionLabels("Happy", "Sad", "Angry"),
        size: new ImageSize(TinyNetworks.Height, TinyNetworks.Width));

    private sealed class StopAfter(CancellationTokenSource cancellation) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Iteration == Stop)
            {
                cancellation.Cancel();
            }
        }
    }
}
