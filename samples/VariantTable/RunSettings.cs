using FacialAttention;

namespace VariantTable;

/// <summary>What the command line of <c>run</c> asked for.</summary>
internal sealed record RunSettings
{
    public required PlanSettings Plan { get; init; }

    public required string OutputFolder { get; init; }

    /// <summary>The one job to run here; null for all, in processes of their own.</summary>
    public required int? Job { get; init; }

    /// <summary>How many processes run jobs at a time, where all are asked for.</summary>
    public required int Processes { get; init; }

    public required DevicePreference Device { get; init; }

    public required int? CudaIndex { get; init; }

    public required int Threads { get; init; }

    public required bool Resumes { get; init; }

    public required int ResumeInterval { get; init; }

    /// <summary>Whether a file system without locks will do.</summary>
    public required bool TrustsCaller { get; init; }

    /// <summary>Whether the end of the input stops the run, as it does in a process that another one started.</summary>
    public required bool StopsWithInput { get; init; }

    /// <summary>The command line that runs one of the jobs.</summary>
    public required IReadOnlyList<string> JobArguments { get; init; }
}
