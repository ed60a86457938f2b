using System.Text.Json.Serialization;

namespace FacialAttention;

/// <summary>How far a run has come: everything but tensors. Its properties are what a <see cref="ResumeState"/> keeps of it.</summary>
internal sealed class TrainingRecord
{
    private static readonly TimeSpan LongestRun = TimeSpan.FromDays(36_500);

    /// <summary>The iterations done.</summary>
    public int Iteration { get; set; }

    /// <summary>The loss of the batches since the last training report, added up.</summary>
    public double LossSum { get; set; }

    /// <summary>The faces that counted since the last training report.</summary>
    public long Faces { get; set; }

    /// <summary>Those of them that were classified wrongly.</summary>
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

    /// <summary>The duration of each iteration, validation excluded; kept beside the record, as a tensor.</summary>
    [JsonIgnore]
    public List<double> StepSeconds { get; } = [];

    /// <summary>Whether the last iteration has been validated.</summary>
    [JsonIgnore]
    public bool IsValidated => Validation.Count > 0 && Validation[^1].Iteration == Iteration;

    /// <summary>Counts an iteration.</summary>
    public void Add(double loss, long faces, long errors, TimeSpan duration)
    {
        Iteration++;
        LossSum += loss;
        Faces += faces;
        Errors += errors;
        Steps++;
        StepSeconds.Add(duration.TotalSeconds);
    }

    /// <summary>Counts a validation of the last iteration.</summary>
    public TrainingPoint Add(EvaluationResult result)
    {
        var point = new TrainingPoint(Iteration, result.Loss, 1 - result.Accuracy);
        Validation.Add(point);
        Stopping.Add(point);
        return point;
    }

    /// <summary>The mean loss and error since the last report, which begin anew.</summary>
    public TrainingPoint Report()
    {
        var point = new TrainingPoint(Iteration, LossSum / Steps, (double)Errors / Math.Max(1, Faces));
        (LossSum, Faces, Errors, Steps) = (0, 0, 0, 0);
        Training.Add(point);
        return point;
    }

    /// <summary>The median duration of an iteration.</summary>
    public double MedianStepSeconds()
    {
        double[] sorted = [.. StepSeconds.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>What is wrong with a record that was read, of a run of so many iterations; or null.</summary>
    public string? FindFault(int iterations)
    {
        if (Iteration < 1 || Iteration > iterations)
        {
            return $"{nameof(Iteration)} is {Iteration}; expected 1 to {iterations}.";
        }

        if (Steps < 0 || Steps > Iteration)
        {
            return $"{nameof(Steps)} is {Steps}; expected 0 to {Iteration}.";
        }

        if (!double.IsFinite(LossSum) || Errors < 0 || Faces < Errors)
        {
            return FormattableString.Invariant($"{nameof(LossSum)} is {LossSum}, {nameof(Errors)} {Errors} and {nameof(Faces)} {Faces}; ")
                + "expected finite numbers, and of errors 0 to the number of faces.";
        }

        if (Elapsed < TimeSpan.Zero || Elapsed > LongestRun)
        {
            return FormattableString.Invariant($"{nameof(Elapsed)} is {Elapsed:c}; expected 0 to {LongestRun.TotalDays} days.");
        }

        TrainingPoint[] points = [.. Training, .. Validation];
        if (points.Any(point => point.Iteration < 1 || point.Iteration > Iteration || !IsSound(point)))
        {
            return $"a point of {nameof(Training)} or {nameof(Validation)} is of another iteration than 1 to {Iteration}, or its loss or "
                + "error is no such number; expected finite losses and errors from 0 to 1.";
        }

        bool isBestOfAll = Stopping.Best is { } best ? Validation.Contains(best) : Validation.Count == 0;
        return isBestOfAll && Stopping.Failures >= 0 && Stopping.Failures < Math.Max(1, Validation.Count)
            ? null
            : $"{nameof(Stopping)} has the best of other validations, or {Stopping.Failures} failures since; expected one of the "
                + $"{Validation.Count} in {nameof(Validation)}.";
    }

    private static bool IsSound(TrainingPoint point) => double.IsFinite(point.Loss) && point.Error is >= 0 and <= 1;
}
