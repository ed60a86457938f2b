using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Layers;

public sealed class LocalFeatureAttentionTests
{
    public static TheoryData<AttentionScoring> Scorings { get; } = Cases.Of<AttentionScoring>();

    public static TheoryData<AttentionScoring, LocalAttentionScaling> Readings { get; } =
        Cases.Of<AttentionScoring, LocalAttentionScaling>();

    [Theory]
    [MemberData(nameof(Readings))]
    public void Forward_UnequalSizes_KeepsTheShape(AttentionScoring scoring, LocalAttentionScaling scaling)
    {
        using var attention = new LocalFeatureAttention(5, scoring, scaling);
        using Tensor features = Numbers.Random(1, 2, 7, 5);
        using Tensor weighted = attention.call(features);

        weighted.shape.Should().Equal(2, 7, 5);
        weighted.dtype.Should().Be(ScalarType.Float32);
    }

    [Theory]
    [InlineData(LocalAttentionScaling.AsPrinted, 1.0)]
    [InlineData(LocalAttentionScaling.MeanOne, 2.0)]
    public void Forward_TwoStepsByHand_MultipliesEachByItsWeight(LocalAttentionScaling scaling, double factor)
    {
        using var attention = new LocalFeatureAttention(2, AttentionScoring.Dot, scaling);
        using var noGrad = no_grad();
        attention.state_dict()["score.query"].copy_(tensor([1.0f, 0.0f]));
        using Tensor features = Numbers.Create([0, 8, /**/ Math.Log(3), -4], ScalarType.Float32, 1, 2, 2);
        using Tensor weights = LayerChecks.WeightsOf(attention.Attend)(features);
        using Tensor weighted = attention.call(features);

        // exp(0) : exp(ln 3) = 1 : 3.
        Numbers.ShouldBe(weights, new[,] { { 0.25, 0.75 } }, 1e-6);
        Numbers.ShouldBe(weighted, new[,,] { { { 0, 2 * factor }, { 0.75 * Math.Log(3) * factor, -3 * factor } } }, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public void Forward_AnyWeights_EqualsPlainLoops(AttentionScoring scoring, LocalAttentionScaling scaling)
    {
        using var attention = new LocalFeatureAttention(5, scoring, scaling);
        Numbers.Randomise(attention, 30);
        using Tensor features = Numbers.Random(1, 2, 7, 5);
        double[,,] expected = PlainLayers.LocalAttention(
            Numbers.ArrayOf<double[,,]>(features), attention.state_dict(), "", scoring, scaling);

        using Tensor weighted = attention.call(features);

        Numbers.ShouldBe(weighted, expected, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Scorings))]
    public void Attend_AnyFeatures_IsAPositiveDistributionOverTheSteps(AttentionScoring scoring)
    {
        using var attention = new LocalFeatureAttention(5, scoring);
        Numbers.Randomise(attention, 30);
        using Tensor features = Numbers.Random(1, 3, 7, 5).mul_(4);
        double[,] expected = PlainLayers.AttentionWeights(Numbers.ArrayOf<double[,,]>(features), attention.state_dict(), "", scoring);

        using Tensor weights = LayerChecks.WeightsOf(attention.Attend)(features);

        Numbers.ShouldBe(weights, expected, 1e-6);
        Numbers.ValuesOf(weights).Should().OnlyContain(weight => weight > 0);
        using Tensor sums = weights.sum(1);
        Numbers.ShouldBe(sums, new double[] { 1, 1, 1 }, 1e-6);
    }

    [Fact]
    public void Scoring_EachValue_GivesOtherWeights()
    {
        using Tensor features = Numbers.Random(1, 1, 7, 5);
        string[] distributions =
        [
            .. Enum.GetValues<AttentionScoring>().Select(scoring =>
            {
                using var attention = new LocalFeatureAttention(5, scoring);
                using var noGrad = no_grad();
                attention.state_dict()["score.query"].fill_(1);
                using Tensor weights = LayerChecks.WeightsOf(attention.Attend)(features);
                return string.Join(' ', Numbers.ValuesOf(weights).Select(weight => weight.ToString("F4", null)));
            }),
        ];

        distributions.Should().OnlyHaveUniqueItems();
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public void Backward_AnyWeights_ReachesEveryParameterAndMatchesDifferences(AttentionScoring scoring, LocalAttentionScaling scaling)
    {
        using var attention = new LocalFeatureAttention(5, scoring, scaling);
        Numbers.Randomise(attention, 30);
        using Tensor features = Numbers.Random(1, 2, 7, 5);

        LayerChecks.GradientReachesEveryParameter(attention, features);
        attention.zero_grad();
        LayerChecks.GradientsMatchFiniteDifferences(attention, features);
    }

    [Theory]
    [InlineData(AttentionScoring.Additive, new[] { "score.projection.bias [5]", "score.projection.weight [5, 5]", "score.query [5]" })]
    [InlineData(AttentionScoring.Dot, new[] { "score.query [5]" })]
    [InlineData(AttentionScoring.ScaledDot, new[] { "score.query [5]" })]
    public void StateDict_EachScoring_HoldsWhatItNeeds(AttentionScoring scoring, string[] expected)
    {
        using var attention = new LocalFeatureAttention(5, scoring);

        attention.state_dict().Select(entry => $"{entry.Key} [{string.Join(", ", entry.Value.shape)}]").Order(StringComparer.Ordinal)
            .Should().Equal(expected);
    }

    [Theory]
    [MemberData(nameof(Scorings))]
    public void StateDict_LoadedIntoAnother_GivesEqualOutput(AttentionScoring scoring)
    {
        using var attention = new LocalFeatureAttention(5, scoring);
        using var other = new LocalFeatureAttention(5, scoring);
        using Tensor features = Numbers.Random(1, 2, 7, 5);

        LayerChecks.StateDictCarriesTheOutput(attention, other, features);
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public void Forward_ManyTimes_LeavesNoTensorBehind(AttentionScoring scoring, LocalAttentionScaling scaling)
    {
        using var attention = new LocalFeatureAttention(5, scoring, scaling);
        using Tensor features = Numbers.Random(1, 2, 7, 5);

        LayerChecks.LeavesNoTensorBehind(attention.call, features);
        LayerChecks.LeavesNoTensorBehind(LayerChecks.WeightsOf(attention.Attend), features);
    }

    [Theory]
    [MemberData(nameof(Scorings))]
    public void Constructor_InsideACallersScope_KeepsItsWeights(AttentionScoring scoring)
    {
        using Tensor features = Numbers.Random(1, 2, 7, 5);

        LayerChecks.OwnsItsWeights(() => new LocalFeatureAttention(5, scoring), features);
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public void Forward_Input_IsLeftAlone(AttentionScoring scoring, LocalAttentionScaling scaling)
    {
        using var attention = new LocalFeatureAttention(5, scoring, scaling);
        using Tensor features = Numbers.Random(1, 2, 7, 5);
        using Tensor oneStep = Numbers.Random(1, 2, 1, 5);

        LayerChecks.LeavesItsInputAlone(attention.call, features);
        LayerChecks.LeavesItsInputAlone(attention.call, oneStep);
        LayerChecks.LeavesItsInputAlone(LayerChecks.WeightsOf(attention.Attend), features);
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public void Forward_OneStep_LeavesTheFeaturesAsTheyAre(AttentionScoring scoring, LocalAttentionScaling scaling)
    {
        using var attention = new LocalFeatureAttention(3, scoring, scaling);
        using Tensor features = Numbers.Random(1, 2, 1, 3);
        using Tensor weighted = attention.call(features);

        Numbers.ShouldBe(weighted, Numbers.ArrayOf<double[,,]>(features), 0);
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
        using var attention = new LocalFeatureAttention(5);
        const string Expected = "LocalFeatureAttention expects features of shape [N, T, 5] with N and T of at least 1";

        LayerChecks.RefusesShape(attention.call, shape, Expected, "features");
        LayerChecks.RefusesShape(LayerChecks.WeightsOf(attention.Attend), shape, Expected, "features");
    }

    [Theory]
    [MemberData(nameof(Scorings))]
    public void Forward_WrongDtypeDeviceOrNull_SaysWhatWasGotAndExpected(AttentionScoring scoring)
    {
        using var attention = new LocalFeatureAttention(5, scoring);
        using Tensor features = Numbers.Random(1, 2, 7, 5);

        LayerChecks.RefusesOtherDtypeDeviceAndNull(attention.call, features, "LocalFeatureAttention", "features");
        LayerChecks.RefusesOtherDtypeDeviceAndNull(LayerChecks.WeightsOf(attention.Attend), features, "LocalFeatureAttention", "features");
    }

    [Theory]
    [InlineData(0, 0, 0, "featureSize is 0; expected 1 to 1048576.*")]
    [InlineData(1_048_577, 0, 0, "featureSize is 1048577; expected 1 to 1048576.*")]
    [InlineData(5, 3, 0, "scoring is 3; expected one of Additive, Dot, ScaledDot.*")]
    [InlineData(5, 0, 2, "scaling is 2; expected one of AsPrinted, MeanOne.*")]
    public void Constructor_ArgumentOutsideItsRange_SaysWhatWasGotAndExpected(int featureSize, int scoring, int scaling, string message)
    {
        Action act = () => _ = new LocalFeatureAttention(featureSize, (AttentionScoring)scoring, (LocalAttentionScaling)scaling);

        act.Should().ThrowExactly<ArgumentOutOfRangeException>().WithMessage(message);
    }
}
