using FacialAttention;

namespace VariantTable;

/// <summary>What the command line of <c>plan</c> and <c>run</c> asked for.</summary>
internal sealed record PlanSettings
{
    public required IReadOnlyList<Experiment> Experiments { get; init; }

    public required ExperimentFaces Faces { get; init; }

    public required IReadOnlyList<int> Seeds { get; init; }

    public required int Iterations { get; init; }

    public required int LstmHidden { get; init; }

    public required int LstmLayers { get; init; }

    public required IReadOnlyList<int> LstmSeeds { get; init; }

    public required int LstmIterations { get; init; }

    public required IReadOnlyList<int> Widths { get; init; }

    public required IReadOnlyList<int> Depths { get; init; }

    public required int BatchSize { get; init; }

    public required double LearningRate { get; init; }

    /// <summary>Whether light and erasing degrade the training faces of all networks.</summary>
    public required bool IsDegraded { get; init; }

    public required LocalAttentionScaling LocalScaling { get; init; }
}
