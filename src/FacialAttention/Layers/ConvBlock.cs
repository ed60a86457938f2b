using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// One stage of a <see cref="ConvBackbone"/>: what <see cref="ConvStage"/> says. With batch norms the convolutions have no bias, which the
/// norms would cancel.
/// </summary>
internal sealed class ConvBlock : Module<Tensor, Tensor>
{
    private readonly ConvStage _stage;
    private readonly bool _batchNorm;
    private readonly List<(Conv2d Conv, BatchNorm2d? Norm)> _convolutions = []; // Registered one by one below: conv, norm, conv2, norm2, ...
    [ComponentName(Name = "squeeze_excitation")] private readonly SqueezeExcitation? _squeezeExcitation;
    [ComponentName(Name = "shortcut")] private readonly Sequential? _shortcut;

    /// <summary>A block for images of <paramref name="inChannels"/> channels; the stage is valid.</summary>
    public ConvBlock(int inChannels, ConvStage stage, bool batchNorm)
        : base(NativeTorch.Loaded(nameof(ConvBlock)))
    {
        using var scope = NewDisposeScope(); // TorchSharp's convolution with bias leaves a temporary behind.
        _stage = stage;
        _batchNorm = batchNorm;
        int channels = inChannels;
        for (int number = 1; number <= stage.Convolutions; number++)
        {
            (Conv2d conv, BatchNorm2d? norm) = CreateConvolution(channels, stage.KernelSize);
            string suffix = number == 1 ? "" : $"{number}";
            register_module($"conv{suffix}", conv);
            if (norm is not null)
            {
                register_module($"norm{suffix}", norm);
            }

            _convolutions.Add((conv, norm));
            channels = stage.Channels;
        }

        if (stage.SqueezeExcitationReduction is { } reduction)
        {
            _squeezeExcitation = new SqueezeExcitation(stage.Channels, reduction);
        }

        if (stage.Shortcut && inChannels != stage.Channels)
        {
            (Conv2d conv, BatchNorm2d? norm) = CreateConvolution(inChannels, kernelSize: 1);
            _shortcut = norm is null ? Sequential(("conv", conv)) : Sequential(("conv", conv), ("norm", norm));
        }

        RegisterComponents();
    }

    /// <summary>The kernels of the first convolution; their dtype and device are those of the block.</summary>
    public Tensor Weight => _convolutions[0].Conv.weight;

    /// <summary>Images [N, C, H, W] to features [N, C', H, W]; a pool halves H and W, rounding up.</summary>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        Tensor x = images;
        foreach ((int index, (Conv2d conv, BatchNorm2d? norm)) in _convolutions.Index())
        {
            x = Convolve(index == 0 ? x : x.relu_(), conv, norm); // [N, C', H, W]
        }

        if (_squeezeExcitation is not null)
        {
            x = _squeezeExcitation.call(x);
        }

        if (_stage.Shortcut)
        {
            x = x.add_(_shortcut is null ? images : _shortcut.call(images));
        }

        if (_stage.Pool)
        {
            x = functional.max_pool2d(x, kernel_size: 3, stride: 2, padding: 1); // [N, C', ceil(H / 2), ceil(W / 2)]
        }

        return x.relu_().MoveToOuterDisposeScope(); // After the pool: the same values as before it, for a quarter of the work.
    }

    /// <summary>Convolution, and norm if it is there; in the caller's scope.</summary>
    public static Tensor Convolve(Tensor images, Conv2d conv, BatchNorm2d? norm)
    {
        Tensor x = WholeBlocks.Convolve(images, conv);
        return norm is null ? x : norm.call(x);
    }

    private (Conv2d Conv, BatchNorm2d? Norm) CreateConvolution(int inChannels, int kernelSize)
    {
        Conv2d conv = Conv2d(
            inChannels, _stage.Channels, kernelSize, padding: kernelSize / 2, bias: !_batchNorm, device: ShapesOnly.Device);
        return (conv, _batchNorm ? BatchNorm2d(_stage.Channels, device: ShapesOnly.Device) : null);
    }
}
