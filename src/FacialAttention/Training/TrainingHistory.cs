namespace FacialAttention;

/// <summary>What happened in one <see cref="Trainer.Fit"/>.</summary>
public sealed class TrainingHistory
{
    internal TrainingHistory(TrainerOptions options, DeviceSelection device, TrainingRecord record, int budget)
    {
        Options = options;
        Device = device;
        Training = record.Training;
        Validation = record.Validation;
        Iterations = record.Iteration;
        StoppedEarly = record.Iteration < budget;
        Elapsed = record.Elapsed;
        Best = record.Stopping.Best!.Value; // The last iteration always validates.
        SecondsPerIteration = record.MedianStepSeconds();
    }

    /// <summary>The options that ran, a copy.</summary>
    public TrainerOptions Options { get; }

    /// <summary>The device that ran them, and why that one.</summary>
    public DeviceSelection Device { get; }

    /// <summary>The iterations done.</summary>
    public int Iterations { get; }

    /// <summary>Whether <see cref="TrainerOptions.PatienceValidations"/> ended the run before its last iteration.</summary>
    public bool StoppedEarly { get; }

    /// <summary>The time that training took, over all processes that did a part of it.</summary>
    public TimeSpan Elapsed { get; }

    /// <summary>Mean loss and error of the training batches since the previous point, in training mode.</summary>
    public IReadOnlyList<TrainingPoint> Training { get; }

    /// <summary>Loss and error over all validation faces, in evaluation mode.</summary>
    public IReadOnlyList<TrainingPoint> Validation { get; }

    /// <summary>
    /// The validation point whose weights the network holds: the least error, among equals the least loss, then the earliest.
    /// </summary>
    public TrainingPoint Best { get; }

    /// <summary>The median duration of an iteration in seconds, validation excluded.</summary>
    public double SecondsPerIteration { get; }
}
