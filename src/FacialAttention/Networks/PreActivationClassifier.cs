using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// The classifier of <see cref="FerAttNetwork"/>: a 3x3 convolution, groups of <see cref="PreActivationBlock"/>s, the mean of each map, perhaps a
/// linear layer to an embedding, and one to the logits.
/// </summary>
internal sealed class PreActivationClassifier : Module<Tensor, (Tensor Logits, Tensor Embedding)>
{
    private readonly List<PreActivationBlock> _blocks = []; // Registered one by one below: b1, b2, ...
    [ComponentName(Name = "conv")] private readonly Conv2d _conv;
    [ComponentName(Name = "embedding")] private readonly Linear? _embedding;
    [ComponentName(Name = "linear")] private readonly Linear _linear;

    public PreActivationClassifier(IReadOnlyList<int> channels, int blocks, int? embeddingSize, int classes)
        : base(NativeTorch.Loaded(nameof(PreActivationClassifier)))
    {
        _conv = Conv2d(1, channels[0], kernel_size: 3, padding: 1, bias: false, device: ShapesOnly.Device);
        foreach ((int inChannels, int outChannels, int stride) in Plan(channels, blocks))
        {
            _blocks.Add(new PreActivationBlock(inChannels, outChannels, stride));
            register_module($"b{_blocks.Count}", _blocks[^1]);
        }

        _embedding = embeddingSize is { } size ? Linear(channels[^1], size, device: ShapesOnly.Device) : null;
        _linear = Linear(embeddingSize ?? channels[^1], classes, device: ShapesOnly.Device);
        RegisterComponents();
    }

    /// <summary>The blocks one after another: each group but the first begins by halving the maps.</summary>
    public static IEnumerable<(int InChannels, int Channels, int Stride)> Plan(IReadOnlyList<int> channels, int blocks) =>
        channels.SelectMany((outChannels, group) => Enumerable.Range(0, blocks).Select(block => block > 0
            ? (outChannels, outChannels, 1)
            : (group == 0 ? outChannels : channels[group - 1], outChannels, group == 0 ? 1 : 2)));

    /// <summary>Images [N, 1, H, W] to logits [N, K] and the vectors before the last layer [N, E], which the caller owns.</summary>
    public override (Tensor Logits, Tensor Embedding) forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        Tensor x = WholeBlocks.Convolve(images, _conv);
        foreach (PreActivationBlock block in _blocks)
        {
            x = block.call(x);
        }

        Tensor embedding = x.mean([2, 3]);
        embedding = _embedding is null ? embedding : _embedding.call(embedding);
        return (_linear.call(embedding).MoveToOuterDisposeScope(), embedding.MoveToOuterDisposeScope());
    }
}
