namespace FacialAttention;

/// <summary>
/// One row of a <see cref="ConvBackbone"/> table. In this order: convolutions with 'same' padding and stride 1, each with an optional
/// batch norm and, but for the last, ReLU; perhaps squeeze-excitation; perhaps a shortcut around all of that; perhaps a max-pool that
/// halves height and width; ReLU. Two convolutions with a shortcut are the basic block of a residual network (He et al. 2016,
/// arXiv 1512.03385), and with squeeze-excitation that of SE-ResNet (Hu et al. 2018, arXiv 1709.01507).
/// </summary>
/// <param name="KernelSize">
/// Height and width of the kernels; odd, 1 to 15. Size 1 computes as <see cref="PointwiseConvBlock"/> does.
/// </param>
/// <param name="Channels">The number of kernels of each convolution, 1 to 4096.</param>
/// <param name="Pool">Whether a 3x3 max-pool with stride 2 and padding 1 comes before the last ReLU.</param>
/// <param name="Convolutions">The number of convolutions, 1 to 8; default 1.</param>
/// <param name="Shortcut">
/// Whether the row's input is added to what the convolutions give: as it is where it has as many channels, else by a 1x1 convolution with
/// an optional batch norm of its own. Default: false.
/// </param>
/// <param name="SqueezeExcitationReduction">
/// r of squeeze-excitation, which multiplies each of the last convolution's maps by a number between 0 and 1: the means of all maps through
/// a linear layer to <paramref name="Channels"/> / r numbers (rounded down), ReLU, a linear layer back, and sigmoid. 1 to
/// <paramref name="Channels"/>; null, the default, for none.
/// </param>
public sealed record ConvStage(
    int KernelSize,
    int Channels,
    bool Pool = false,
    int Convolutions = 1,
    bool Shortcut = false,
    int? SqueezeExcitationReduction = null)
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

            if (Channels is < 1 or > 4096)
            {
                return $"{nameof(Channels)} is {Channels}; expected 1 to 4096.";
            }

            if (Convolutions is < 1 or > 8)
            {
                return $"{nameof(Convolutions)} is {Convolutions}; expected 1 to 8.";
            }

            return SqueezeExcitationReduction < 1 || SqueezeExcitationReduction > Channels
                ? $"{nameof(SqueezeExcitationReduction)} is {SqueezeExcitationReduction}; expected 1 to {nameof(Channels)}, which is "
                    + $"{Channels}, or null."
                : null;
        }
    }
}
