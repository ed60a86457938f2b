namespace VariantTable;

/// <summary>What the command line of <c>robustness</c> asked for.</summary>
internal sealed record RobustnessSettings
{
    public required IReadOnlyList<TestedNetwork> Networks { get; init; }

    /// <summary>A FER2013 csv; null for drawn faces.</summary>
    public required string? DataPath { get; init; }

    /// <summary>The votes of FER+ for it; null for its own labels.</summary>
    public required string? VotesPath { get; init; }

    /// <summary>PublicTest or PrivateTest.</summary>
    public required string Part { get; init; }

    /// <summary>The most faces; null for all.</summary>
    public required int? Faces { get; init; }

    public required long Seed { get; init; }

    public required double Coverage { get; init; }

    public required int Threads { get; init; }

    public required string OutputFolder { get; init; }

    public required bool Resumes { get; init; }
}
