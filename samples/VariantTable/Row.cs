using System.Text.Json.Serialization;

namespace VariantTable;

/// <summary>One line of the table and of results.json. Accuracies are fractions; null where the data has no such split.</summary>
internal sealed record Row
{
    public required string Variant { get; init; }

    public required int Seed { get; init; }

    public required long Parameters { get; init; }

    public required long MultiplyAdds { get; init; }

    public required int Iterations { get; init; }

    public required double TrainAccuracy { get; init; }

    public required double ValidationAccuracy { get; init; }

    /// <summary>
    /// Validation accuracy on the faces that do not stand in Training too; null if there are none. Printed only; the checkpoint holds it
    /// too.
    /// </summary>
    [JsonIgnore]
    public double? ValidationAccuracyUnseen { get; init; }

    public required double? TestAccuracy { get; init; }

    public required double SecondsPerIteration { get; init; }

    /// <summary>The iteration whose weights were kept. Printed only; the checkpoint holds it too.</summary>
    [JsonIgnore]
    public int BestIteration { get; init; }

    /// <summary>File name beside results.json.</summary>
    public required string? Checkpoint { get; init; }
}
