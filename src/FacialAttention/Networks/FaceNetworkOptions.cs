using System.Text.Json.Serialization;

namespace FacialAttention;

/// <summary>What networks that see a whole face are told of it, <see cref="PatchGatedCnn"/> and <see cref="FerAttNetwork"/>; written as preprocessing.</summary>
public abstract class FaceNetworkOptions
{
    private protected FaceNetworkOptions()
    {
    }

    /// <summary>
    /// The names of the classes, in the order of the logits. Default: <see cref="ExpressionLabels.Fer2013"/>. The attention and feature modules of
    /// FERAtt have a map for each.
    /// </summary>
    [JsonIgnore]
    public ExpressionLabels Labels { get; set; } = ExpressionLabels.Fer2013;

    /// <summary>
    /// H, the height of a face in pixels: 16 to 1024, default 48; of FERAtt a multiple of 2 to the power of the encoder's levels. Fixes the input of
    /// gACNN.
    /// </summary>
    [JsonIgnore]
    [OptionRange(NetworkPreprocessing.SmallestSide, NetworkPreprocessing.LargestSide)]
    public int ImageHeight { get; set; } = 48;

    /// <summary>W, the width of a face in pixels: as <see cref="ImageHeight"/>, default 48.</summary>
    [JsonIgnore]
    [OptionRange(NetworkPreprocessing.SmallestSide, NetworkPreprocessing.LargestSide)]
    public int ImageWidth { get; set; } = 48;

    /// <summary>The mean that is taken from each pixel in [0, 1], of FERAtt's attended face too: 0 to 1, default 0.5. Our reading.</summary>
    [JsonIgnore]
    [OptionRange(NetworkPreprocessing.SmallestMean, NetworkPreprocessing.LargestMean)]
    public double PixelMean { get; set; } = 0.5;

    /// <summary>The standard deviation that each pixel is then divided by: 0.001 to 1, default 0.25. Our reading.</summary>
    [JsonIgnore]
    [OptionRange(NetworkPreprocessing.SmallestDeviation, NetworkPreprocessing.LargestDeviation)]
    public double PixelStandardDeviation { get; set; } = 0.25;

    /// <summary>The size of the faces, and how their pixels become the input of the first layer.</summary>
    internal NetworkPreprocessing Preprocessing
    {
        get => new() { Size = ImageSize, PixelMean = PixelMean, PixelStandardDeviation = PixelStandardDeviation };
        set => (ImageHeight, ImageWidth, PixelMean, PixelStandardDeviation) =
            (value.Size.Height, value.Size.Width, value.PixelMean, value.PixelStandardDeviation);
    }

    internal ImageSize ImageSize => new(ImageHeight, ImageWidth);
}
