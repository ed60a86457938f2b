using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Layers;

public sealed class AttentiveLstmClassifierTests
{
    public static TheoryData<SequencePooling> Poolings { get; } = Cases.Of<SequencePooling>();

    public static TheoryData<SequencePooling, int> PoolingsAndLayers { get; } = Cases.Of<SequencePooling, int>(1, 2, 3);

    private static AttentiveLstmClassifier Create(SequencePooling pooling, int layers = 2) =>
        new(featureSize: 5, classes: 3, hiddenSize: 4, layers, pooling);

    [Theory]
    [MemberData(nameof(Poolings))]
    public void Forward_UnequalSizes_GivesLogits(SequencePooling pooling)
    {
        using var classifier = new AttentiveLstmClassifier(6, 3, 4, 2, pooling);
        using Tensor features = Numbers.Random(1, 2, 7, 6);
        using Tensor logits = classifier.call(features);

        logits.shape.Should().Equal(2, 3);
        logits.dtype.Should().Be(ScalarType.Float32);
    }

    [Fact]
    public void Constructor_Defaults_AreThePapersTwoLayersOf512WithAttention()
    {
        using var classifier = new AttentiveLstmClassifier(6, 3);
        Dictionary<string, Tensor> state = classifier.state_dict();

        state["lstm.weight_hh_l1"].shape.Should().Equal(4 * 512, 512);
        state.Should().ContainKey("global_attention.score.projection.weight").And.NotContainKey("lstm.weight_hh_l2");
        state.Keys.Should().NotContain(key => key.Contains("reverse", StringComparison.Ordinal));
    }

    [Fact]
    public void Forward_OneUnitByHand_FollowsTheGates()
    {
        using var classifier = new AttentiveLstmClassifier(1, 2, hiddenSize: 1, layers: 1, SequencePooling.Mean);
        using var noGrad = no_grad();
        Dictionary<string, Tensor> state = classifier.state_dict();
        state["lstm.weight_ih_l0"].copy_(tensor([1.0f, 0, 2, 0]).view(4, 1)); // rows: input, forget, cell, output
        state["lstm.weight_hh_l0"].zero_();
        state["lstm.bias_ih_l0"].copy_(tensor([0.0f, 1, 0, 3]));
        state["lstm.bias_hh_l0"].copy_(tensor([0.0f, 1, 0, 1]));
        state["linear.weight"].copy_(tensor([1.0f, -2]).view(2, 1));
        state["linear.bias"].copy_(tensor([0.0f, 5]));
        using Tensor features = Numbers.Create([1, -1], ScalarType.Float32, 1, 2, 1);
        using Tensor logits = classifier.call(features);

        // c1 = s(1) tanh(2) = 0.7310586 * 0.9640276 = 0.7047606; h1 = s(4) tanh(c1) = 0.9820138 * 0.6073808 = 0.5964564.
        // c2 = s(2) c1 + s(-1) tanh(-2) = 0.8807971 * 0.7047606 - 0.2689414 * 0.9640276 = 0.3614842; h2 = s(4) tanh(c2) = 0.3402881.
        const double Mean = (0.5964564 + 0.3402881) / 2;
        Numbers.ShouldBe(logits, new[,] { { Mean, 5 - (2 * Mean) } }, 1e-6);
    }

    [Theory]
    [MemberData(nameof(PoolingsAndLayers))]
    public void Forward_AnyWeights_EqualsPlainLoops(SequencePooling pooling, int layers)
    {
        foreach (AttentionScoring scoring in Enum.GetValues<AttentionScoring>())
        {
            using var classifier = new AttentiveLstmClassifier(6, 3, 4, layers, pooling, scoring);
            Numbers.Randomise(classifier, 50);
            using Tensor features = Numbers.Random(1, 2, 7, 6).mul_(2);
            double[,] expected = PlainLayers.Classifier(
                Numbers.ArrayOf<double[,,]>(features), classifier.state_dict(), "", layers, pooling, scoring);

            using Tensor logits = classifier.call(features);

            Numbers.ShouldBe(logits, expected, 1e-5);
        }
    }

