using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// Convolutions of any number of channels on the CPU. oneDNN computes with blocks of channels, and some of its kernels (libtorch 2.10) read the rest
/// of a block that is not full, where nobody wrote: times zero, which is no number where what they find is none. Full blocks are safe.
/// </summary>
internal static class WholeBlocks
{
    /// <summary>The channels of a block with AVX-512; with AVX2 half of them.</summary>
    private const long Block = 16;

    /// <summary>Up to here the channels that come in are not in blocks.</summary>
    private const long FewChannels = 8;

    /// <summary>
    /// Whether this thread's convolutions are calls of their modules alone, so that hooks see them: to count, where what they compute does not matter.
    /// </summary>
    [field: ThreadStatic]
    public static bool AreModules { get; set; }

    /// <summary>What <paramref name="conv"/> makes of maps [N, C, H, W], in the caller's scope; weights and result are those of the channels asked for.</summary>
    public static Tensor Convolve(Tensor maps, Conv2d conv)
    {
        long groups = conv.groups, channelsIn = conv.in_channels / groups, channelsOut = conv.out_channels / groups;
        long missingIn = channelsIn <= FewChannels ? 0 : Missing(channelsIn);
        long missingOut = Missing(channelsOut);
        bool isOneDnns = maps.device_type == DeviceType.CPU && maps.dtype == ScalarType.Float32 && conv.kernel_size[0] > 1;
        if (AreModules || !isOneDnns || (missingIn == 0 && missingOut == 0))
        {
            return conv.call(maps);
        }

        Tensor x = missingIn == 0 ? maps : functional.pad(maps.unflatten(1, groups, channelsIn), [0, 0, 0, 0, 0, missingIn]).flatten(1, 2);
        Tensor weight = functional.pad(conv.weight.unflatten(0, groups, channelsOut), [0, 0, 0, 0, 0, missingIn, 0, missingOut]).flatten(0, 1);
        Tensor? bias = conv.bias is null ? null : functional.pad(conv.bias.unflatten(0, groups, channelsOut), [0, missingOut]).flatten();
        Tensor whole = functional.conv2d(x, weight, bias, conv.stride, conv.padding, groups: groups);
        return whole.unflatten(1, groups, channelsOut + missingOut).narrow(2, 0, channelsOut).flatten(1, 2);
    }

    private static long Missing(long channels) => (Block - (channels % Block)) % Block;
}
