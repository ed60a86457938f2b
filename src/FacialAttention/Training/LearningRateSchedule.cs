namespace FacialAttention;

/// <summary>How the learning rate changes over the iterations, after the warm-up.</summary>
public enum LearningRateSchedule
{
    /// <summary>It stays, as in the paper.</summary>
    Constant,

    /// <summary>It falls along half a cosine, from the end of the warm-up to zero after the last iteration.</summary>
    Cosine,

    /// <summary>
    /// It is multiplied by <see cref="TrainerOptions.StepFactor"/> after every <see cref="TrainerOptions.StepIterations"/> iterations.
    /// </summary>
    Step,
}
