namespace FacialAttention.Tests.Measures;

public sealed class CalibrationReportTests
{
    /// <summary>Five faces of two classes: right, right, wrong, right, wrong, by falling confidence.</summary>
    private static readonly ScoredFaces Five = Of([0.95f, 0.85f, 0.82f, 0.7f, 0.55f], [true, true, false, true, false]);

    [Fact]
    public void Of_FiveFaces_IsAsReckonedByHand()
    {
        CalibrationReport report = CalibrationReport.Of(Five, bins: 5);

        report.Accuracy.Should().BeApproximately(0.6, 1e-12);
        report.NegativeLogLikelihood.Should().BeApproximately(
            -(Math.Log(0.95) + Math.Log(0.85) + Math.Log(0.18) + Math.Log(0.7) + Math.Log(0.45)) / 5, 1e-6);
        report.Divergence.Should().BeApproximately(report.NegativeLogLikelihood, 1e-12);
        report.Brier.Should().BeApproximately(2 * ((0.05 * 0.05) + (0.15 * 0.15) + (0.82 * 0.82) + (0.3 * 0.3) + (0.55 * 0.55)) / 5, 1e-6);

        // Bins: 0.8 to 1 holds three, of confidence 0.8733 and accuracy 2/3; 0.6 to 0.8 one of 0.7, right; 0.4 to 0.6 one of 0.55, wrong.
        report.ExpectedCalibrationError.Should().BeApproximately(((2.62 - 2) + 0.3 + 0.55) / 5, 1e-6);
        report.Reliability.Select(bin => (bin.From, bin.To)).Should().Equal((0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1));
        report.Reliability.Select(bin => Math.Round(bin.Share, 12)).Should().Equal(0, 0, 0.2, 0.2, 0.6);
        report.Reliability[4].Confidence.Should().BeApproximately(2.62 / 3, 1e-6);
        report.Reliability[4].Accuracy.Should().BeApproximately(2 / 3.0, 1e-12);
        report.Reliability[0].Confidence.Should().Be(double.NaN);

        // Two bins of equal mass: the two least sure and half the third, which goes with the surer ones.
        CalibrationReport.Of(Five, bins: 2).EqualMassCalibrationError.Should()
            .BeApproximately((Math.Abs(0.55 + 0.7 - 1) + Math.Abs(0.82 + 0.85 + 0.95 - 2)) / 5, 1e-6);
        CalibrationReport.Of(Five, bins: 1).EqualMassCalibrationError.Should().BeApproximately(Math.Abs(3.87 - 3) / 5, 1e-6);
    }

    [Fact]
    public void RiskCoverage_FiveFaces_IsAsReckonedByHand()
    {
        RiskCoverageCurve curve = CalibrationReport.Of(Five).RiskCoverage;

        curve.AreaUnderCurve.Should().BeApproximately((0 + 0 + (1 / 3.0) + (1 / 4.0) + (2 / 5.0)) / 5, 1e-12);
        curve.Points.Select(point => Math.Round(point.Coverage, 12)).Should().Equal(0.2, 0.4, 0.6, 0.8, 1);
        curve.Points.Select(point => Math.Round(point.Risk, 6)).Should().Equal(0, 0, 0.333333, 0.25, 0.4);
        curve.Points[2].Threshold.Should().BeApproximately(0.82, 1e-6);
        curve.AccuracyAt(0.4).Should().BeApproximately(1, 1e-12);
        curve.AccuracyAt(0.8).Should().BeApproximately(0.75, 1e-12);
        curve.AccuracyAt(0.5).Should().BeApproximately(0.8, 1e-12, "half of the third face, which is wrong");
        curve.AccuracyAt(1).Should().BeApproximately(0.6, 1e-12);
        curve.ThresholdAt(0.8).Should().BeApproximately((0.7 + 0.55) / 2, 1e-6);
        curve.ThresholdAt(0.81).Should().Be(0, "all faces get an answer");
        curve.ThresholdAt(0.01).Should().BeApproximately((0.95 + 0.85) / 2, 1e-6);
    }

