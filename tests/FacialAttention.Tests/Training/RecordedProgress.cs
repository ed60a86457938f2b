namespace FacialAttention.Tests.Training;

/// <summary>Keeps every report, on the training thread, and then does what the test wants.</summary>
internal sealed class RecordedProgress(Action<TrainingProgress>? then = null) : IProgress<TrainingProgress>
{
    public List<TrainingProgress> Reports { get; } = [];

    public void Report(TrainingProgress value)
    {
        Reports.Add(value);
        then?.Invoke(value);
    }
}
