namespace FacialAttention;

/// <summary>What a <see cref="Trainer"/> reports after each iteration.</summary>
/// <param name="Iteration">The iteration just finished, counted from 1.</param>
/// <param name="Iterations">The number of iterations in all.</param>
/// <param name="Loss">The loss of this iteration's batch.</param>
/// <param name="Training">The means since the last report, on the iterations that close one; otherwise null.</param>
/// <param name="Validation">Loss and error on the validation data, on the iterations that measure them; otherwise null.</param>
/// <param name="Elapsed">The time since <see cref="Trainer.Fit"/> began.</param>
/// <param name="Remaining">An estimate of the time left.</param>
public sealed record TrainingProgress(
    int Iteration, int Iterations, double Loss, TrainingPoint? Training, TrainingPoint? Validation, TimeSpan Elapsed, TimeSpan Remaining);