    [Fact]
    public void RiskCoverage_EqualConfidences_CountAsMixed()
    {
        RiskCoverageCurve curve = CalibrationReport.Of(Of([0.9f, 0.9f, 0.9f, 0.6f], [false, true, true, true])).RiskCoverage;
        RiskCoverageCurve other = CalibrationReport.Of(Of([0.6f, 0.9f, 0.9f, 0.9f], [true, true, true, false])).RiskCoverage;

        curve.Points.Should().HaveCount(2).And.Equal(other.Points);
        curve.AreaUnderCurve.Should().BeApproximately(((3 * (1 / 3.0)) + 0.25) / 4, 1e-12).And.Be(other.AreaUnderCurve);
        curve.AccuracyAt(0.25).Should().BeApproximately(2 / 3.0, 1e-12);
    }

    [Fact]
    public void ToThresholds_Curve_AreTakenByACalibrationAndCoverTheFaces()
    {
        float[] logits = CalibrationFitTests.Logits(200, 4);
        var faces = ScoredFaces.OfLabels(4, logits, new byte[200]);
        IReadOnlyList<CoverageThreshold> thresholds = CalibrationReport.Of(faces).RiskCoverage.ToThresholds();
        var calibration = new Calibration { Thresholds = thresholds };

        double below = calibration.UncertainBelow(new RecognitionOptions { Coverage = 0.8 });

        thresholds.Should().HaveCount(20);
        CalibrationReport.Of(faces).RiskCoverage.Points.Count(point => point.Threshold >= below).Should().Be(160);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void RiskCoverage_CoverageOutOfRange_IsNamed(double coverage)
    {
        RiskCoverageCurve curve = CalibrationReport.Of(Five).RiskCoverage;
        string message = FormattableString.Invariant($"coverage is {coverage}; expected more than 0 and at most 1.*");

        curve.Invoking(it => it.AccuracyAt(coverage)).Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);
        curve.Invoking(it => it.ThresholdAt(coverage)).Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);
    }

    [Fact]
    public void Of_SharesOfVotes_IsTheDistanceFromTheRaters()
    {
        float[] targets = [0.5f, 0.5f, 0, 0.25f, 0.25f, 0.5f];
        var raters = new ScoredFaces(3, new float[6], targets);
        CalibrationReport uniform = CalibrationReport.Of(raters);
        CalibrationReport exact = CalibrationReport.Of(raters.WithProbabilities(targets));

        uniform.NegativeLogLikelihood.Should().BeApproximately(Math.Log(3), 1e-12);
        uniform.Divergence.Should().BeApproximately(Math.Log(3) - ((Math.Log(2) + (1.5 * Math.Log(2))) / 2), 1e-12);
        exact.Divergence.Should().BeApproximately(0, 1e-6);
        exact.Brier.Should().BeApproximately(0, 1e-12);
        exact.Accuracy.Should().Be(1, "of equal shares the first is the class, for both");
    }

    [Fact]
    public void Of_AnyFaces_IsTheFiguresOfALoop()
    {
        const int Count = 120, Classes = 5, Bins = 15;
        float[] logits = CalibrationFitTests.Logits(Count, Classes);
        byte[] labels = [.. Enumerable.Range(0, Count).Select(i => (byte)(i * 7 % 11 % Classes))];
        double[][] probabilities = [.. logits.Chunk(Classes).Select(face => face.Select(logit => Math.Exp(logit)).ToArray())
            .Select(powers => Array.ConvertAll(powers, power => power / powers.Sum()))];
        (double Confidence, bool IsRight)[] answers =
            [.. probabilities.Select((face, i) => (face.Max(), Array.IndexOf(face, face.Max()) == labels[i]))];
        double width = 0;
        for (int bin = 0; bin < Bins; bin++)
        {
            (double Confidence, bool IsRight)[] inside =
                [.. answers.Where(answer => answer.Confidence > (double)bin / Bins && answer.Confidence <= (bin + 1.0) / Bins)];
            width += Math.Abs(inside.Sum(answer => answer.Confidence - (answer.IsRight ? 1 : 0))) / Count;
        }

        (double Confidence, bool IsRight)[] sorted = [.. answers.OrderBy(answer => answer.Confidence)];
        double mass = Enumerable.Range(0, Bins)
            .Sum(bin => Math.Abs(sorted.Skip(bin * 8).Take(8).Sum(answer => answer.Confidence - (answer.IsRight ? 1 : 0)))) / Count;
        double area = Enumerable.Range(1, Count)
            .Average(count => sorted.Reverse().Take(count).Average(answer => answer.IsRight ? 0.0 : 1));

        CalibrationReport report = CalibrationReport.Of(ScoredFaces.OfLabels(Classes, logits, labels));

        report.ExpectedCalibrationError.Should().BeApproximately(width, 1e-9);
        report.EqualMassCalibrationError.Should().BeApproximately(mass, 1e-9);
        report.RiskCoverage.AreaUnderCurve.Should().BeApproximately(area, 1e-9);
        report.NegativeLogLikelihood.Should().BeApproximately(probabilities.Select((face, i) => -Math.Log(face[labels[i]])).Average(), 1e-9);
        report.Accuracy.Should().BeApproximately(answers.Average(answer => answer.IsRight ? 1.0 : 0), 1e-9);
        report.RiskCoverage.AccuracyAt(0.8).Should()
            .BeApproximately(sorted.Reverse().Take(96).Average(answer => answer.IsRight ? 1.0 : 0), 1e-9);
    }

    [Fact]
    public void ScoredFaces_WrongNumbers_AreNamed()
    {
        FluentActions.Invoking(() => new ScoredFaces(2, new float[5], new float[5])).Should().Throw<ArgumentException>()
            .WithMessage("Got 5 logits; expected 2 for each face.*");
        FluentActions.Invoking(() => new ScoredFaces(2, [], [])).Should().Throw<ArgumentException>().WithMessage("Got 0 logits; *");
        FluentActions.Invoking(() => new ScoredFaces(2, new float[4], [1, 0])).Should().Throw<ArgumentException>()
            .WithMessage("Got 2 targets; expected 4, one for each logit.*");
        FluentActions.Invoking(() => new ScoredFaces(2, [0, float.NaN], [1, 0])).Should().Throw<ArgumentException>()
            .WithMessage("Logit 1 is NaN; expected a finite number.*");
        FluentActions.Invoking(() => new ScoredFaces(2, [0, 0], [0.5f, 0.4f])).Should().Throw<ArgumentException>()
            .WithMessage("The targets of face 0 sum to 0.9*; expected shares of at least 0 that sum to 1.*");
        FluentActions.Invoking(() => new ScoredFaces(2, [0, 0], [1.5f, -0.5f])).Should().Throw<ArgumentException>()
            .WithMessage("The targets of face 0 sum to NaN; expected shares of at least 0 that sum to 1.*");
        FluentActions.Invoking(() => new ScoredFaces(2, [0, 0], [1, 0], [1, 1])).Should().Throw<ArgumentException>()
            .WithMessage("Got 2 weights; expected 1, one for each face, or none.*");
        FluentActions.Invoking(() => new ScoredFaces(2, [0, 0], [1, 0], [-1])).Should().Throw<ArgumentException>()
            .WithMessage("Weight 0 is -1; expected at least 0.*");
        FluentActions.Invoking(() => new ScoredFaces(2, [0, 0], [1, 0], [0])).Should().Throw<ArgumentException>()
            .WithMessage("All weights are 0; expected at least one face that counts.*");
        FluentActions.Invoking(() => ScoredFaces.OfLabels(2, [0, 0], [2])).Should().Throw<ArgumentException>()
            .WithMessage("Label 0 is 2; expected 0 to 1.*");
        FluentActions.Invoking(() => Five.WithProbabilities([1.1f, 0, 0, 0, 0, 0, 0, 0, 0, 0])).Should().Throw<ArgumentException>()
            .WithMessage("Probability 0 is 1.1; expected 0 to 1.*");
        FluentActions.Invoking(() => Five.Calibrate(new Calibration { Classes = [new(1, 0), new(1, 0), new(1, 0)] }))
            .Should().Throw<ArgumentException>()
            .WithMessage("The calibration does not fit the faces: it scales 3 classes; expected 2, one for each label, or none.*");
        FluentActions.Invoking(() => CalibrationReport.Of(Five, bins: 0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("bins is 0; expected 1 to 1000.*");
    }

    private static ScoredFaces Of(float[] confidences, bool[] isRight) => ScoredFaces.OfLabels(
        2,
        [.. confidences.SelectMany(confidence => new[] { (float)Math.Log(confidence), (float)Math.Log(1 - confidence) })],
        [.. isRight.Select(right => (byte)(right ? 0 : 1))]);
}
