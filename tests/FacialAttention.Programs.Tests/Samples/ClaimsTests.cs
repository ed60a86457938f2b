using VariantTable;

namespace FacialAttention.Tests.Samples;

/// <summary>Verdicts on made-up results.</summary>
public sealed class ClaimsTests
{
    private const string Best = "ACNN-ALSTM recognises more than CNN-ALSTM";
    private const string Overtakes = "in training CNN-LSTM passes CNN after about 1,900 iterations";

    [Theory]
    [InlineData(new[] { 0.60, 0.61, 0.62 }, new[] { 0.55, 0.56, 0.58 }, nameof(Verdict.Holds))]
    [InlineData(new[] { 0.55, 0.56, 0.58 }, new[] { 0.60, 0.61, 0.62 }, nameof(Verdict.DoesNotHold))]
    [InlineData(new[] { 0.60, 0.55, 0.62 }, new[] { 0.55, 0.58, 0.57 }, nameof(Verdict.Undecided))]
    [InlineData(new[] { 0.50, 0.60, 0.70 }, new[] { 0.48, 0.579, 0.681 }, nameof(Verdict.Holds))] // less apart than the seeds are
    [InlineData(new[] { 0.90 }, new[] { 0.10 }, nameof(Verdict.Undecided))]
    public void Judge_OrderOfNetworks_FollowsTheWholeInterval(double[] better, double[] worse, string expected)
    {
        JudgedClaim claim = Claims.Judge([.. Seeds("ACNN-ALSTM", better), .. Seeds("CNN-ALSTM", worse)])
            .Single(judged => judged.Claim == Best && judged.Data == "FER2013");

        claim.Verdict.ToString().Should().Be(expected);
        claim.Section.Should().StartWith("4.3.2");
        claim.Setting.Should().Be("LSTM 512 x 2, 5,000 iterations");
        claim.Figures.Should().Contain(better.Length == 1 ? "no interval" : "95 %");
    }

    [Fact]
    public void Judge_SeedsThatOneNetworkLacks_AreLeftOut()
    {
        JudgedClaim claim = Claims.Judge([.. Seeds("ACNN-ALSTM", 0.60, 0.70, 0.80), .. Seeds("CNN-ALSTM", 0.10, 0.65, 0.75).Skip(1).Reverse()])
            .Single(judged => judged.Claim == Best && judged.Data == "FER2013");

        claim.Figures.Should().Be("+5.0 points, 95 % +5.0 to +5.0, 2 seeds", "a difference is of one seed");
        claim.Verdict.Should().Be(Verdict.Holds);
    }

    [Theory]
    [InlineData(0.001, 0.002, 0.003, nameof(Verdict.Holds))]
    [InlineData(0.050, 0.052, 0.054, nameof(Verdict.DoesNotHold))]
    [InlineData(-0.050, -0.052, -0.054, nameof(Verdict.DoesNotHold))]
    [InlineData(0.009, 0.010, 0.011, nameof(Verdict.Undecided))]
    public void Judge_TwiceTheHiddenNodes_AreTheSameWithinAPoint(double first, double second, double third, string expected)
    {
        double[] gains = [first, second, third];
        Outcome[] grid =
        [
            .. from depth in new[] { 1, 2 }
               from seed in new[] { 1, 2, 3 }
               from width in new[] { 512, 1024 }
               select Made("ACNN-ALSTM", seed, 0.2 + 0.1 * seed + (width == 1024 ? gains[seed - 1] : 0), width, depth, 1000),
        ];

        Claims.Judge(grid).Single(judged => judged.Claim == "1,024 hidden nodes do as well as 512" && judged.Data == "FER2013")
            .Verdict.ToString().Should().Be(expected);
    }

    [Theory]
    [InlineData(-0.0004, "-0.04")]
    [InlineData(0.0004, "+0.04")]
    [InlineData(-0.0006, "-0.1")]
    [InlineData(0.0, "0.0")]
    [InlineData(0.0098, "+0.98")]
    [InlineData(-0.0102, "-1.02")]
    [InlineData(0.0111, "+1.1")]
    public void Points_BesideABoundOfAVerdict_TellOnWhichSide(double difference, string expected) => Words.Points(difference).Should().Be(expected);

    [Theory]
    [InlineData(0.03, nameof(Verdict.Holds))]
    [InlineData(-0.03, nameof(Verdict.DoesNotHold))]
    public void Judge_DeeperLstm_IsJudgedOnTheMeanOfTheWidths(double gain, string expected)
    {
        Outcome[] grid =
        [
            .. from depth in new[] { 1, 2 }
               from seed in new[] { 1, 2, 3 }
               from width in new[] { 128, 256 }
               select Made("ACNN-ALSTM", seed, 0.4 + 0.001 * seed * depth + gain * (depth - 1) * (width / 128), width, depth, 1000),
        ];

        JudgedClaim claim = Claims.Judge(grid).Single(judged => judged.Claim == "2 LSTM layers recognise more than 1" && judged.Data == "FER2013");

        claim.Verdict.ToString().Should().Be(expected);
        claim.Figures.Should().StartWith(gain > 0 ? "+4.7 points" : "-4.3 points", "the widths gain three and six points");
    }

    [Theory]
    [InlineData(-0.05, 0.05, nameof(Verdict.Holds))]
    [InlineData(0.05, 0.05, nameof(Verdict.DoesNotHold))]
    [InlineData(-0.05, -0.05, nameof(Verdict.DoesNotHold))]
    public void Judge_TrainingCurves_LookAtLeadsBeforeAndAfter(double before, double after, string expected)
    {
        Outcome[] outcomes = [.. Curves("CNN", _ => 0), .. Curves("CNN-LSTM", iteration => iteration <= 1900 ? before : after)];

        JudgedClaim claim = Claims.Judge(outcomes).Single(judged => judged.Claim == Overtakes);

        claim.Verdict.ToString().Should().Be(expected);
        claim.Figures.Should().Contain(after < 0 ? "; in no seed ahead for good" : before > 0 ? "from iteration 100, 100, 100" : "from iteration 2,000, 2,000, 2,000");
    }

