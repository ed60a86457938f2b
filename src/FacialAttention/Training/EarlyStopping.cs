namespace FacialAttention;

/// <summary>
/// Which validation is the best so far, and when to give up: the least error counts, among equals the least loss, then the earliest. Its
/// properties are what a <see cref="ResumeState"/> keeps of it.
/// </summary>
internal sealed class EarlyStopping
{
    /// <summary>The best point so far; null before the first.</summary>
    public TrainingPoint? Best { get; set; }

    /// <summary>How many validations since then were no better.</summary>
    public int Failures { get; set; }

    /// <summary>Adds the next validation and says whether it is the best so far.</summary>
    public bool Add(TrainingPoint point)
    {
        if (Best is { } best && (point.Error, point.Loss).CompareTo((best.Error, best.Loss)) >= 0)
        {
            Failures++;
            return false;
        }

        Best = point;
        Failures = 0;
        return true;
    }

    /// <summary>Whether so many failures in a row have been reached; never if null.</summary>
    public bool HasExhausted(int? patience) => Failures >= patience;
}
