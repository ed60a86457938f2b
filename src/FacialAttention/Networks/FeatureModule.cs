using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// The feature module of <see cref="FerAttNetwork"/>: a 9x9 convolution, residual blocks of two 3x3 convolutions with a leaky ReLU between them, a
/// 3x3 convolution, and the first convolution's maps added; a map for each class.
/// </summary>
internal sealed class FeatureModule : Module<Tensor, Tensor>
{
    /// <summary>What of a number below 0 the leaky ReLU leaves.</summary>
    public const double Slope = 0.2;

    private readonly List<(Conv2d First, Conv2d Second)> _blocks = []; // Registered one by one below: b1.conv, b1.conv2, ...
    [ComponentName(Name = "conv")] private readonly Conv2d _conv;
    [ComponentName(Name = "conv2")] private readonly Conv2d _last;

    public FeatureModule(int blocks, int maps)
        : base(NativeTorch.Loaded(nameof(FeatureModule)))
    {
        using var scope = NewDisposeScope(); // TorchSharp's convolution with bias leaves a temporary behind.
        _conv = Conv2d(1, maps, kernel_size: 9, padding: 4, device: ShapesOnly.Device);
        for (int i = 1; i <= blocks; i++)
        {
            (Conv2d First, Conv2d Second) block = (Convolution(), Convolution());
            _blocks.Add(block);
            register_module($"b{i}", Sequential(("conv", block.First), ("conv2", block.Second)));
        }

        _last = Convolution();
        RegisterComponents();

        Conv2d Convolution() => Conv2d(maps, maps, kernel_size: 3, padding: 1, device: ShapesOnly.Device);
    }

    /// <summary>Images [N, 1, H, W] to maps [N, K, H, W], which the caller owns.</summary>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        Tensor first = WholeBlocks.Convolve(images, _conv);
        Tensor x = first;
        foreach ((Conv2d conv, Conv2d conv2) in _blocks)
        {
            x = x + WholeBlocks.Convolve(functional.leaky_relu(WholeBlocks.Convolve(x, conv), Slope), conv2);
        }

        return (WholeBlocks.Convolve(x, _last) + first).MoveToOuterDisposeScope();
    }
}