    [Fact]
    public void Judge_TrainingCurvesOfWhichOneCrosses_NamesEachSeed()
    {
        Outcome[] outcomes =
        [
            .. Curves("CNN", _ => 0, 5000),
            .. Curves("CNN-LSTM", iteration => iteration <= 1900 ? -0.05 : 0.05, 5000).Where(outcome => outcome.Job.Seed == 2),
            .. Curves("CNN-LSTM", _ => -0.05, 5000).Where(outcome => outcome.Job.Seed != 2),
        ];

        Claims.Judge(outcomes).Single(judged => judged.Claim == Overtakes).Figures.Should().Contain("; ahead for good from iteration ")
            .And.Subject.Split("from iteration ")[1].Split(", ").Should().BeEquivalentTo("2,000", "never", "never");
    }

    [Fact]
    public void Judge_ShortTrainingCurves_AreNotJudged()
    {
        Outcome[] outcomes = [.. Curves("CNN", _ => 0, 1000), .. Curves("CNN-LSTM", _ => 0.1, 1000)];

        JudgedClaim claim = Claims.Judge(outcomes).Single(judged => judged.Claim == Overtakes);

        claim.Verdict.Should().Be(Verdict.NotJudged);
        claim.Figures.Should().Contain("at least 2,400 iterations; got 1,000");
    }

    [Fact]
    public void Judge_NothingOfCk_SaysWhatJudgesIt()
    {
        JudgedClaim[] claims = [.. Claims.Judge(Seeds("CNN", 0.5, 0.6)).Where(claim => claim.Data == "CK+")];

        claims.Should().HaveCount(9).And.AllSatisfy(claim =>
        {
            claim.Verdict.Should().Be(Verdict.NotJudged);
            string experiment = claim.Section.EndsWith("Table 4", StringComparison.Ordinal) ? "table4"
                : claim.Section.EndsWith("Figure 3", StringComparison.Ordinal) ? "lstm" : "curves";
            claim.Figures.Should().Be($"needs CK+: run {experiment} --data CK+ --protocol paper --output runs/ckplus-{experiment}");
        });
    }

    [Theory]
    [InlineData(0.01, nameof(Verdict.Holds))]
    [InlineData(-0.01, nameof(Verdict.DoesNotHold))]
    public void Judge_TrainingCurvesOfCk_LookAtTheLeastLead(double least, string expected)
    {
        Outcome[] outcomes =
        [
            .. from outcome in (Outcome[])[.. Curves("CNN", _ => 0, 300), .. Curves("CNN-LSTM", iteration => iteration == 200 ? least : 0.1, 300)]
               select outcome with { Data = outcome.Data with { Name = "CK+" } },
        ];

        JudgedClaim claim = Claims.Judge(outcomes).Single(judged => judged.Claim == "in training CNN-LSTM is always above CNN");

        claim.Verdict.ToString().Should().Be(expected);
        claim.Setting.Should().Be("LSTM 512 x 2, 300 iterations, the paper's protocol");
    }

    [Fact]
    public void Judge_StandInForCk_JudgesNoClaimOfCk()
    {
        Outcome[] outcomes =
        [
            .. from outcome in (Outcome[])[.. Seeds("ACNN-ALSTM", 0.60, 0.61, 0.62), .. Seeds("CNN-ALSTM", 0.55, 0.56, 0.58)]
               select outcome with { Data = outcome.Data with { Name = "stand-in for CK+" }, Folds = 10 },
        ];

        JudgedClaim[] claims = [.. Claims.Judge(outcomes).Where(judged => judged.Claim == Best)];

        claims.Select(claim => (claim.Data, claim.Verdict)).Should().Equal(
            ("FER2013", Verdict.NotJudged), ("CK+", Verdict.NotJudged), ("stand-in for CK+", Verdict.Holds));
        claims[^1].Setting.Should().Be("LSTM 512 x 2, 5,000 iterations, 10 folds of persons");
    }

    private static Outcome[] Seeds(string variant, params double[] accuracies) =>
        [.. accuracies.Select((accuracy, i) => Made(variant, i + 1, accuracy, 512, 2, 5000))];

    private static Outcome[] Curves(string variant, Func<int, double> lead, int iterations = 5000) =>
    [
        .. from seed in new[] { 1, 2, 3 }
           let points = Enumerable.Range(1, iterations / 100).Select(i => new TrainingPoint(100 * i, 1, 0.5 - lead(100 * i) * (1 + 0.01 * seed)))
           select Made(variant, seed, 0.5, 512, 2, iterations) with { Curves = new JobCurves([.. points], []) },
    ];

    internal static Outcome Made(string variant, int seed, double accuracy, int hidden, int layers, int iterations) => new()
    {
        Source = "made up",
        Data = new FacesInfo("FER2013", "official", null, [28709], [3589], 3309, null, null),
        Protocol = new Protocol { LearningRate = 0.001, BatchSize = 30, LocalAttentionScaling = "MeanOne" },
        Job = new Job
        {
            Number = 0,
            Variant = variant,
            LstmHidden = variant == "CNN" ? null : hidden,
            LstmLayers = variant == "CNN" ? null : layers,
            Seed = seed,
            Iterations = iterations,
            Experiments = [],
        },
        Parameters = 1,
        TrainAccuracy = accuracy,
        ValidationAccuracy = accuracy,
        ValidationAccuracyUnseen = null,
        TestAccuracy = null,
    };
}
