using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>What one <see cref="Trainer.Fit"/> works on and where it stands.</summary>
internal sealed class TrainingRun : IDisposable
{
    public TrainingRun(
        TrainerOptions options, Func<Tensor, Tensor, Tensor>? loss, FaceDataset training, FaceDataset validation, Device device)
    {
        Iterations = options.IterationsFor(training.Count);
        Order = new BatchOrder(training.Count, options.BatchSize, options.Seed);
        Augmentation = new Augmentation(options.Augmentation, options.Seed);
        Mixup = options.MixupAlpha > 0 ? new Mixup(options.MixupAlpha, options.Seed) : null;
        Average = options.AveragingDecay > 0 ? new WeightAverage(options.AveragingDecay) : null;
        Loss = new TrainingLoss(options, loss, training, device);
        Training = new FaceTensors(training, device);
        Validation = new FaceTensors(validation, device);
    }

    /// <summary>The iterations of the whole run.</summary>
    public int Iterations { get; }

    public BatchOrder Order { get; }

    public Augmentation Augmentation { get; }

    public Mixup? Mixup { get; }

    public TrainingLoss Loss { get; }

    public FaceTensors Training { get; }

    public FaceTensors Validation { get; }

    /// <summary>The running average of the weights, if the options ask for one.</summary>
    public WeightAverage? Average { get; }

    /// <summary>The weights of the best validation.</summary>
    public WeightSnapshot Best { get; } = new();

    public TrainingRecord Record { get; set; } = new();

    /// <summary>The duration of each iteration, validation excluded.</summary>
    public List<double> StepSeconds { get; } = [];

    public void Dispose()
    {
        Training.Dispose();
        Validation.Dispose();
        Loss.Dispose();
        Average?.Dispose();
        Best.Dispose();
    }
}
