using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>The middle of images.</summary>
internal static class CentreCrop
{
    /// <summary>
    /// Images [N, C, H, W] to a view of their centre of another size; where a margin is odd, its smaller half is above or left.
    /// </summary>
    /// <param name="images">Images of at least that size.</param>
    /// <param name="size">1x1 to HxW.</param>
    public static Tensor Apply(Tensor images, ImageSize size)
    {
        using Tensor rows = images.narrow(2, (images.shape[2] - size.Height) / 2, size.Height);
        return rows.narrow(3, (images.shape[3] - size.Width) / 2, size.Width);
    }
}
