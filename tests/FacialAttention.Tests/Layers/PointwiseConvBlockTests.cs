using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Layers;

public sealed class PointwiseConvBlockTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forward_NonSquareImages_KeepsHeightAndWidth(bool batchNorm)
    {
        using var block = new PointwiseConvBlock(3, 4, batchNorm);
        using Tensor images = Numbers.Random(1, 2, 3, 5, 7);
        using Tensor features = block.call(images);

        features.shape.Should().Equal(2, 4, 5, 7);
        features.dtype.Should().Be(ScalarType.Float32);
    }

    [Fact]
    public void Forward_TwoChannelsByHand_MixesThemPointByPoint()
    {
        using var block = new PointwiseConvBlock(2, 1, batchNorm: false);
        using var noGrad = no_grad();
        block.state_dict()["conv.weight"].copy_(tensor([2.0f, -1.0f]).view(1, 2, 1, 1));
        block.state_dict()["conv.bias"].fill_(-0.5);
        using Tensor images = Numbers.Create([1, 2, 3, /**/ 1, 4, 1], ScalarType.Float32, 1, 2, 1, 3);
        using Tensor features = block.call(images);

        // 2 * 1 - 1 - 0.5 = 0.5; 2 * 2 - 4 - 0.5 is negative; 2 * 3 - 1 - 0.5 = 4.5.
        Numbers.ValuesOf(features).Should().Equal(0.5, 0, 4.5);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Forward_AnyWeights_EqualsPlainLoops(bool batchNorm, bool training)
    {
        using var block = new PointwiseConvBlock(3, 4, batchNorm);
        Numbers.Randomise(block, 10);
        block.train(training);
        using Tensor images = Numbers.Random(1, 2, 3, 5, 7);
        double[,,,] expected = PlainLayers.ConvBlock(Numbers.ArrayOf<double[,,,]>(images), block.state_dict(), "", training);
        expected.Cast<double>().Should().Contain(0).And.Contain(value => value > 0);

        using Tensor features = block.call(images);

        Numbers.ShouldBe(features, expected, 1e-5);
    }

    [Fact]
    public void Forward_TrainingMode_MovesTheRunningStatistics()
    {
        using var block = new PointwiseConvBlock(3, 4);
        Numbers.Randomise(block, 10);
        Dictionary<string, Tensor> state = block.state_dict();
        using Tensor images = Numbers.Random(1, 2, 3, 5, 7);
        double[,,,] mixed = PlainLayers.Conv(
            Numbers.ArrayOf<double[,,,]>(images), Numbers.ArrayOf<double[,,,]>(state["conv.weight"]), bias: null);
        (double[] mean, double[] variance) = PlainLayers.Moments(mixed);
        double unbiased = 70.0 / 69; // 2 images of 35 pixels
        double[] expectedMean = [.. Numbers.ValuesOf(state["norm.running_mean"]).Select((old, c) => (0.9 * old) + (0.1 * mean[c]))];
        double[] expectedVariance =
            [.. Numbers.ValuesOf(state["norm.running_var"]).Select((old, c) => (0.9 * old) + (0.1 * variance[c] * unbiased))];

        block.call(images).Dispose();

        Numbers.ShouldBe(state["norm.running_mean"], expectedMean, 1e-6);
        Numbers.ShouldBe(state["norm.running_var"], expectedVariance, 1e-6);
        state["norm.num_batches_tracked"].ToInt64().Should().Be(1);

        block.eval();
        block.call(images).Dispose();

        Numbers.ShouldBe(state["norm.running_mean"], expectedMean, 1e-6);
    }

    [Theory]
    [InlineData(true, new[] { "conv.weight", "norm.weight", "norm.bias" })]
    [InlineData(false, new[] { "conv.weight", "conv.bias" })]
    public void Parameters_WithNorm_HaveNoBiasThatTheNormCancels(bool batchNorm, string[] names)
    {
        using var block = new PointwiseConvBlock(3, 4, batchNorm);

        block.named_parameters().Select(parameter => parameter.name).Should().Equal(names);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Backward_AnyWeights_ReachesEveryParameterAndMatchesDifferences(bool batchNorm, bool training)
    {
        using var block = new PointwiseConvBlock(3, 4, batchNorm);
        Numbers.Randomise(block, 10);
        block.train(training);
        using Tensor images = Numbers.Random(1, 2, 3, 3, 5);

        LayerChecks.GradientReachesEveryParameter(block, images);
        block.zero_grad();
        LayerChecks.GradientsMatchFiniteDifferences(block, images);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void StateDict_LoadedIntoAnother_GivesEqualOutput(bool batchNorm)
    {
        using var block = new PointwiseConvBlock(3, 4, batchNorm);
        using var other = new PointwiseConvBlock(3, 4, batchNorm);
        using Tensor images = Numbers.Random(1, 2, 3, 5, 7);

        LayerChecks.StateDictCarriesTheOutput(block, other, images);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public void Forward_ManyTimes_LeavesNoTensorBehind(bool batchNorm, bool training)
    {
        using var block = new PointwiseConvBlock(3, 4, batchNorm);
        block.train(training);
        using Tensor images = Numbers.Random(1, 2, 3, 5, 7);

        LayerChecks.LeavesNoTensorBehind(block.call, images);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Constructor_InsideACallersScope_KeepsItsWeights(bool batchNorm)
    {
        using Tensor images = Numbers.Random(1, 2, 3, 5, 7);

        LayerChecks.OwnsItsWeights(() => new PointwiseConvBlock(3, 4, batchNorm), images);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forward_Input_IsLeftAlone(bool batchNorm)
    {
        using var block = new PointwiseConvBlock(1, 1, batchNorm);
        using Tensor images = Numbers.Random(1, 2, 1, 1, 1);

        LayerChecks.LeavesItsInputAlone(block.call, images);
    }

    [Theory]
    [InlineData("3, 5, 7")]
    [InlineData("1, 2, 3, 5, 7")]
    [InlineData("2, 1, 5, 7")]
    [InlineData("2, 5, 7, 3")]
    [InlineData("0, 3, 5, 7")]
    [InlineData("2, 3, 0, 7")]
    [InlineData("2, 3, 5, 0")]
    public void Forward_WrongShape_SaysWhatWasGotAndExpected(string shape)
    {
        using var block = new PointwiseConvBlock(3, 4);

        LayerChecks.RefusesShape(
            block.call,
            shape,
            "PointwiseConvBlock expects images of shape [N, 3, H, W] with N of at least 1 and H and W of at least 1",
            "images");
    }

    [Fact]
    public void Forward_WrongDtypeDeviceOrNull_SaysWhatWasGotAndExpected()
    {
        using var block = new PointwiseConvBlock(3, 4);
        using Tensor images = Numbers.Random(1, 2, 3, 5, 7);

        LayerChecks.RefusesOtherDtypeDeviceAndNull(block.call, images, "PointwiseConvBlock", "images");
    }

    [Theory]
    [InlineData(0, 4, "inChannels is 0; expected 1 to 1048576.*")]
    [InlineData(-3, 4, "inChannels is -3; expected 1 to 1048576.*")]
    [InlineData(3, 0, "outChannels is 0; expected 1 to 1048576.*")]
    [InlineData(1_048_577, 4, "inChannels is 1048577; expected 1 to 1048576.*")]
    [InlineData(3, 1_048_577, "outChannels is 1048577; expected 1 to 1048576.*")]
    public void Constructor_ArgumentOutsideItsRange_SaysWhatWasGotAndExpected(int inChannels, int outChannels, string message)
    {
        Action act = () => _ = new PointwiseConvBlock(inChannels, outChannels);

        act.Should().ThrowExactly<ArgumentOutOfRangeException>().WithMessage(message);
    }
}
