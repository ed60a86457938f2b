using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Layers;

public sealed class AttentiveLstmClassifierTests
{
    public static TheoryData<SequencePooling, bool> PoolingsAndDirections { get; } = Cases.Of<SequencePooling, bool>(false, true);

    public static TheoryData<SequencePooling, int, bool> PoolingsLayersAndDirections { get; } = CreateCases();

    private static TheoryData<SequencePooling, int, bool> CreateCases()
    {
        var cases = new TheoryData<SequencePooling, int, bool>();
        foreach (SequencePooling pooling in Enum.GetValues<SequencePooling>())
        {
            foreach (int layers in (int[])[1, 2, 3])
            {
                cases.Add(pooling, layers, false);
                cases.Add(pooling, layers, true);
            }
        }

        return cases;
    }

    private static AttentiveLstmClassifier Create(
        SequencePooling pooling, bool bidirectional = false, int layers = 2, double dropout = 0) =>
        new(featureSize: 5, classes: 3, hiddenSize: 4, layers, pooling, bidirectional: bidirectional, dropout: dropout);

    [Theory]
    [MemberData(nameof(PoolingsAndDirections))]
    public void Forward_UnequalSizes_GivesLogits(SequencePooling pooling, bool bidirectional)
    {
        using var classifier = new AttentiveLstmClassifier(6, 3, 4, 2, pooling, bidirectional: bidirectional);
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
    [MemberData(nameof(PoolingsLayersAndDirections))]
    public void Forward_AnyWeights_EqualsPlainLoops(SequencePooling pooling, int layers, bool bidirectional)
    {
        foreach (AttentionScoring scoring in Enum.GetValues<AttentionScoring>())
        {
            using var classifier = new AttentiveLstmClassifier(6, 3, 4, layers, pooling, scoring, bidirectional);
            Numbers.Randomise(classifier, 50);
            using Tensor features = Numbers.Random(1, 2, 7, 6).mul_(2);
            double[,] expected = PlainLayers.Classifier(
                Numbers.ArrayOf<double[,,]>(features), classifier.state_dict(), "", layers, pooling, scoring, bidirectional);

            using Tensor logits = classifier.call(features);

            Numbers.ShouldBe(logits, expected, 1e-5);
        }
    }

    [Theory]
    [MemberData(nameof(PoolingsLayersAndDirections))]
    public void Forward_WithoutGradient_GivesTheSameLogits(SequencePooling pooling, int layers, bool bidirectional)
    {
        using var classifier = Create(pooling, bidirectional, layers);
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

    [Fact]
    public void StateDict_KeysOfBothDirections_AreThoseOfPyTorch()
    {
        using var classifier = Create(SequencePooling.Attention, bidirectional: true);

        classifier.state_dict().Select(entry => $"{entry.Key} [{string.Join(", ", entry.Value.shape)}]").Should().BeEquivalentTo(
            "lstm.weight_ih_l0 [16, 5]", "lstm.weight_hh_l0 [16, 4]", "lstm.bias_ih_l0 [16]", "lstm.bias_hh_l0 [16]",
            "lstm.weight_ih_l0_reverse [16, 5]", "lstm.weight_hh_l0_reverse [16, 4]",
            "lstm.bias_ih_l0_reverse [16]", "lstm.bias_hh_l0_reverse [16]",
            "lstm.weight_ih_l1 [16, 8]", "lstm.weight_hh_l1 [16, 4]", "lstm.bias_ih_l1 [16]", "lstm.bias_hh_l1 [16]",
            "lstm.weight_ih_l1_reverse [16, 8]", "lstm.weight_hh_l1_reverse [16, 4]",
            "lstm.bias_ih_l1_reverse [16]", "lstm.bias_hh_l1_reverse [16]",
            "global_attention.score.query [8]",
            "global_attention.score.projection.weight [8, 8]", "global_attention.score.projection.bias [8]",
            "linear.weight [3, 8]", "linear.bias [3]");
    }

    [Fact]
    public void Forward_SequenceAndDirectionsReversed_GivesTheSameLogits()
    {
        using var classifier = Create(SequencePooling.Mean, bidirectional: true, layers: 1);
        Numbers.Randomise(classifier, 50);
        using Tensor features = Numbers.Random(1, 2, 7, 5);
        using Tensor logits = classifier.call(features);
        using Tensor reversed = features.flip(1);
        using Tensor before = classifier.call(reversed);

        using (var scope = NewDisposeScope())
        using (no_grad())
        {
            Dictionary<string, Tensor> state = classifier.state_dict();
            foreach (string key in (string[])["lstm.weight_ih_l0", "lstm.weight_hh_l0", "lstm.bias_ih_l0", "lstm.bias_hh_l0"])
            {
                Tensor forward = state[key].clone();
                state[key].copy_(state[$"{key}_reverse"]);
                state[$"{key}_reverse"].copy_(forward);
            }

            state["linear.weight"].copy_(state["linear.weight"].roll(4, 1)); // exchanges the halves of the hidden states
        }

        using Tensor after = classifier.call(reversed);

        Numbers.ShouldBe(after, Numbers.ArrayOf<double[,]>(logits), 1e-6);
        Numbers.ValuesOf(before).Zip(Numbers.ValuesOf(logits), (a, b) => Math.Abs(a - b)).Max().Should().BeGreaterThan(1e-3);
    }

    [Theory]
    [MemberData(nameof(PoolingsAndDirections))]
    public void Dropout_WhileTraining_ZeroesEntriesOfThePooledVectorAndScalesTheOthers(SequencePooling pooling, bool bidirectional)
    {
        const double Dropout = 0.4;
        using var classifier = Create(pooling, bidirectional, dropout: Dropout);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Numbers.Randomise(classifier, 50);
        Dictionary<string, Tensor> state = classifier.state_dict();
        int size = bidirectional ? 8 : 4;
        state["linear.weight"].zero_();
        state["linear.weight"][0, size - 1] = 1; // the first logit is the last entry of the pooled vector
        state["linear.bias"].zero_();
        Tensor features = Numbers.Random(1, 1, 7, 5).expand(1000, 7, 5);
        classifier.eval();
        double entry = Numbers.ValuesOf(classifier.call(features)).First();
        classifier.train();
        manual_seed(3);

        double[] entries = [.. Numbers.ValuesOf(classifier.call(features)).Where((_, i) => i % 3 == 0)];

        entries.Should().HaveCount(1000);
        entries.Count(got => got == 0).Should().BeInRange(340, 460); // 400 +- 60, four standard deviations
        entries.Where(got => got != 0).Should().AllSatisfy(got => got.Should().BeApproximately(entry / (1 - Dropout), 1e-6));
    }

    [Fact]
    public void Dropout_Generator_DecidesInTrainingAlone()
    {
        using var classifier = Create(SequencePooling.Attention, dropout: 0.5);
        using Tensor features = Numbers.Random(1, 20, 7, 5);

        double[] first = Seeded(3), same = Seeded(3), other = Seeded(4);
        classifier.eval();
        double[] evaluated = Seeded(3), again = Seeded(4);

        same.Should().Equal(first);
        other.Should().NotEqual(first);
        evaluated.Should().NotEqual(first);
        again.Should().Equal(evaluated);

        double[] Seeded(long seed)
        {
            manual_seed(seed);
            using Tensor logits = classifier.call(features);
            return Numbers.ValuesOf(logits);
        }
    }

    [Theory]
    [MemberData(nameof(PoolingsAndDirections))]
    public void Dropout_Zero_DrawsNothingAndLeavesTheLogits(SequencePooling pooling, bool bidirectional)
    {
        using var classifier = Create(pooling, bidirectional);
        using Tensor features = Numbers.Random(1, 20, 7, 5);
        using Tensor before = get_rng_state();
        using Tensor trained = classifier.call(features);
        using Tensor after = get_rng_state();
        classifier.eval();
        using Tensor evaluated = classifier.call(features);

        after.bytes.ToArray().Should().Equal(before.bytes.ToArray());
        Numbers.ValuesOf(trained).Should().Equal(Numbers.ValuesOf(evaluated));
    }

    [Theory]
    [MemberData(nameof(PoolingsLayersAndDirections))]
    public void Backward_AnyWeights_ReachesEveryParameterAndMatchesDifferences(SequencePooling pooling, int layers, bool bidirectional)
    {
        using var classifier = Create(pooling, bidirectional, layers);
        Numbers.Randomise(classifier, 50);
        using Tensor features = Numbers.Random(1, 2, 7, 5);

        LayerChecks.GradientReachesEveryParameter(classifier, features);
        classifier.zero_grad();
        LayerChecks.GradientsMatchFiniteDifferences(classifier, features);
    }

    [Theory]
    [MemberData(nameof(PoolingsAndDirections))]
    public void StateDict_LoadedIntoAnother_GivesEqualOutput(SequencePooling pooling, bool bidirectional)
    {
        using var classifier = Create(pooling, bidirectional);
        using var other = Create(pooling, bidirectional);
        using Tensor features = Numbers.Random(1, 2, 7, 5);

        LayerChecks.StateDictCarriesTheOutput(classifier, other, features);
    }

    [Theory]
    [MemberData(nameof(PoolingsAndDirections))]
    public void Forward_ManyTimes_LeavesNoTensorBehind(SequencePooling pooling, bool bidirectional)
    {
        using var classifier = Create(pooling, bidirectional);
        using Tensor features = Numbers.Random(1, 2, 7, 5);

        LayerChecks.LeavesNoTensorBehind(classifier.call, features);
    }

    [Theory]
    [MemberData(nameof(PoolingsAndDirections))]
    public void Constructor_InsideACallersScope_KeepsItsWeights(SequencePooling pooling, bool bidirectional)
    {
        using Tensor features = Numbers.Random(1, 2, 7, 5);

        LayerChecks.OwnsItsWeights(() => Create(pooling, bidirectional), features);
    }

    [Theory]
    [MemberData(nameof(PoolingsAndDirections))]
    public void Forward_Input_IsLeftAlone(SequencePooling pooling, bool bidirectional)
    {
        using var classifier = Create(pooling, bidirectional);
        using Tensor features = Numbers.Random(1, 2, 7, 5);

        LayerChecks.LeavesItsInputAlone(classifier.call, features);
    }

    [Theory]
    [MemberData(nameof(PoolingsAndDirections))]
    public void Forward_FeaturesThatAreNotOurs_Work(SequencePooling pooling, bool bidirectional)
    {
        using var classifier = new AttentiveLstmClassifier(3, 2, 4, 1, pooling, bidirectional: bidirectional);
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
    [MemberData(nameof(PoolingsAndDirections))]
    public void Forward_WrongDtypeDeviceOrNull_SaysWhatWasGotAndExpected(SequencePooling pooling, bool bidirectional)
    {
        using var classifier = Create(pooling, bidirectional);
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
    [InlineData("dropout is -0.01; expected 0 to 0.9.*", -0.01)]
    [InlineData("dropout is 0.91; expected 0 to 0.9.*", 0.91)]
    [InlineData("dropout is NaN; expected 0 to 0.9.*", double.NaN)]
    public void Constructor_DropoutOutsideItsRange_SaysWhatWasGotAndExpected(string message, double dropout)
    {
        FluentActions.Invoking(() => Create(SequencePooling.Mean, dropout: dropout))
            .Should().ThrowExactly<ArgumentOutOfRangeException>().WithMessage(message).WithParameterName("dropout");
    }

    [Fact]
    public void Constructor_HiddenSizeTooLargeForTwoDirections_SaysWhatWasGotAndExpected()
    {
        FluentActions.Invoking(() => new AttentiveLstmClassifier(5, 3, hiddenSize: 524_289, bidirectional: true))
            .Should().ThrowExactly<ArgumentOutOfRangeException>().WithMessage("hiddenSize is 524289; expected 1 to 524288.*");
    }

    [Theory]
    [MemberData(nameof(PoolingsAndDirections))]
    public void PoolAndClassify_InTurn_AreTheForwardPass(SequencePooling pooling, bool bidirectional)
    {
        using var classifier = Create(pooling, bidirectional);
        using var scope = NewDisposeScope();
        Tensor features = Numbers.Random(1, 2, 7, 5);
        (Tensor pooled, Tensor? weights) = classifier.Pool(features);

        classifier.FeatureSize.Should().Be(bidirectional ? 8 : 4);
        pooled.shape.Should().Equal(2, classifier.FeatureSize);
        Numbers.ValuesOf(classifier.Classify(pooled)).Should().Equal(Numbers.ValuesOf(classifier.call(features)));
        if (pooling == SequencePooling.Mean)
        {
            weights.Should().BeNull();
            return;
        }

        weights!.shape.Should().Equal(2, 7);
        Numbers.ShouldBe(weights.sum(1), new double[] { 1, 1 }, 1e-6);
    }

    [Theory]
    [MemberData(nameof(PoolingsAndDirections))]
    public void PoolAndClassify_ManyTimes_LeaveNoTensorBehind(SequencePooling pooling, bool bidirectional)
    {
        using var classifier = Create(pooling, bidirectional);
        using Tensor features = Numbers.Random(1, 2, 7, 5);
        using Tensor pooled = Numbers.Random(1, 2, classifier.FeatureSize);

        LayerChecks.LeavesNoTensorBehind(classifier.Classify, pooled);
        LayerChecks.LeavesNoTensorBehind(PooledOf, features);
        LayerChecks.LeavesItsInputAlone(classifier.Classify, pooled);

        Tensor PooledOf(Tensor sequence)
        {
            (Tensor result, Tensor? weights) = classifier.Pool(sequence);
            weights?.Dispose();
            return result;
        }
    }

    [Theory]
    [InlineData("4")]
    [InlineData("2, 5")]
    [InlineData("0, 4")]
    [InlineData("2, 3, 4")]
    public void Classify_WrongShape_SaysWhatWasGotAndExpected(string shape)
    {
        using var classifier = Create(SequencePooling.Mean);

        LayerChecks.RefusesShape(
            classifier.Classify, shape, "AttentiveLstmClassifier expects features of shape [N, 4] with N of at least 1", "features");
    }
}
