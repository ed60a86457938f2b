using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// Squeeze-excitation (Hu, Shen and Sun, "Squeeze-and-Excitation Networks", CVPR 2018, arXiv 1709.01507): scales each map by a number
/// between 0 and 1 that follows from the means of all maps.
/// </summary>
internal sealed class SqueezeExcitation : Module<Tensor, Tensor>
{
    [ComponentName(Name = "fc1")] private readonly Linear _fc1;
    [ComponentName(Name = "fc2")] private readonly Linear _fc2;

    /// <summary>A layer for maps of so many channels; the reduction is at most that.</summary>
    public SqueezeExcitation(int channels, int reduction)
        : base(nameof(SqueezeExcitation))
    {
        _fc1 = Linear(channels, channels / reduction, device: ShapesOnly.Device);
        _fc2 = Linear(channels / reduction, channels, device: ShapesOnly.Device);
        RegisterComponents();
    }

    /// <summary>Maps [N, C, H, W] to their scaled ones, [N, C, H, W].</summary>
    public override Tensor forward(Tensor maps)
    {
        using var scope = NewDisposeScope();
        Tensor squeezed = maps.mean([2, 3]); // [N, C]
        Tensor scales = _fc2.call(_fc1.call(squeezed).relu_()).sigmoid_(); // [N, C]
        return (maps * scales.unsqueeze(2).unsqueeze(3)).MoveToOuterDisposeScope();
    }
}
