namespace FacialAttention.Fuzz.Run;

/// <summary>What a run is asked for.</summary>
internal sealed record FuzzSettings
{
    public required IReadOnlyList<string> Targets { get; init; }

    public required int Seed { get; init; }

    /// <summary>The first case.</summary>
    public required int First { get; init; }

    /// <summary>The case after the last.</summary>
    public required int End { get; init; }

    /// <summary>Whether the end of each case is shown.</summary>
    public required bool ShowsCases { get; init; }

    /// <summary>How much processor time a case may take.</summary>
    public required TimeSpan Limit { get; init; }

    public string? KeepFolder { get; init; }

    public string? JsonPath { get; init; }
}
