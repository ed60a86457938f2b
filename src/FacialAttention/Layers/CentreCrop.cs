using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>The middle of images.</summary>
internal static class CentreCrop
{
    /// <summary>
    /// Images [N, C, H, W] to a view [N, C, <paramref name="height"/>, <paramref name="width"/>] of their centre; where a margin is odd,
    /// its smaller half is above or left.
    /// </summary>
    /// <param name="images">Images of at least that size.</param>
    /// <param name="height">1 to H.</param>
    /// <param name="width">1 to W.</param>
    public static Tensor Apply(Tensor images, int height, int width)
    {
        using Tensor rows = images.narrow(2, (images.shape[2] - height) / 2, height);
        return rows.narrow(3, (images.shape[3] - width) / 2, width);
    }
}
