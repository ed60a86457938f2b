using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>Two 3x3 convolutions with batch norm and ReLU on patches, each of which has weights of its own: groups of one convolution.</summary>
internal sealed class PatchUnits : Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv")] private readonly Conv2d _conv;
    [ComponentName(Name = "norm")] private readonly BatchNorm2d _norm;
    [ComponentName(Name = "conv2")] private readonly Conv2d _conv2;
    [ComponentName(Name = "norm2")] private readonly BatchNorm2d _norm2;

    /// <param name="patches">P.</param>
    /// <param name="inChannels">C of each patch.</param>
    /// <param name="channels">C' of each patch.</param>
    public PatchUnits(int patches, int inChannels, int channels)
        : base(NativeTorch.Loaded(nameof(PatchUnits)))
    {
        _conv = Convolution(inChannels);
        _norm = BatchNorm2d(patches * channels, device: ShapesOnly.Device);
        _conv2 = Convolution(channels);
        _norm2 = BatchNorm2d(patches * channels, device: ShapesOnly.Device);
        RegisterComponents();

        Conv2d Convolution(int from) => Conv2d(
            patches * from, patches * channels, kernel_size: 3, padding: 1, groups: patches, bias: false, device: ShapesOnly.Device);
    }

    /// <summary>Patches [N, P C, S, S] to [N, P C', S, S], which the caller owns.</summary>
    public override Tensor forward(Tensor patches)
    {
        using var scope = NewDisposeScope();
        Tensor x = ConvBlock.Convolve(patches, _conv, _norm).relu_();
        return ConvBlock.Convolve(x, _conv2, _norm2).relu_().MoveToOuterDisposeScope();
    }
}
