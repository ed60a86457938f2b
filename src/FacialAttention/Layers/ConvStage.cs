namespace FacialAttention;

/// <summary>
/// One row of a <see cref="ConvBackbone"/> table: a convolution with 'same' padding and stride 1, optional batch norm, perhaps
/// a max-pool that halves height and width, and ReLU.
/// </summary>
/// <param name="KernelSize">Height and width of the kernel; odd, 1 to 15. Size 1 computes as <see cref="PointwiseConvBlock"/> does.</param>
/// <param name="Channels">The number of kernels, 1 to 4096.</param>
/// <param name="Pool">Whether a 3x3 max-pool with stride 2 and padding 1 follows the norm.</param>
public sealed record ConvStage(int KernelSize, int Channels, bool Pool = false)
{
    /// <summary>What is wrong with this row, or nothing.</summary>
    internal string? Fault
    {
        get
        {
            if (KernelSize is < 1 or > 15 || KernelSize % 2 == 0)
            {
                return $"{nameof(KernelSize)} is {KernelSize}; expected an odd number from 1 to 15.";
            }

            return Channels is < 1 or > 4096 ? $"{nameof(Channels)} is {Channels}; expected 1 to 4096." : null;
        }
    }
}
