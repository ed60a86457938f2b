using System.Globalization;

namespace FacialAttention;

/// <summary>
/// The grid of local features that a backbone makes of a face, whose places the attention layers weigh; and that grid as text of an
/// exported network's metadata.
/// </summary>
/// <param name="Height">The rows.</param>
/// <param name="Width">The columns.</param>
internal readonly record struct FeatureGrid(int Height, int Width)
{
    /// <summary>The key of its text, which only files with the outputs of attention have.</summary>
    public const string Key = "attentionGrid";

    /// <summary>T, the number of places.</summary>
    public int Places => Height * Width;

    /// <summary>Height x width, for example "6x6".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Height}x{Width}");

    /// <summary>The grid, or null if the text is none.</summary>
    public static FeatureGrid? Read(string text)
    {
        return text.Split('x') is [string height, string width] && IsSide(height, out int h) && IsSide(width, out int w) ? new(h, w) : null;

        static bool IsSide(string part, out int side) =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out side) && side is >= 1 and <= 1024;
    }
}
