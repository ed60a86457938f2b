using System.Globalization;
using FacialAttention;
using Spectre.Console;

namespace VariantTable;

/// <summary>Live progress: a bar on a terminal, a line for each report elsewhere.</summary>
internal static class TrainingView
{
    public static TrainingHistory Show(string title, int iterations, Func<IProgress<TrainingProgress>, TrainingHistory> train)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            return train(new Reports(progress => WriteLine(title, progress)));
        }
        return AnsiConsole.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(title, maxValue: iterations);
                string validation = "";
                return train(new Reports(progress =>
                {
                    if (progress.Validation is { } point)
                    {
                        validation = $", validation {Percent(1 - point.Error)}";
                    }
                    task.Value = progress.Iteration;
                    task.Description = string.Create(CultureInfo.InvariantCulture, $"{title}  loss {progress.Loss:F3}{validation}");
                }));
            });
    }

    public static string Percent(double fraction) => (100 * fraction).ToString("F1", CultureInfo.InvariantCulture) + " %";

    private static void WriteLine(string title, TrainingProgress progress)
    {
        if (progress.Training is { } training)
        {
            string validation = progress.Validation is { } point
                ? string.Create(CultureInfo.InvariantCulture, $", validation loss {point.Loss:F4} accuracy {Percent(1 - point.Error)}")
                : "";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{title}: iteration {progress.Iteration} of {progress.Iterations}, training loss {training.Loss:F4} accuracy "
                + $"{Percent(1 - training.Error)}{validation}, {progress.Remaining:hh\\:mm\\:ss} left"));
        }
    }

    /// <summary>Calls on the training thread, in order; <see cref="Progress{T}"/> would hop to another thread.</summary>
    private sealed class Reports(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
