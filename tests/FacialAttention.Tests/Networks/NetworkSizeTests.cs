using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Networks;

public sealed class NetworkSizeTests
{
    public static TheoryData<NetworkVariant> Variants { get; } = Cases.Of<NetworkVariant>();

    [Theory]
    [MemberData(nameof(Variants))]
    public void WeightsOf_AnyOptions_IsTheSizeOfTheStateDict(NetworkVariant variant)
    {
        Action<ExpressionNetworkOptions>[] edits =
        [
            _ => { },
            options => options.BatchNorm = false,
            options => options.Scoring = AttentionScoring.ScaledDot,
            options => options.Bidirectional = true,
            options => (options.LstmLayers, options.LstmHiddenSize, options.CnnHiddenSize) = (3, 7, 8),
            options => (options.LstmLayers, options.Bidirectional) = (1, true),
            options => (options.ImageHeight, options.ImageWidth, options.CropHeight, options.CropWidth) = (33, 50, 17, 25),
            options => (options.BackboneStages, options.Labels) = (null, ExpressionLabels.CkPlus),
            options => options.BackboneStages = TinyNetwork.ResidualStages,
            options => (options.BackboneStages, options.BatchNorm) = (TinyNetwork.ResidualStages, false),
        ];
        foreach (Action<ExpressionNetworkOptions> edit in edits)
        {
            ExpressionNetworkOptions options = TinyNetwork.Options();
            edit(options);
            using var network = new ExpressionNetwork(variant, options);

            NetworkSize.WeightsOf(() => new ExpressionNetwork(variant, options))
                .Should().Be(network.state_dict().Values.Sum(weight => weight.numel()));
        }
    }

