using System.Globalization;

namespace FacialAttention;

/// <summary>The grid of the attention maps that an exported network gives, as text of its metadata.</summary>
internal static class AttentionGrid
{
    /// <summary>Its key, which only files with the outputs of attention have.</summary>
    public const string Key = "attentionGrid";

    /// <summary>For example "6x6": height, then width.</summary>
    public static string Write(int height, int width) => string.Create(CultureInfo.InvariantCulture, $"{height}x{width}");

    /// <summary>The grid, or null if the text is none.</summary>
    public static (int Height, int Width)? Read(string text)
    {
        return text.Split('x') is [string height, string width] && IsSide(height, out int h) && IsSide(width, out int w) ? (h, w) : null;

        static bool IsSide(string part, out int side) =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out side) && side is >= 1 and <= 1024;
    }
}
