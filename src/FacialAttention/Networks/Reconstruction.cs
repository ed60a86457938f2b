using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// The reconstruction module of <see cref="FerAttNetwork"/>: from attended features, face and attention to the attended face, by a 3x3 convolution,
/// ReLU, a 1x1 convolution, batch norm and ReLU.
/// </summary>
internal sealed class Reconstruction : Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv")] private readonly Conv2d _conv;
    [ComponentName(Name = "conv2")] private readonly Conv2d _conv2;
    [ComponentName(Name = "norm2")] private readonly BatchNorm2d _norm2;

    public Reconstruction(int classes, int channels)
        : base(NativeTorch.Loaded(nameof(Reconstruction)))
    {
        using var scope = NewDisposeScope(); // TorchSharp's convolution with bias leaves a temporary behind.
        _conv = Conv2d((2 * classes) + 1, channels, kernel_size: 3, padding: 1, device: ShapesOnly.Device);
        _conv2 = Conv2d(channels, 1, kernel_size: 1, bias: false, device: ShapesOnly.Device);
        _norm2 = BatchNorm2d(1, device: ShapesOnly.Device);
        RegisterComponents();
    }

    /// <summary>Maps [N, 2 K + 1, H, W] to faces [N, 1, H, W], at least 0, which the caller owns.</summary>
    public override Tensor forward(Tensor maps)
    {
        using var scope = NewDisposeScope();
        return ConvBlock.Convolve(WholeBlocks.Convolve(maps, _conv).relu_(), _conv2, _norm2).relu_().MoveToOuterDisposeScope();
    }
}
