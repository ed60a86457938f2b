using FacialAttention.Tests.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Layers;

public sealed class WholeBlocksTests
{
    /// <summary>Channels of which oneDNN, with AVX2 or AVX-512, reads what nobody wrote; groups, strides, biases and sides that are not equal.</summary>
    [Theory]
    [InlineData(15, 4, 3, 1, 1)]
    [InlineData(20, 24, 3, 1, 2)]
    [InlineData(7, 7, 9, 1, 1)]
    [InlineData(12, 36, 3, 3, 1)]
    [InlineData(36, 4, 3, 2, 2)]
    public void Convolve_BlocksThatAreNotFull_EqualsTheModuleInDoublePrecision(int channelsIn, int channelsOut, int kernel, int groups, int stride)
    {
        using var scope = NewDisposeScope();
        using Conv2d conv = Conv2d(channelsIn, channelsOut, kernel, stride, kernel / 2, groups: groups);
        Tensor maps = Numbers.RandomImages(1, ScalarType.Float32, 17, channelsIn, 10, 12).requires_grad_(true);
        LeaveNaN();
        Tensor result = WholeBlocks.Convolve(maps, conv);
        LeaveNaN();
        result.square().sum().backward();
        (Tensor input, Tensor weight, Tensor bias) = (maps.grad!, conv.weight.grad!, conv.bias!.grad!);

        using Conv2d precise = Conv2d(channelsIn, channelsOut, kernel, stride, kernel / 2, groups: groups, dtype: ScalarType.Float64);
        precise.load_state_dict(conv.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.to(ScalarType.Float64)));
        Tensor same = maps.detach().to(ScalarType.Float64).requires_grad_(true);
        Tensor expected = precise.call(same);
        expected.square().sum().backward();

        ShouldEqual(result, expected);
        ShouldEqual(input, same.grad!);
        ShouldEqual(weight, precise.weight.grad!);
        ShouldEqual(bias, precise.bias!.grad!);
    }

    [Theory]
    [InlineData(1, 32, 3)]
    [InlineData(32, 48, 3)]
    [InlineData(20, 20, 1)]
    public void Convolve_FullBlocks_HasTheBitsOfTheModule(int channelsIn, int channelsOut, int kernel)
    {
        using var scope = NewDisposeScope();
        using Conv2d conv = Conv2d(channelsIn, channelsOut, kernel, padding: kernel / 2);
        Tensor maps = Numbers.RandomImages(1, ScalarType.Float32, 16, channelsIn, 10, 12);

        WholeBlocks.Convolve(maps, conv).Equals(conv.call(maps)).Should().BeTrue();
    }

    /// <summary>Frees blocks of all sizes that hold NaN, so that who reads memory that nobody wrote finds it.</summary>
    private static void LeaveNaN()
    {
        using var scope = NewDisposeScope();
        for (int count = 16; count <= 1 << 20; count *= 2)
        {
            for (int copy = 0; copy < 8; copy++)
            {
                _ = full([count], float.NaN);
            }
        }
    }

    private static void ShouldEqual(Tensor single, Tensor expected)
    {
        single.shape.Should().Equal(expected.shape);
        double error = (single.to(ScalarType.Float64) - expected).abs().max().item<double>() / expected.abs().max().item<double>();
        error.Should().BeLessThan(1e-5);
    }
}
