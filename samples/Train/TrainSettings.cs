using FacialAttention;
using Samples;

namespace Train;

/// <summary>What <c>train</c> or <c>finetune</c> was asked for.</summary>
internal sealed record TrainSettings
{
    /// <summary>The network to begin from; null for a new one.</summary>
    public required string? CheckpointPath { get; init; }

    public required FaceSource Data { get; init; }

    /// <summary>What a teacher says of the training faces; null for none.</summary>
    public required string? TeacherPath { get; init; }

    /// <summary>The fold of the training faces that the network does not see; null for none.</summary>
    public required FoldChoice? Fold { get; init; }

    /// <summary>The recipe's file; null for none.</summary>
    public required string? RecipePath { get; init; }

    /// <summary>The options of a recipe that the command line gives.</summary>
    public required IReadOnlyDictionary<string, string?> Overrides { get; init; }

    /// <summary>What holds for a new network where neither says anything.</summary>
    public required FacialAttentionOptions Defaults { get; init; }

    public required string? OutputFolder { get; init; }

    public required bool Resumes { get; init; }

    public required string? TensorBoardFolder { get; init; }

    public required int Threads { get; init; }
}
