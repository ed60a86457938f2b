namespace FacialAttention;

/// <summary>How far a run has come: everything but tensors. Its properties are what a <see cref="ResumeState"/> keeps of it.</summary>
internal sealed class TrainingRecord
{
    /// <summary>The iterations done.</summary>
    public int Iteration { get; set; }

    /// <summary>The loss of the batches since the last training report, added up.</summary>
    public double LossSum { get; set; }

    /// <summary>The faces classified wrongly since the last training report.</summary>
    public long Errors { get; set; }

    /// <summary>The batches since the last training report.</summary>
    public int Steps { get; set; }

    /// <summary>The training reports.</summary>
    public List<TrainingPoint> Training { get; init; } = [];

    /// <summary>The validations.</summary>
    public List<TrainingPoint> Validation { get; init; } = [];

    /// <summary>The best validation, and how long ago it was.</summary>
    public EarlyStopping Stopping { get; init; } = new();

    /// <summary>The time that the run took, over all processes that did a part of it.</summary>
    public TimeSpan Elapsed { get; set; }
}
