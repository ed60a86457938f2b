using FacialAttention;
using Microsoft.Extensions.Configuration;

namespace Train;

/// <summary>What <c>train</c> or <c>finetune</c> was asked for.</summary>
internal sealed record TrainSettings
{
    /// <summary>The network to begin from; null for a new one.</summary>
    public required string? CheckpointPath { get; init; }

    /// <summary>The variant of a new network.</summary>
    public required NetworkVariant Variant { get; init; }

    public required FaceSource Data { get; init; }

    public required IConfigurationRoot Configuration { get; init; }

    public required string? OutputFolder { get; init; }

    public required bool Resumes { get; init; }

    public required string? TensorBoardFolder { get; init; }

    public required int Threads { get; init; }
}
