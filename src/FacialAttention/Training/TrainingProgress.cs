namespace FacialAttention;

/// <summary>What a <see cref="Trainer"/> reports after each iteration.</summary>
/// <param name="Iteration">The iteration just finished, counted from 1.</param>
/// <param name="Iterations">The number of iterations in all.</param>
/// <param name="Loss">The loss of this iteration's batch.</param>
/// <param name="LearningRate">The learning rate of this iteration, before the factors of parts.</param>
/// <param name="Training">The means since the last report, on the iterations that close one; otherwise null.</param>
/// <param name="Validation">Loss and error on the validation data, on the iterations that measure them; otherwise null.</param>
/// <param name="Elapsed">The time that training took so far, with what a resumed run took before.</param>
/// <param name="Remaining">An estimate of the time left.</param>
public sealed record TrainingProgress(
    int Iteration,
    int Iterations,
    double Loss,
    double LearningRate,
    TrainingPoint? Training,
    TrainingPoint? Validation,
    TimeSpan Elapsed,
    TimeSpan Remaining);
