using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// The CNN local feature extraction layer (paper, section 3.1.1) built from a table of stages. The paper states four convolutions, the
/// first 1x1, and three max-pools; kernel sizes, counts and order in <see cref="Paper"/> are our reading (docs/paper-map.md).
/// </summary>
public sealed class ConvBackbone : Module<Tensor, Tensor>
{
    private readonly int _inChannels;
    private readonly ConvStage[] _stages;
    private readonly List<ConvBlock> _blocks = []; // Registered one by one below, so that the keys are c1, c2, ...

    /// <summary>A backbone as the table says.</summary>
    /// <param name="stages">The rows, first to last; null for <see cref="Paper"/>.</param>
    /// <param name="inChannels">C of the input; 1 for gray faces.</param>
    /// <param name="batchNorm">Whether each convolution is followed by a batch norm, and then has no bias.</param>
    /// <exception cref="ArgumentException">The table is empty or a row is outside its ranges.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="inChannels"/> is outside its range.</exception>
    public ConvBackbone(IReadOnlyList<ConvStage>? stages = null, int inChannels = 1, bool batchNorm = true)
        : base(NativeTorch.Loaded(nameof(ConvBackbone)))
    {
        _stages = [.. stages ?? Paper];
        _inChannels = Require.InRange(inChannels, 1, 1 << 20, nameof(inChannels));
        if (FindFault(_stages) is { } fault)
        {
            throw new ArgumentException(fault, nameof(stages));
        }

        int channels = inChannels;
        foreach (ConvStage stage in _stages)
        {
            var block = new ConvBlock(channels, stage, batchNorm);
            _blocks.Add(block);
            register_module($"c{_blocks.Count}", block);
            channels = stage.Channels;
        }
    }

    /// <summary>
    /// The table used for the paper's networks: C1 1x1x32, C2 5x5x32, S1, C3 3x3x32, S2, C4 5x5x64, S3. A 48x48 face becomes 64 channels
    /// of 6x6. The pooling and stride 1 are the paper's (Figure 1 caption), the sizes our reading.
    /// </summary>
    public static IReadOnlyList<ConvStage> Paper { get; } =
        Array.AsReadOnly<ConvStage>([new(1, 32), new(5, 32, Pool: true), new(3, 32, Pool: true), new(5, 64, Pool: true)]);

    /// <summary>C of the output.</summary>
    public int OutChannels => _stages[^1].Channels;

    internal Tensor FirstWeight => _blocks[0].Weight;

    /// <summary>Images [N, C, H, W] to features [N, C', H', W'], which the caller owns; each pool halves H and W, rounding up.</summary>
    /// <param name="images">Images, [N, C, H, W], of the layer's dtype and on its device.</param>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    public override Tensor forward(Tensor images)
    {
        RequireModule.NotDisposed(this, "layer");
        RequireTensor.Images(images, _inChannels, smallestSide: 1, FirstWeight, nameof(ConvBackbone));
        using var scope = NewDisposeScope();
        Tensor x = images.device_type is DeviceType.CPU or DeviceType.CUDA ? WithChannelsLast(images) : images;
        foreach (ConvBlock block in _blocks)
        {
            x = block.call(x); // [N, C', H, W], halved by its pool
        }

        return x.contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>The grid of the features of an image.</summary>
    internal static FeatureGrid GridOf(IReadOnlyList<ConvStage> stages, ImageSize image)
    {
        (int height, int width) = image;
        int pools = stages.Count(stage => stage.Pool);
        for (int i = 0; i < pools; i++)
        {
            (height, width) = ((height + 1) / 2, (width + 1) / 2);
        }

        return new FeatureGrid(height, width);
    }

    /// <summary>What is wrong with a table, or null.</summary>
    internal static string? FindFault(IReadOnlyList<ConvStage?> stages)
    {
        if (stages.Count is < 1 or > 64)
        {
            return $"The backbone has {stages.Count} stages; expected 1 to 64.";
        }

        for (int i = 0; i < stages.Count; i++)
        {
            if ((stages[i] is { } stage ? stage.Fault : "It is null.") is { } fault)
            {
                return $"Stage {i + 1} of the backbone: {fault}";
            }
        }

        return null;
    }

    /// <summary>
    /// The same values with the channels of a pixel next to each other in memory, a layout that convolutions, norms and pools pass on. On
    /// the CPU norms and pools run faster with it (docs/performance.md), on a GPU convolutions.
    /// </summary>
    internal static Tensor WithChannelsLast(Tensor images)
    {
        (long n, long c, long h, long w) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3]);
        // Through one dimension: with a single channel the strides would otherwise stay as they are.
        return images.permute(0, 2, 3, 1).flatten().view(n, h, w, c).permute(0, 3, 1, 2);
    }
}