    [Fact]
    public void WeightsOf_NetworkThatFillsNoMachine_CountsItAndLeavesNothing()
    {
        var options = new ExpressionNetworkOptions { LstmHiddenSize = 8192, LstmLayers = 16, Bidirectional = true };
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        long weights = NetworkSize.WeightsOf(() => new ExpressionNetwork(NetworkVariant.AcnnAlstm, options));

        // 16 layers of two directions of 4 x 8,192 units on 16,384 inputs (64 in the first) and 8,192 states: 24 billion and more.
        weights.Should().BeGreaterThan(2L * 4 * 8192 * (8192 + 64 + (15 * (16_384 + 8192)))).And.BeLessThan(30_000_000_000);
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void WeightsOf_ConstructorThatThrows_LeavesTheNextNetworkOnTheCpu()
    {
        FluentActions.Invoking(() => NetworkSize.WeightsOf(() => new ConvBackbone([])))
            .Should().ThrowExactly<ArgumentException>();

        using var block = new PointwiseConvBlock(1, 2);
        using var backbone = new ConvBackbone();
        backbone.parameters().Concat(block.parameters()).Should().OnlyContain(weight => weight.device_type == DeviceType.CPU);
    }

    [Fact]
    public void MultiplyAddsOf_NonSquareImages_CountsEveryConvolutionAtItsSize()
    {
        using var backbone = new ConvBackbone([new(1, 3), new(3, 4, Pool: true), new(5, 3, Pool: true)], inChannels: 2);
        using Tensor images = Numbers.Random(1, 1, 2, 7, 10);

        // 7x10: 1x1 from 2 to 3, 3x3 from 3 to 4; then at 4x5: 5x5 from 4 to 3.
        NetworkSize.MultiplyAddsOf(backbone, images).Should().Be((70 * 1 * 2 * 3) + (70 * 9 * 3 * 4) + (20 * 25 * 4 * 3));
    }

    [Fact]
    public void MultiplyAddsOf_Block_CountsItsShortcutAndSqueezeExcitationToo()
    {
        using var backbone = new ConvBackbone(
            [new(3, 6, Pool: true, Convolutions: 3, Shortcut: true, SqueezeExcitationReduction: 2), new(3, 6, Shortcut: true)], inChannels: 2);
        using Tensor images = Numbers.Random(1, 1, 2, 7, 10);

        // 7x10: 3x3 from 2 to 6 and twice from 6 to 6, 1x1 from 2 to 6; once from 6 to 3 and back. At 4x5: 3x3 from 6 to 6, and a sum.
        NetworkSize.MultiplyAddsOf(backbone, images).Should().Be(
            (70 * ((9 * 2 * 6) + (2 * 9 * 6 * 6) + (2 * 6))) + (2 * 6 * 3) + (20 * 9 * 6 * 6));
        NetworkSize.ParametersOf(backbone).Should().Be(
            (9 * 2 * 6) + (3 * 9 * 6 * 6) + (2 * 6) + (5 * 2 * 6) + ((6 * 3) + 3 + (3 * 6) + 6));
    }

    [Theory]
    [InlineData(AttentionScoring.Additive, 7 * 5 * 5)]
    [InlineData(AttentionScoring.Dot, 0)]
    [InlineData(AttentionScoring.ScaledDot, 0)]
    public void MultiplyAddsOf_Attention_CountsTheProjectionIfThereIsOne(AttentionScoring scoring, long expected)
    {
        using var attention = new GlobalFeatureAttention(5, scoring);
        using Tensor features = Numbers.Random(1, 1, 7, 5);

        NetworkSize.MultiplyAddsOf(attention, features).Should().Be(expected);
    }

    [Theory]
    [InlineData(SequencePooling.Mean, 0)]
    [InlineData(SequencePooling.Attention, 7 * 4 * 4)] // the projection of 7 states of 4
    public void MultiplyAddsOf_TwoLayers_CountsGatesAttentionAndLinear(SequencePooling pooling, long attention)
    {
        using var classifier = new AttentiveLstmClassifier(6, 3, 4, 2, pooling);
        using Tensor features = Numbers.Random(1, 1, 7, 6);

        // Per step and layer 4 gates of 4 units: on 6 features and 4 states, then on 4 and 4. Once: 4 x 3.
        NetworkSize.MultiplyAddsOf(classifier, features).Should().Be((7 * 16 * (6 + 4)) + (7 * 16 * (4 + 4)) + attention + (4 * 3));
    }

    [Theory]
    [InlineData(SequencePooling.Mean, 0)]
    [InlineData(SequencePooling.Attention, 7 * 8 * 8)] // the projection of 7 states of 8
    public void MultiplyAddsOf_BothDirections_CountsEachWithInputOfTwiceTheSize(SequencePooling pooling, long attention)
    {
        using var classifier = new AttentiveLstmClassifier(6, 3, 4, 3, pooling, bidirectional: true);
        using Tensor features = Numbers.Random(1, 1, 7, 6);

        // As above, twice; layers 2 and 3 have 8 entries of input and 4 of state. Once: 8 x 3.
        NetworkSize.MultiplyAddsOf(classifier, features).Should().Be(
            (2 * 7 * 16 * (6 + 4)) + (2 * 2 * 7 * 16 * (8 + 4)) + attention + (8 * 3));
    }

    [Fact]
    public void MultiplyAdds_Twice_AreEqualAndLeaveTheNetworkAsItWas()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        network.train();
        Module frozen = network.named_modules().First(part => part.name == "backbone.c1").module;
        frozen.eval();
        double[] before = [.. network.state_dict().Values.SelectMany(Numbers.ValuesOf)];
        bool[] modes = [.. network.modules().Select(module => module.training)];
        long live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        long first = network.MultiplyAdds;
        long second = network.MultiplyAdds;

        second.Should().Be(first).And.BePositive();
        network.modules().Select(module => module.training).Should().Equal(modes).And.Contain(false).And.Contain(true);
        network.state_dict().Values.SelectMany(Numbers.ValuesOf).Should().Equal(before);
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
    }
}
