using System.Globalization;

namespace FacialAttention;

/// <summary>
/// How a picture becomes the input of a network's first layer. Whoever feeds a network makes the picture gray, of <see cref="Size"/> and of
/// numbers in [0, 1], as <see cref="FacePreprocessor"/> does; the rest is inside the network.
/// </summary>
public sealed record NetworkPreprocessing
{
    internal const int SmallestSide = 16;
    internal const int LargestSide = 1024;
    internal const double SmallestMean = 0.0;
    internal const double LargestMean = 1.0;
    internal const double SmallestDeviation = 0.001;
    internal const double LargestDeviation = 1.0;

    /// <summary>The size of the pictures that are fed, each side 16 to 1024.</summary>
    public required ImageSize Size { get; init; }

    /// <summary>
    /// The part of a picture's centre that the network sees, each side 16 to that of <see cref="Size"/>; null, the default, for all of it.
    /// </summary>
    public ImageSize? Crop { get; init; }

    /// <summary>What the network takes from each pixel: 0 to 1, default 0.</summary>
    public double PixelMean { get; init; }

    /// <summary>What the network then divides each pixel by: 0.001 to 1, default 1.</summary>
    public double PixelStandardDeviation { get; init; } = 1;

    /// <summary>What is out of its range, in the words of the file, or null.</summary>
    internal string? FindFault() =>
        FindSideFault("height", Size.Height, LargestSide)
        ?? FindSideFault("width", Size.Width, LargestSide)
        ?? (Crop is { } crop
            ? FindSideFault("the height of the crop", crop.Height, Size.Height) ?? FindSideFault("the width of the crop", crop.Width, Size.Width)
            : null)
        ?? FindFault("pixelMean", PixelMean, SmallestMean, LargestMean)
        ?? FindFault("pixelStandardDeviation", PixelStandardDeviation, SmallestDeviation, LargestDeviation);

    private static string? FindSideFault(string name, int side, int largest) => FindFault(name, side, SmallestSide, largest);

    private static string? FindFault(string name, double value, double smallest, double largest) => value >= smallest && value <= largest
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; expected {smallest} to {largest}.");
}
