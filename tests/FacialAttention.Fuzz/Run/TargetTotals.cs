using System.Text.Json.Serialization;

namespace FacialAttention.Fuzz.Run;

/// <summary>The sums of a target.</summary>
internal sealed class TargetTotals(string target)
{
    private const int MaxFaultsTold = 100;

    public string Target { get; } = target;

    public int Cases { get; private set; }

    public int Succeeded { get; private set; }

    public SortedDictionary<string, int> Refused { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, int> Faults { get; } = new(StringComparer.Ordinal);

    public double SlowestSeconds { get; private set; }

    public int SlowestCase { get; private set; }

    public double LargestMegabytes { get; private set; }

    public int LargestCase { get; private set; }

    public long LargestInputBytes { get; private set; }

    public double TotalSeconds { get; private set; }

    /// <summary>The first faults.</summary>
    public List<CaseResult> FaultsTold { get; } = [];

    [JsonIgnore]
    public int FaultCount => Faults.Values.Sum();

    public void Add(CaseResult result)
    {
        Cases++;
        TotalSeconds += result.Seconds;
        LargestInputBytes = Math.Max(LargestInputBytes, result.InputBytes);
        if (result.Seconds > SlowestSeconds)
        {
            (SlowestSeconds, SlowestCase) = (result.Seconds, result.Case);
        }

        if (result.Megabytes > LargestMegabytes)
        {
            (LargestMegabytes, LargestCase) = (result.Megabytes, result.Case);
        }

        switch (result.Outcome)
        {
            case CaseOutcome.Succeeded:
                Succeeded++;
                break;
            case CaseOutcome.Refused:
                Refused[result.Kind] = Refused.GetValueOrDefault(result.Kind) + 1;
                break;
            default:
                Faults[result.Kind] = Faults.GetValueOrDefault(result.Kind) + 1;
                if (FaultsTold.Count < MaxFaultsTold)
                {
                    FaultsTold.Add(result);
                }

                break;
        }
    }
}
