namespace FacialAttention;

/// <summary>The learning rate as a pure function of the iteration.</summary>
internal static class LearningRate
{
    /// <summary>The learning rate of an iteration, counted from 1.</summary>
    public static double At(int iteration, int iterations, TrainerOptions options)
    {
        if (iteration <= options.WarmupIterations)
        {
            return options.LearningRate * iteration / options.WarmupIterations;
        }

        int since = iteration - 1 - options.WarmupIterations;
        return options.LearningRate * options.Schedule switch
        {
            LearningRateSchedule.Cosine => 0.5 * (1 + Math.Cos(Math.PI * since / (iterations - options.WarmupIterations))),
            LearningRateSchedule.Step => Math.Pow(options.StepFactor, since / options.StepIterations),
            _ => 1,
        };
    }
}
