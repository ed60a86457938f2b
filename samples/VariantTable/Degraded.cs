using System.Globalization;
using FacialAttention;

namespace VariantTable;

/// <summary>
/// Training faces of which light and erasing hide a part, alike for all networks: the pairs of clean and degraded faces that the loss of FERAtt
/// is for. Our choice of strengths.
/// </summary>
internal static class Degraded
{
    private const double Light = 0.2;
    private const double Erasing = 0.5;

    public static string InWords { get; } = string.Create(
        CultureInfo.InvariantCulture, $"brightness and contrast by up to {Light}, a part erased with probability {Erasing}");

    public static AugmentationOptions Options { get; } = new() { MaxBrightness = Light, MaxContrast = Light, ErasingProbability = Erasing };
}