    [Theory]
    [MemberData(nameof(PoolingsAndLayers))]
    public void Forward_WithoutGradient_GivesTheSameLogits(SequencePooling pooling, int layers)
    {
        using var classifier = Create(pooling, layers);
        Numbers.Randomise(classifier, 50);
        using Tensor features = Numbers.Random(1, 2, 7, 5);
        using Tensor training = classifier.call(features);
        classifier.eval();
        using var noGrad = no_grad();
        using Tensor predicting = classifier.call(features);

        Numbers.ShouldBe(predicting, Numbers.ArrayOf<double[,]>(training), 1e-6);
    }

    [Fact]
    public void StateDict_Keys_AreThoseOfPyTorch()
    {
        using var classifier = Create(SequencePooling.Attention);

        classifier.state_dict().Select(entry => $"{entry.Key} [{string.Join(", ", entry.Value.shape)}]").Should().BeEquivalentTo(
            "lstm.weight_ih_l0 [16, 5]", "lstm.weight_hh_l0 [16, 4]", "lstm.bias_ih_l0 [16]", "lstm.bias_hh_l0 [16]",
            "lstm.weight_ih_l1 [16, 4]", "lstm.weight_hh_l1 [16, 4]", "lstm.bias_ih_l1 [16]", "lstm.bias_hh_l1 [16]",
            "global_attention.score.query [4]",
            "global_attention.score.projection.weight [4, 4]", "global_attention.score.projection.bias [4]",
            "linear.weight [3, 4]", "linear.bias [3]");
    }

    [Theory]
    [MemberData(nameof(PoolingsAndLayers))]
    public void Backward_AnyWeights_ReachesEveryParameterAndMatchesDifferences(SequencePooling pooling, int layers)
    {
        using var classifier = Create(pooling, layers);
        Numbers.Randomise(classifier, 50);
        using Tensor features = Numbers.Random(1, 2, 7, 5);

        LayerChecks.GradientReachesEveryParameter(classifier, features);
        classifier.zero_grad();
        LayerChecks.GradientsMatchFiniteDifferences(classifier, features);
    }

    [Theory]
    [MemberData(nameof(Poolings))]
    public void StateDict_LoadedIntoAnother_GivesEqualOutput(SequencePooling pooling)
    {
        using var classifier = Create(pooling);
        using var other = Create(pooling);
        using Tensor features = Numbers.Random(1, 2, 7, 5);

        LayerChecks.StateDictCarriesTheOutput(classifier, other, features);
    }

    [Theory]
    [MemberData(nameof(Poolings))]
    public void Forward_ManyTimes_LeavesNoTensorBehind(SequencePooling pooling)
    {
        using var classifier = Create(pooling);
        using Tensor features = Numbers.Random(1, 2, 7, 5);

        LayerChecks.LeavesNoTensorBehind(classifier.call, features);
    }

    [Theory]
    [MemberData(nameof(Poolings))]
    public void Constructor_InsideACallersScope_KeepsItsWeights(SequencePooling pooling)
    {
        using Tensor features = Numbers.Random(1, 2, 7, 5);

        LayerChecks.OwnsItsWeights(() => Create(pooling), features);
    }

    [Theory]
    [MemberData(nameof(Poolings))]
    public void Forward_Input_IsLeftAlone(SequencePooling pooling)
    {
        using var classifier = Create(pooling);
        using Tensor features = Numbers.Random(1, 2, 7, 5);

        LayerChecks.LeavesItsInputAlone(classifier.call, features);
    }

