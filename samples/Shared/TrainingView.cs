using System.Globalization;
using FacialAttention;
using Spectre.Console;

namespace Samples;

/// <summary>Live progress: a bar on a terminal, a line for each report elsewhere.</summary>
internal static class TrainingView
{
    public static TrainingHistory Show(string title, Func<IProgress<TrainingProgress>, TrainingHistory> train)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            return train(new Reports(progress => WriteLine(title, progress)));
        }

        return AnsiConsole.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(title);
                string validation = "";
                return train(new Reports(progress =>
                {
                    if (progress.Validation is { } point)
                    {
                        validation = $", validation {Percent(1 - point.Error)}";
                    }

                    task.MaxValue = progress.Iterations;
                    task.Value = progress.Iteration;
                    task.Description = string.Create(
                        CultureInfo.InvariantCulture,
                        $"{title}  loss {progress.Loss:F3}{validation}, rate {progress.LearningRate:0.0e-0}, {TimeLeft(progress)} left");
                }));
            });
    }

    public static string Percent(double fraction) => (100 * fraction).ToString("F1", CultureInfo.InvariantCulture) + " %";

    private static void WriteLine(string title, TrainingProgress progress)
    {
        if (progress.Training is null && progress.Validation is null)
        {
            return;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{title}: iteration {progress.Iteration} of {progress.Iterations}{Figures("training", progress.Training)}"
            + $"{Figures("validation", progress.Validation)}, learning rate {progress.LearningRate:0.00e-0}, {TimeLeft(progress)} left"));
    }

    private static string Figures(string name, TrainingPoint? point) => point is { } value
        ? string.Create(CultureInfo.InvariantCulture, $", {name} loss {value.Loss:F4} accuracy {Percent(1 - value.Error)}")
        : "";

    private static string TimeLeft(TrainingProgress progress) => progress.Remaining.TotalDays < 1
        ? progress.Remaining.ToString("hh\\:mm\\:ss", CultureInfo.InvariantCulture)
        : progress.Remaining.ToString("d\\.hh\\:mm\\:ss", CultureInfo.InvariantCulture);

    /// <summary>Calls on the training thread, in order; <see cref="Progress{T}"/> would hop to another thread.</summary>
    private sealed class Reports(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
