using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// What one or more groups of feature maps say, each as a vector, times how much it is to be believed: a number between 0 and 1 that follows
/// from the same maps (Li et al. 2018, the patch-gated unit). Each group has weights of its own; the groups are those of convolutions.
/// </summary>
internal sealed class GatedFeatures : Module<Tensor, (Tensor Features, Tensor Gates)>
{
    private readonly int _groups;
    [ComponentName(Name = "feature")] private readonly Conv2d _feature; // a linear layer on all of a map
    [ComponentName(Name = "conv")] private readonly Conv2d _conv;
    [ComponentName(Name = "norm")] private readonly BatchNorm2d _norm;
    [ComponentName(Name = "conv2")] private readonly Conv2d _conv2; // a linear layer, as is the next
    [ComponentName(Name = "norm2")] private readonly BatchNorm2d _norm2;
    [ComponentName(Name = "conv3")] private readonly Conv2d _conv3;
    [ComponentName(Name = "norm3")] private readonly BatchNorm2d _norm3;

    /// <param name="groups">G.</param>
    /// <param name="channels">C of each group.</param>
    /// <param name="maps">The size of the maps.</param>
    /// <param name="featureSize">F, the size of the vector of each group.</param>
    /// <param name="gateChannels">The channels of the gate's convolution, for each group.</param>
    /// <param name="gateHiddenSize">The size of the gate's hidden layer, for each group.</param>
    public GatedFeatures(int groups, int channels, ImageSize maps, int featureSize, int gateChannels, int gateHiddenSize)
        : base(NativeTorch.Loaded(nameof(GatedFeatures)))
    {
        using var scope = NewDisposeScope(); // TorchSharp's convolution with bias leaves a temporary behind.
        _groups = groups;
        _feature = Conv2d(
            groups * channels, groups * featureSize, (maps.Height, maps.Width), groups: groups, device: ShapesOnly.Device);
        _conv = Pointwise(channels, gateChannels);
        _norm = BatchNorm2d(groups * gateChannels, device: ShapesOnly.Device);
        _conv2 = Pointwise(gateChannels, gateHiddenSize);
        _norm2 = BatchNorm2d(groups * gateHiddenSize, device: ShapesOnly.Device);
        _conv3 = Pointwise(gateHiddenSize, 1);
        _norm3 = BatchNorm2d(groups, device: ShapesOnly.Device);
        RegisterComponents();

        Conv2d Pointwise(int inChannels, int outChannels) => Conv2d(
            groups * inChannels, groups * outChannels, kernel_size: 1, groups: groups, bias: false, device: ShapesOnly.Device);
    }

    /// <summary>Maps [N, G C, H, W] to gated vectors [N, G, F] and gates [N, G], which the caller owns.</summary>
    public override (Tensor Features, Tensor Gates) forward(Tensor maps)
    {
        using var scope = NewDisposeScope();
        Tensor features = WholeBlocks.Convolve(maps, _feature).relu_().view(maps.shape[0], _groups, -1); // [N, G, F]
        Tensor pooled = functional.max_pool2d(maps, kernel_size: 2, stride: 2);
        Tensor ringed = functional.pad(_conv.call(pooled), [1, 1, 1, 1]); // as padding of the maps: 1x1 kernels without bias keep zeros
        Tensor means = _norm.call(ringed).relu_().mean([2, 3], keepdim: true);
        Tensor hidden = ConvBlock.Convolve(means, _conv2, _norm2).relu_();
        Tensor gates = ConvBlock.Convolve(hidden, _conv3, _norm3).sigmoid().flatten(1); // [N, G]
        return ((features * gates.unsqueeze(2)).MoveToOuterDisposeScope(), gates.MoveToOuterDisposeScope());
    }
}
