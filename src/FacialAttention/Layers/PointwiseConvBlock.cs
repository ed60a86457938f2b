using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// The paper's C1 (section 3.1.1): a 1x1 convolution that mixes channels point by point, optional batch norm, ReLU. It adds
/// nonlinearity for few parameters. The norm is our reading; with it the convolution has no bias, which the norm would cancel.
/// A <see cref="ConvBackbone"/> computes its 1x1 stages alike.
/// </summary>
public sealed class PointwiseConvBlock : Module<Tensor, Tensor>
{
    private readonly int _inChannels;
    [ComponentName(Name = "conv")] private readonly Conv2d _conv;
    [ComponentName(Name = "norm")] private readonly BatchNorm2d? _norm;

    /// <summary>A block from <paramref name="inChannels"/> to <paramref name="outChannels"/> channels.</summary>
    /// <param name="inChannels">C of the input; at least 1.</param>
    /// <param name="outChannels">C of the output; at least 1.</param>
    /// <param name="batchNorm">Whether a batch norm stands between convolution and ReLU.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public PointwiseConvBlock(int inChannels, int outChannels, bool batchNorm = true)
        : base(NativeTorch.Loaded(nameof(PointwiseConvBlock)))
    {
        _inChannels = Require.InRange(inChannels, 1, 1 << 20, nameof(inChannels));
        Require.InRange(outChannels, 1, 1 << 20, nameof(outChannels));
        using var scope = NewDisposeScope(); // TorchSharp's convolution with bias leaves a temporary behind.
        _conv = Conv2d(inChannels, outChannels, kernel_size: 1, bias: !batchNorm);
        _norm = batchNorm ? BatchNorm2d(outChannels) : null;
        RegisterComponents();
    }

    /// <summary>Images [N, C, H, W] to features [N, C', H, W], which the caller owns.</summary>
    /// <param name="images">Images or feature maps, [N, C, H, W], of the layer's dtype and on its device.</param>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    public override Tensor forward(Tensor images)
    {
        RequireTensor.Images(images, _inChannels, smallestSide: 1, _conv.weight, nameof(PointwiseConvBlock));
        using var scope = NewDisposeScope();
        return ConvBlock.Convolve(images, _conv, _norm).relu_().MoveToOuterDisposeScope();
    }
}
