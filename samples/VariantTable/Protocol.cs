using FacialAttention;

namespace VariantTable;

/// <summary>How every network of a plan is trained, beside what its job says.</summary>
internal sealed record Protocol
{
    public string Optimizer { get; init; } = "Adam";

    public required double LearningRate { get; init; }

    public required int BatchSize { get; init; }

    public required string LocalAttentionScaling { get; init; }

    public double FlipProbability { get; init; } = new AugmentationOptions().FlipProbability;

    public string Selection { get; init; } = "best weights by validation accuracy (selection split)";
}
