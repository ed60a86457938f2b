using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests;

/// <summary>Augmentation of images of which nothing else is known.</summary>
internal static class AugmentationOfImages
{
    /// <summary>Images [N, 1, H, W], changed, in a tensor of the caller's own.</summary>
    public static Tensor Apply(this Augmentation augmentation, Tensor images, long iteration)
    {
        using var scope = NewDisposeScope();
        Tensor result = augmentation.Apply(new FaceBatch(images, ones(images.shape[0], 1)), iteration).Images;
        return (ReferenceEquals(result, images) ? images.clone() : result).MoveToOuterDisposeScope();
    }
}
