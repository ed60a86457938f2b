using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// One stage of a <see cref="ConvBackbone"/>: a convolution with 'same' padding and stride 1, optional batch norm, optional max-pool, ReLU.
/// With the norm the convolution has no bias, which the norm would cancel.
/// </summary>
internal sealed class ConvBlock : Module<Tensor, Tensor>
{
    private readonly bool _pool;
    [ComponentName(Name = "conv")] private readonly Conv2d _conv;
    [ComponentName(Name = "norm")] private readonly BatchNorm2d? _norm;

    /// <summary>A block for images of <paramref name="inChannels"/> channels; the stage is valid.</summary>
    public ConvBlock(int inChannels, ConvStage stage, bool batchNorm)
        : base(NativeTorch.Loaded(nameof(ConvBlock)))
    {
        using var scope = NewDisposeScope(); // TorchSharp's convolution with bias leaves a temporary behind.
        _conv = Conv2d(
            inChannels,
            stage.Channels,
            stage.KernelSize,
            padding: stage.KernelSize / 2,
            bias: !batchNorm,
            device: ShapesOnly.Device);
        _norm = batchNorm ? BatchNorm2d(stage.Channels, device: ShapesOnly.Device) : null;
        _pool = stage.Pool;
        RegisterComponents();
    }

    /// <summary>Its kernels; their dtype and device are those of the block.</summary>
    public Tensor Weight => _conv.weight;

    /// <summary>Images [N, C, H, W] to features [N, C', H, W]; a pool halves H and W, rounding up.</summary>
    public override Tensor forward(Tensor images) => Run(images, _conv, _norm, _pool);

    /// <summary>Convolution, norm, pool and ReLU, as far as they are there.</summary>
    public static Tensor Run(Tensor images, Conv2d conv, BatchNorm2d? norm, bool pool)
    {
        using var scope = NewDisposeScope();
        Tensor x = conv.call(images); // [N, C', H, W]
        if (norm is not null)
        {
            x = norm.call(x);
        }

        if (pool)
        {
            x = functional.max_pool2d(x, kernel_size: 3, stride: 2, padding: 1); // [N, C', ceil(H / 2), ceil(W / 2)]
        }

        return x.relu_().MoveToOuterDisposeScope(); // After the pool: the same values as before it, for a quarter of the work.
    }
}
