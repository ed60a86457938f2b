using VariantTable;

namespace FacialAttention.Tests.Samples;

/// <summary>What the sample makes of answers, by hand on four faces.</summary>
public sealed class RobustnessFiguresTests
{
    private const double T3 = 3.182446305284263; // 97.5 % of Student's distribution with three degrees of freedom
    private const double T1 = 12.706204736432095; // with one

    private static readonly TestedResult Steady = Network("steady", null, [true, true, true, false], [true, false, false, false], [true, true, false, false], [false, true, false, false]);
    private static readonly TestedResult Dazzled = Network("dazzled", null, [true, true, true, true], [true, true, true, true], [true, false, false, false], [false, false, false, false]);

    /// <summary>Clean faces, one condition that hides nothing, and two that do.</summary>
    private static TestedResult Network(string group, int? seed, bool[] clean, bool[] dark, bool[] smallBox, bool[] largeBox) => new(
        new TestedOrigin($"{group}{seed}", group, seed, "", "", "", "", 1, 0.8),
        [
            Condition(null, 0, clean), Condition(CorruptionKind.Darkness, 1, dark), Condition(CorruptionKind.OccludingBox, 1, smallBox),
            Condition(CorruptionKind.OccludingBox, 2, largeBox),
        ]);

    private static ConditionResult Condition(CorruptionKind? kind, int strength, bool[] isRight) => new()
    {
        Kind = kind,
        Strength = strength,
        CalibrationError = 0,
        Uncertain = null,
        AccuracyWhereSure = null,
        Attention = [],
        Faces = isRight.Length,
        Right = ConditionResult.Pack(isRight),
    };

    private static TestedGroup Group(params TestedResult[] members) => TestedGroup.Of(members).Single();

    private static void ShouldBe(Interval? interval, double middle, double half)
    {
        interval!.Value.Low.Should().BeApproximately(middle - half, 1e-9);
        interval.Value.High.Should().BeApproximately(middle + half, 1e-9);
    }

    [Fact]
    public void Pack_NineFaces_KeepsEachAnswer()
    {
        bool[] isRight = [true, false, false, true, false, true, true, false, true];

        ConditionResult condition = Condition(null, 0, isRight);

        condition.Right.Should().Equal(0b0110_1001, 1);
        Enumerable.Range(0, 9).Select(condition.IsRight).Should().Equal(isRight);
        condition.Accuracy.Should().BeApproximately(5.0 / 9, 1e-12);
    }

    [Fact]
    public void Accuracy_OneNetwork_IsTheMeanOverConditionsWithAnIntervalOverTheFaces()
    {
        TestedGroup steady = Group(Steady);

        (double mean, Interval? interval) = steady.Accuracy(network => network.Spoilt);

        // Faces are right in 2/3, 2/3, 0 and 0 of the conditions: a deviation of sqrt(4/27).
        mean.Should().BeApproximately(1.0 / 3, 1e-12);
        ShouldBe(interval, 1.0 / 3, T3 * Math.Sqrt(4.0 / 27) / 2);
        steady.Accuracy(network => network.Hidden).Mean.Should().BeApproximately(0.375, 1e-12, "darkness hides nothing");
        steady.Accuracy(network => [network.Clean]).Mean.Should().Be(0.75);
    }

    [Fact]
    public void Comparison_OfTwoNetworks_IsPairedByFace()
    {
        var comparison = Comparison.Of(Group(Steady), Group(Dazzled));

        comparison.IsBySeed.Should().BeFalse();
        comparison.Clean.Mean.Should().Be(-0.25);
        comparison.All.Mean.Should().BeApproximately((1.0 / 3) - (5.0 / 12), 1e-12);
        comparison.Hidden.Mean.Should().Be(0.25);

        // Lost: -0.5, 0, -1, 0 by the one, -0.5, -1, -1, -1 by the other: differences of 0, 1, 0, 1.
        comparison.Kept.Mean.Should().Be(0.5);
        ShouldBe(comparison.Kept.Interval, 0.5, T3 * Math.Sqrt(1.0 / 3) / 2);
        comparison.Kept.Verdict.Should().Be(Verdict.Undecided);
        comparison.Kept.ToString().Should().Be("+50.0 (-41.9 to +141.9)");
    }

    [Fact]
    public void Comparison_OfVariants_IsPairedBySeedWhateverTheirOrder()
    {
        TestedGroup own = Group(OfSeed(Steady, Variants.AcnnAlstm, 1), OfSeed(Dazzled, Variants.AcnnAlstm, 2));
        TestedGroup other = Group(OfSeed(Steady, Variants.Cnn, 2), OfSeed(Dazzled, Variants.Cnn, 1));

        var comparison = Comparison.Of(own, other);

        comparison.IsBySeed.Should().BeTrue();
        comparison.Kept.Mean.Should().BeApproximately(0, 1e-12); // 0.5 with seed 1, -0.5 with seed 2
        ShouldBe(comparison.Kept.Interval, 0, T1 * Math.Sqrt(0.5) / Math.Sqrt(2));
    }

    [Fact]
    public void Comparison_Among_SetsThePapersBestAgainstTheOthersAndElseEachAgainstTheFirst()
    {
        TestedGroup[] variants = [.. Variants.InOrder.Select(variant => Group(OfSeed(Steady, variant, 1)))];
        TestedGroup[] own = [Group(OfSeed(Steady, "before", null)), Group(OfSeed(Steady, "after", null)), Group(OfSeed(Steady, "later", null))];

        Comparison.Among(variants).Select(comparison => (comparison.Own, comparison.Other)).Should().Equal(
            ("ACNN-ALSTM", "CNN"), ("ACNN-ALSTM", "CNN-LSTM"), ("ACNN-ALSTM", "ACNN-LSTM"), ("ACNN-ALSTM", "CNN-ALSTM"));
        Comparison.Among(own).Select(comparison => (comparison.Own, comparison.Other)).Should().Equal(("after", "before"), ("later", "before"));
        Comparison.Among(own[..1]).Should().BeEmpty();
    }

    [Theory]
    [InlineData(0.01, 0.2, "Holds")]
    [InlineData(-0.2, -0.01, "DoesNotHold")]
    [InlineData(-0.1, 0.1, "Undecided")]
    public void Verdict_Difference_IsOfTheWholeInterval(double low, double high, string verdict)
    {
        new Difference((low + high) / 2, new Interval(low, high)).Verdict.ToString().Should().Be(verdict);
        new Difference(0.1, null).Verdict.Should().Be(Verdict.Undecided);
    }

    [Theory]
    [InlineData(3, 0.4, 0.5)] // the left half of the crop: places of 0.1 and 0.3
    [InlineData(2, 0.2, 0.25)] // half of that
    [InlineData(0, 0, 0)]
    [InlineData(6, 1, 1)]
    public void HiddenMass_Of_CountsTheHiddenShareOfEachPlaceOfTheCrop(int columns, double mass, double area)
    {
        var map = new AttentionMap("layer", 2, 2, [0.1f, 0.2f, 0.3f, 0.4f]);
        bool[] isHidden = [.. Enumerable.Range(0, 36).Select(i => i % 6 < columns)];

        (double found, double share) = HiddenMass.Of(map, isHidden, new ImageSize(6, 6), new ImageSize(4, 4));

        found.Should().BeApproximately(mass, 1e-6);
        share.Should().BeApproximately(area, 1e-12);
    }

    private static TestedResult OfSeed(TestedResult result, string group, int? seed) =>
        result with { Origin = result.Origin with { Network = $"{group}{seed}", Group = group, Seed = seed } };
}
