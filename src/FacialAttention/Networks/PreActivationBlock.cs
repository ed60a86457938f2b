using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// A residual block whose norms and ReLUs come before its 3x3 convolutions (He et al. 2016, arXiv 1603.05027). Where it halves the maps or changes
/// their number, the shortcut is a 1x1 convolution of what the first ReLU gives.
/// </summary>
internal sealed class PreActivationBlock : Module<Tensor, Tensor>
{
    [ComponentName(Name = "pre")] private readonly BatchNorm2d _pre;
    [ComponentName(Name = "conv")] private readonly Conv2d _conv;
    [ComponentName(Name = "pre2")] private readonly BatchNorm2d _pre2;
    [ComponentName(Name = "conv2")] private readonly Conv2d _conv2;
    [ComponentName(Name = "shortcut")] private readonly Conv2d? _shortcut;

    public PreActivationBlock(int inChannels, int channels, int stride)
        : base(NativeTorch.Loaded(nameof(PreActivationBlock)))
    {
        _pre = BatchNorm2d(inChannels, device: ShapesOnly.Device);
        _conv = Conv2d(inChannels, channels, kernel_size: 3, stride: stride, padding: 1, bias: false, device: ShapesOnly.Device);
        _pre2 = BatchNorm2d(channels, device: ShapesOnly.Device);
        _conv2 = Conv2d(channels, channels, kernel_size: 3, padding: 1, bias: false, device: ShapesOnly.Device);
        _shortcut = HasShortcut(inChannels, channels, stride)
            ? Conv2d(inChannels, channels, kernel_size: 1, stride: stride, bias: false, device: ShapesOnly.Device)
            : null;
        RegisterComponents();
    }

    /// <summary>Whether the shortcut is a convolution.</summary>
    public static bool HasShortcut(int inChannels, int channels, int stride) => stride != 1 || inChannels != channels;

    /// <summary>Maps [N, C, H, W] to [N, C', H / stride, W / stride] rounded up, which the caller owns.</summary>
    public override Tensor forward(Tensor maps)
    {
        using var scope = NewDisposeScope();
        Tensor active = _pre.call(maps).relu_();
        Tensor x = WholeBlocks.Convolve(_pre2.call(WholeBlocks.Convolve(active, _conv)).relu_(), _conv2);
        return (x + (_shortcut is null ? maps : _shortcut.call(active))).MoveToOuterDisposeScope();
    }
}
