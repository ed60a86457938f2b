using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>The checks at the border of every layer: one message that says what was expected and what was got.</summary>
internal static class RequireTensor
{
    /// <summary>Features must be [N, T, D], none of them zero, of the dtype and on the device of the layer's weight.</summary>
    public static void Sequence(Tensor features, long featureSize, Tensor weight, string layer)
    {
        NotDisposed(features, weight, layer, nameof(features));
        if (features.ndim != 3 || features.shape[2] != featureSize || features.shape[0] < 1 || features.shape[1] < 1)
        {
            throw new ArgumentException(
                $"{layer} expects features of shape [N, T, {featureSize}] with N and T of at least 1; got {Shape(features)}.",
                nameof(features));
        }

        MatchesWeight(features, weight, layer, nameof(features));
    }

    /// <summary>Features must be [N, F], none of them zero, of the dtype and on the device of the layer's weight.</summary>
    public static void Vectors(Tensor features, long featureSize, Tensor weight, string layer)
    {
        NotDisposed(features, weight, layer, nameof(features));
        if (features.ndim != 2 || features.shape[1] != featureSize || features.shape[0] < 1)
        {
            throw new ArgumentException(
                $"{layer} expects features of shape [N, {featureSize}] with N of at least 1; got {Shape(features)}.", nameof(features));
        }

        MatchesWeight(features, weight, layer, nameof(features));
    }

    /// <summary>
    /// Images or feature maps must be [N, C, H, W], none of them zero, of the dtype and on the device of the layer's weight.
    /// </summary>
    public static void Images(Tensor images, long channels, int smallestSide, Tensor weight, string layer)
    {
        NotDisposed(images, weight, layer, nameof(images));
        if (images.ndim != 4 || images.shape[0] < 1 || images.shape[1] != channels
            || images.shape[2] < smallestSide || images.shape[3] < smallestSide)
        {
            throw new ArgumentException(
                $"{layer} expects images of shape [N, {channels}, H, W] with N of at least 1 and H and W of at least {smallestSide}; "
                + $"got {Shape(images)}.",
                nameof(images));
        }

        MatchesWeight(images, weight, layer, nameof(images));
    }

    /// <summary>Landmarks must be [N, L, 2] for images [N, C, H, W], of their dtype and on their device.</summary>
    public static void Landmarks(Tensor landmarks, int count, Tensor images, string layer)
    {
        NotDisposed(landmarks, nameof(landmarks));
        long faces = images.shape[0];
        if (!landmarks.shape.AsSpan().SequenceEqual([faces, count, 2]))
        {
            throw new ArgumentException(
                $"{layer} expects landmarks of shape [{faces}, {count}, 2] for {faces} faces; got {Shape(landmarks)}.", nameof(landmarks));
        }

        MatchesWeight(landmarks, images, layer, nameof(landmarks));
    }

    /// <exception cref="ArgumentNullException">The tensor is null.</exception>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public static void NotDisposed(Tensor tensor, string parameter)
    {
        ArgumentNullException.ThrowIfNull(tensor, parameter);
        if (tensor.IsInvalid)
        {
            throw new ObjectDisposedException(parameter, $"The tensor {parameter} was disposed; expected one that is not.");
        }
    }

    public static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";

    private static void NotDisposed(Tensor input, Tensor weight, string layer, string parameter)
    {
        if (weight.IsInvalid)
        {
            throw new ObjectDisposedException(layer, $"The layer {layer} was disposed; expected one that is not.");
        }

        NotDisposed(input, parameter);
    }

    private static void MatchesWeight(Tensor input, Tensor weight, string layer, string parameter)
    {
        if (input.dtype != weight.dtype)
        {
            throw new ArgumentException(
                $"{layer} expects {parameter} of dtype {weight.dtype}, as its weights; got {input.dtype}.", parameter);
        }

        if (input.device_type != weight.device_type || input.device_index != weight.device_index)
        {
            throw new ArgumentException(
                $"{layer} expects {parameter} on device {weight.device}, as its weights; got {input.device}.", parameter);
        }
    }
}
