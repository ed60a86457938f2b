using System.Text.Json.Serialization;
using FacialAttention;

namespace VariantTable;

/// <summary>How every network of a plan is trained, beside what its job says.</summary>
internal sealed record Protocol
{
    public string Optimizer { get; init; } = "Adam";

    public required double LearningRate { get; init; }

    public required int BatchSize { get; init; }

    /// <summary>Iterations between two points of the training curve.</summary>
    public int TrainingReportInterval { get; init; } = new TrainerOptions().TrainingReportInterval;

    /// <summary>Iterations between two looks at the validation faces.</summary>
    public int ValidationInterval { get; init; } = new TrainerOptions().ValidationInterval;

    public required string LocalAttentionScaling { get; init; }

    public double FlipProbability { get; init; } = new AugmentationOptions().FlipProbability;

    /// <summary>How training faces are degraded beyond flips, in words; null where they are not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Degradation { get; init; }

    public string Selection { get; init; } = "best weights by validation accuracy (selection split)";
}
