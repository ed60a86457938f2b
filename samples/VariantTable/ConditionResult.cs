using System.Text.Json.Serialization;
using FacialAttention;

namespace VariantTable;

/// <summary>What a network says of faces that are clean or spoilt in one way.</summary>
internal sealed record ConditionResult
{
    /// <summary>What spoils them; null for clean faces.</summary>
    public required CorruptionKind? Kind { get; init; }

    /// <summary>1 to 5; 0 for clean faces.</summary>
    public required int Strength { get; init; }

    /// <summary>The expected calibration error over 15 bins of equal width, 0 to 1.</summary>
    public required double CalibrationError { get; init; }

    /// <summary>The share of faces of which the network says that it is uncertain; null where its calibration has no threshold for it.</summary>
    public required double? Uncertain { get; init; }

    /// <summary>The accuracy on the others; null where there are none.</summary>
    public required double? AccuracyWhereSure { get; init; }

    /// <summary>Of each layer, where something is hidden and the network has attention.</summary>
    public required IReadOnlyList<HiddenAttention> Attention { get; init; }

    /// <summary>The number of faces.</summary>
    public required int Faces { get; init; }

    /// <summary>A bit for each face, from the lowest of the first byte on: whether the answer is right.</summary>
    public required byte[] Right { get; init; }

    [JsonIgnore]
    public double Accuracy => (double)Enumerable.Range(0, Faces).Count(IsRight) / Faces;

    public bool IsRight(int face) => ((Right[face / 8] >> (face % 8)) & 1) == 1;

    public static byte[] Pack(IReadOnlyList<bool> isRight)
    {
        var bits = new byte[(isRight.Count + 7) / 8];
        for (int face = 0; face < isRight.Count; face++)
        {
            bits[face / 8] |= (byte)(isRight[face] ? 1 << (face % 8) : 0);
        }

        return bits;
    }
}
