using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// The way of a face into a network: checked, cut to its centre, normalised. All of it is part of the forward pass, so that no caller
/// can forget it.
/// </summary>
/// <param name="layer">The network in messages.</param>
/// <param name="options">Validated options, which stay as they are.</param>
/// <param name="anySize">Whether the network takes images of any size, not only of that of its options.</param>
internal sealed class NetworkInput(string layer, ExpressionNetworkOptions options, bool anySize)
{
    /// <summary>Faces [N, 1, H, W] in [0, 1] to what the backbone sees of them.</summary>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    public Tensor Prepare(Tensor images, Tensor weight)
    {
        Check(images, weight);
        using var scope = NewDisposeScope();
        Tensor seen = options.Crop is { } crop ? CentreCrop.Apply(images, crop) : images;
        using Scalar mean = options.PixelMean, deviation = options.PixelStandardDeviation;
        return ((seen - mean) / deviation).MoveToOuterDisposeScope();
    }

    private void Check(Tensor images, Tensor weight)
    {
        RequireTensor.Images(images, channels: 1, ExpressionNetworkOptions.SmallestSide, weight, layer);
        (long height, long width) = (images.shape[2], images.shape[3]);
        if (!anySize && !IsSize(options.ImageSize) && !IsSize(options.InputSize))
        {
            string orCrop = options.Crop is { } crop ? $" or [N, 1, {crop.Height}, {crop.Width}]" : "";
            throw new ArgumentException(
                $"{layer} was built for images of shape [N, 1, {options.ImageHeight}, {options.ImageWidth}]{orCrop}; "
                + $"got {RequireTensor.Shape(images)}. Set {nameof(ExpressionNetworkOptions.ImageHeight)} and "
                + $"{nameof(ExpressionNetworkOptions.ImageWidth)}, or use a variant with an LSTM, which takes any size.",
                nameof(images));
        }

        if (height < options.CropHeight || width < options.CropWidth)
        {
            throw new ArgumentException(
                $"{layer} sees the centre of [N, 1, {options.CropHeight}, {options.CropWidth}] of "
                + $"its images; expected images of at least that size, got {RequireTensor.Shape(images)}.",
                nameof(images));
        }

        bool IsSize(ImageSize expected) => height == expected.Height && width == expected.Width;
    }
}