    [Theory]
    [MemberData(nameof(Poolings))]
    public void Forward_FeaturesThatAreNotOurs_Work(SequencePooling pooling)
    {
        using var classifier = new AttentiveLstmClassifier(3, 2, 4, 1, pooling);
        using Tensor oneStep = Numbers.Random(1, 1, 1, 3);
        using Tensor transposed = Numbers.Random(1, 3, 9, 2).transpose(0, 2); // [2, 9, 3], not contiguous

        using Tensor logits = classifier.call(oneStep);
        using Tensor strided = classifier.call(transposed);
        using Tensor contiguous = classifier.call(transposed.contiguous());

        logits.shape.Should().Equal(1, 2);
        Numbers.ShouldBe(strided, Numbers.ArrayOf<double[,]>(contiguous), 1e-6);
    }

    [Theory]
    [InlineData("7, 5")]
    [InlineData("1, 2, 7, 5")]
    [InlineData("2, 7, 4")]
    [InlineData("2, 5, 7")]
    [InlineData("0, 7, 5")]
    [InlineData("2, 0, 5")]
    public void Forward_WrongShape_SaysWhatWasGotAndExpected(string shape)
    {
        using var classifier = Create(SequencePooling.Mean);

        LayerChecks.RefusesShape(
            classifier.call, shape, "AttentiveLstmClassifier expects features of shape [N, T, 5] with N and T of at least 1", "features");
    }

    [Theory]
    [MemberData(nameof(Poolings))]
    public void Forward_WrongDtypeDeviceOrNull_SaysWhatWasGotAndExpected(SequencePooling pooling)
    {
        using var classifier = Create(pooling);
        using Tensor features = Numbers.Random(1, 2, 7, 5);

        LayerChecks.RefusesOtherDtypeDeviceAndNull(classifier.call, features, "AttentiveLstmClassifier", "features");
    }

    [Theory]
    [InlineData("featureSize is 0; expected 1 to 1048576.*", 0, 3, 4, 2, 1, 0)]
    [InlineData("featureSize is 1048577; expected 1 to 1048576.*", 1_048_577, 3, 4, 2, 1, 0)]
    [InlineData("classes is 1; expected 2 to 1048576.*", 5, 1, 4, 2, 1, 0)]
    [InlineData("classes is 1048577; expected 2 to 1048576.*", 5, 1_048_577, 4, 2, 1, 0)]
    [InlineData("hiddenSize is 0; expected 1 to 1048576.*", 5, 3, 0, 2, 1, 0)]
    [InlineData("hiddenSize is 1048577; expected 1 to 1048576.*", 5, 3, 1_048_577, 2, 1, 0)]
    [InlineData("layers is 0; expected 1 to 64.*", 5, 3, 4, 0, 1, 0)]
    [InlineData("layers is 65; expected 1 to 64.*", 5, 3, 4, 65, 1, 0)]
    [InlineData("pooling is 2; expected one of Mean, Attention.*", 5, 3, 4, 2, 2, 0)]
    [InlineData("scoring is 3; expected one of Additive, Dot, ScaledDot.*", 5, 3, 4, 2, 0, 3)]
    public void Constructor_ArgumentOutsideItsRange_SaysWhatWasGotAndExpected(
        string message, int featureSize, int classes, int hiddenSize, int layers, int pooling, int scoring)
    {
        Action act = () => _ = new AttentiveLstmClassifier(
            featureSize, classes, hiddenSize, layers, (SequencePooling)pooling, (AttentionScoring)scoring);

        act.Should().ThrowExactly<ArgumentOutOfRangeException>().WithMessage(message);
    }

    [Theory]
    [InlineData(SequencePooling.Mean, 0)]
    [InlineData(SequencePooling.Attention, 7 * 4 * 4)] // the projection of 7 states of 4
    public void CountMultiplyAdds_TwoLayers_CountsGatesAttentionAndLinear(SequencePooling pooling, long attention)
    {
        using var classifier = new AttentiveLstmClassifier(6, 3, 4, 2, pooling);

        // Per step and layer 4 gates of 4 units: on 6 features and 4 states, then on 4 and 4. Once: 4 x 3.
        classifier.CountMultiplyAdds(steps: 7).Should().Be((7 * 16 * (6 + 4)) + (7 * 16 * (4 + 4)) + attention + (4 * 3));
    }
}
