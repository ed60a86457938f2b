using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Layers;

public sealed class GlobalFeatureAttentionTests
{
    public static TheoryData<AttentionScoring> Scorings { get; } = Cases.Of<AttentionScoring>();

    [Theory]
    [MemberData(nameof(Scorings))]
    public void Forward_UnequalSizes_GivesOneVectorASequence(AttentionScoring scoring)
    {
        using var attention = new GlobalFeatureAttention(5, scoring);
        using Tensor features = Numbers.Random(1, 2, 7, 5);
        using Tensor pooled = attention.call(features);

        pooled.shape.Should().Equal(2, 5);
        pooled.dtype.Should().Be(ScalarType.Float32);
    }

    [Fact]
    public void Forward_TwoStepsByHand_SumsThemByTheirWeights()
    {
        using var attention = new GlobalFeatureAttention(2, AttentionScoring.Dot);
        using var noGrad = no_grad();
        attention.state_dict()["score.query"].copy_(tensor([1.0f, 0.0f]));
        using Tensor features = Numbers.Create([0, 8, /**/ Math.Log(3), -4], ScalarType.Float32, 1, 2, 2);
        using Tensor weights = LayerChecks.WeightsOf(attention.Attend)(features);
        using Tensor pooled = attention.call(features);

        // exp(0) : exp(ln 3) = 1 : 3.
        Numbers.ShouldBe(weights, new[,] { { 0.25, 0.75 } }, 1e-6);
        Numbers.ShouldBe(pooled, new[,] { { 0.75 * Math.Log(3), -1 } }, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Scorings))]
    public void Forward_AnyWeights_EqualsPlainLoops(AttentionScoring scoring)
    {
        using var attention = new GlobalFeatureAttention(5, scoring);
        Numbers.Randomise(attention, 40);
        using Tensor features = Numbers.Random(1, 3, 7, 5).mul_(4);
        double[,,] plain = Numbers.ArrayOf<double[,,]>(features);
        double[,] expectedWeights = PlainLayers.AttentionWeights(plain, attention.state_dict(), "", scoring);

        using Tensor weights = LayerChecks.WeightsOf(attention.Attend)(features);
        using Tensor pooled = attention.call(features);

        Numbers.ShouldBe(weights, expectedWeights, 1e-6);
        Numbers.ShouldBe(pooled, PlainLayers.WeightedSum(plain, expectedWeights), 1e-5);
        Numbers.ValuesOf(weights).Should().OnlyContain(weight => weight > 0);
        using Tensor sums = weights.sum(1);
        Numbers.ShouldBe(sums, new double[] { 1, 1, 1 }, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Scorings))]
    public void Backward_AnyWeights_ReachesEveryParameterAndMatchesDifferences(AttentionScoring scoring)
    {
        using var attention = new GlobalFeatureAttention(5, scoring);
        Numbers.Randomise(attention, 40);
        using Tensor features = Numbers.Random(1, 2, 7, 5);

        LayerChecks.GradientReachesEveryParameter(attention, features);
        attention.zero_grad();
        LayerChecks.GradientsMatchFiniteDifferences(attention, features);
    }

    [Theory]
    [MemberData(nameof(Scorings))]
    public void StateDict_LoadedIntoAnother_GivesEqualOutput(AttentionScoring scoring)
    {
        using var attention = new GlobalFeatureAttention(5, scoring);
        using var other = new GlobalFeatureAttention(5, scoring);
        using Tensor features = Numbers.Random(1, 2, 7, 5);

        LayerChecks.StateDictCarriesTheOutput(attention, other, features);
    }

    [Theory]
    [MemberData(nameof(Scorings))]
    public void Forward_ManyTimes_LeavesNoTensorBehind(AttentionScoring scoring)
    {
        using var attention = new GlobalFeatureAttention(5, scoring);
        using Tensor features = Numbers.Random(1, 2, 7, 5);

        LayerChecks.LeavesNoTensorBehind(attention.call, features);
        LayerChecks.LeavesNoTensorBehind(LayerChecks.WeightsOf(attention.Attend), features);
    }

    [Theory]
    [MemberData(nameof(Scorings))]
    public void Constructor_InsideACallersScope_KeepsItsWeights(AttentionScoring scoring)
    {
        using Tensor features = Numbers.Random(1, 2, 7, 5);

        LayerChecks.OwnsItsWeights(() => new GlobalFeatureAttention(5, scoring), features);
    }

    [Theory]
    [MemberData(nameof(Scorings))]
    public void Forward_Input_IsLeftAlone(AttentionScoring scoring)
    {
        using var attention = new GlobalFeatureAttention(5, scoring);
        using Tensor features = Numbers.Random(1, 2, 7, 5);
        using Tensor oneStep = Numbers.Random(1, 2, 1, 5);

        LayerChecks.LeavesItsInputAlone(attention.call, features);
        LayerChecks.LeavesItsInputAlone(attention.call, oneStep);
        LayerChecks.LeavesItsInputAlone(LayerChecks.WeightsOf(attention.Attend), features);
    }

    [Theory]
    [MemberData(nameof(Scorings))]
    public void Constructor_Query_IsUniformWithinTheBoundsOfALinear(AttentionScoring scoring)
    {
        using var attention = new GlobalFeatureAttention(400, scoring);

        double[] query = Numbers.ValuesOf(attention.state_dict()["score.query"]);

        // 400 draws between -1/20 and 1/20: that all miss a tenth of the range has a chance of 5e-19.
        query.Max().Should().BeInRange(0.04, 0.05);
        query.Min().Should().BeInRange(-0.05, -0.04);
        query.Distinct().Should().HaveCountGreaterThan(390);
    }

    [Fact]
    public void Forward_OneStep_IsThatStep()
    {
        using var attention = new GlobalFeatureAttention(3);
        using Tensor features = Numbers.Create([1, -2, 3], ScalarType.Float32, 1, 1, 3);
        using Tensor pooled = attention.call(features);

        Numbers.ShouldBe(pooled, new double[,] { { 1, -2, 3 } }, 0);
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
        using var attention = new GlobalFeatureAttention(5);
        const string Expected = "GlobalFeatureAttention expects features of shape [N, T, 5] with N and T of at least 1";

        LayerChecks.RefusesShape(attention.call, shape, Expected, "features");
        LayerChecks.RefusesShape(LayerChecks.WeightsOf(attention.Attend), shape, Expected, "features");
    }

    [Theory]
    [MemberData(nameof(Scorings))]
    public void Forward_WrongDtypeDeviceOrNull_SaysWhatWasGotAndExpected(AttentionScoring scoring)
    {
        using var attention = new GlobalFeatureAttention(5, scoring);
        using Tensor features = Numbers.Random(1, 2, 7, 5);

        LayerChecks.RefusesOtherDtypeDeviceAndNull(attention.call, features, "GlobalFeatureAttention", "features");
        LayerChecks.RefusesOtherDtypeDeviceAndNull(LayerChecks.WeightsOf(attention.Attend), features, "GlobalFeatureAttention", "features");
    }

    [Theory]
    [InlineData(0, 0, "featureSize is 0; expected 1 to 1048576.*")]
    [InlineData(1_048_577, 0, "featureSize is 1048577; expected 1 to 1048576.*")]
    [InlineData(5, -1, "scoring is -1; expected one of Additive, Dot, ScaledDot.*")]
    public void Constructor_ArgumentOutsideItsRange_SaysWhatWasGotAndExpected(int featureSize, int scoring, string message)
    {
        Action act = () => _ = new GlobalFeatureAttention(featureSize, (AttentionScoring)scoring);

        act.Should().ThrowExactly<ArgumentOutOfRangeException>().WithMessage(message);
    }
}
