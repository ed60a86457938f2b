using System.Text.Json.Nodes;
using FacialAttention;

namespace VariantTable;

/// <summary>One trained network, from whatever file.</summary>
internal sealed record Outcome
{
    public required string Source { get; init; }

    public required FacesInfo Data { get; init; }

    public required Protocol Protocol { get; init; }

    public required Job Job { get; init; }

    /// <summary>The folds that this is the result of; null where there are none.</summary>
    public int? Folds { get; init; }

    public required long Parameters { get; init; }

    /// <summary>For one face; null where it was not written down.</summary>
    public long? MultiplyAdds { get; init; }

    public required double TrainAccuracy { get; init; }

    public required double ValidationAccuracy { get; init; }

    public required double? ValidationAccuracyUnseen { get; init; }

    public required double? TestAccuracy { get; init; }

    /// <summary>Of the test faces, or of the validation faces where there are none; null in results of earlier versions.</summary>
    public long[][]? Confusion { get; init; }

    /// <summary>Null in results of earlier versions without their log.</summary>
    public JobCurves? Curves { get; init; }

    public JsonObject? Environment { get; init; }

    /// <summary>Training time; null where it was not written down.</summary>
    public double? Seconds { get; init; }

    public double? SecondsPerIteration { get; init; }

    /// <summary>What the claims are judged by: on the test faces, or on the validation faces where there are none.</summary>
    public double Accuracy => TestAccuracy ?? ValidationAccuracy;

    /// <summary>The faces that <see cref="Accuracy"/> is of.</summary>
    public int Faces => (Data.Test ?? Data.Validation).Sum();

    /// <summary>Where it must agree with another, so that both may be compared.</summary>
    public string Setting => string.Join('|', Data.Name, Data.Split, Data.Training.Sum(), Data.Validation.Sum(), Data.Test?.Sum(), Protocol);
}
