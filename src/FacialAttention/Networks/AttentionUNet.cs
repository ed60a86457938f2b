using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// The attention module of <see cref="FerAttNetwork"/>, a U-Net (Ronneberger et al. 2015): levels that halve the maps, then as many that double
/// them bilinearly, each but the last with the maps of the same size on the way down beside its own; a map for each class.
/// </summary>
internal sealed class AttentionUNet : Module<Tensor, Tensor>
{
    private readonly List<ConvBackbone> _down = []; // Registered one by one below: e1, e2, ...
    private readonly List<ConvBackbone> _up = []; // d1, d2, ...
    [ComponentName(Name = "conv")] private readonly Conv2d _conv;

    /// <param name="stages">The rows on the way down; each pool ends a level.</param>
    /// <param name="channels">Those on the way up, a number a level.</param>
    /// <param name="maps">K.</param>
    public AttentionUNet(IReadOnlyList<ConvStage> stages, IReadOnlyList<int> channels, int maps)
        : base(NativeTorch.Loaded(nameof(AttentionUNet)))
    {
        using var scope = NewDisposeScope(); // TorchSharp's convolution with bias leaves a temporary behind.
        int inChannels = 1;
        var level = new List<ConvStage>();
        foreach (ConvStage stage in stages)
        {
            level.Add(stage);
            if (stage.Pool)
            {
                _down.Add(new ConvBackbone(level, inChannels));
                register_module($"e{_down.Count}", _down[^1]);
                inChannels = stage.Channels;
                level.Clear();
            }
        }

        for (int i = 0; i < channels.Count; i++)
        {
            int besides = i + 1 < _down.Count ? _down[^(i + 2)].OutChannels : 0;
            _up.Add(new ConvBackbone([new(3, channels[i], Convolutions: 2)], inChannels + besides, batchNorm: false));
            register_module($"d{_up.Count}", _up[^1]);
            inChannels = channels[i];
        }

        _conv = Conv2d(inChannels, maps, kernel_size: 1, device: ShapesOnly.Device);
        RegisterComponents();
    }

    public Tensor FirstWeight => _down[0].FirstWeight;

    /// <summary>Images [N, 1, H, W] to maps [N, K, H, W], which the caller owns.</summary>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        var levels = new List<Tensor>();
        Tensor x = images;
        foreach (ConvBackbone down in _down)
        {
            x = down.call(x);
            levels.Add(x);
        }

        for (int i = 0; i < _up.Count; i++)
        {
            x = functional.interpolate(x, scale_factor: [2, 2], mode: InterpolationMode.Bilinear, align_corners: false);
            x = _up[i].call(i + 1 < levels.Count ? cat([x, levels[^(i + 2)]], 1) : x);
        }

        return _conv.call(x).MoveToOuterDisposeScope();
    }
}
