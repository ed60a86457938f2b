using FacialAttention;
using Samples;

namespace VariantTable;

/// <summary>What the command line asked for.</summary>
internal sealed record Settings
{
    /// <summary>A FER2013 csv or csv.gz; null for synthetic faces.</summary>
    public required string? DataPath { get; init; }

    public required bool IsStratified { get; init; }

    public required IReadOnlyList<NetworkVariant> Variants { get; init; }

    public required IReadOnlyList<int> Seeds { get; init; }

    public required int Iterations { get; init; }

    public required int BatchSize { get; init; }

    public required double LearningRate { get; init; }

    public required int LstmHidden { get; init; }

    public required int LstmLayers { get; init; }

    public required LocalAttentionScaling LocalScaling { get; init; }

    public required DevicePreference Device { get; init; }

    public required int? CudaIndex { get; init; }

    public required int Threads { get; init; }

    public required string? OutputFolder { get; init; }

    /// <summary>Whether the table in the output folder is continued.</summary>
    public required bool Resumes { get; init; }

    public string DataName => DataPath is null ? DataNames.Drawn : DataNames.Fer2013;

    public ExpressionNetworkOptions NetworkOptions(FaceDataset faces, int seed) => new()
    {
        Labels = faces.Labels,
        ImageHeight = faces.Size.Height,
        ImageWidth = faces.Size.Width,
        LstmHiddenSize = LstmHidden,
        LstmLayers = LstmLayers,
        LocalAttentionScaling = LocalScaling,
        Seed = seed,
    };

    public TrainerOptions TrainerOptions(int seed) => new()
    {
        Iterations = Iterations,
        BatchSize = BatchSize,
        LearningRate = LearningRate,
        Seed = seed,
        Device = Device,
        CudaIndex = CudaIndex,
    };
}
