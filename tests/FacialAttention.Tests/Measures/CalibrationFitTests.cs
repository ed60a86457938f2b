namespace FacialAttention.Tests.Measures;

public sealed class CalibrationFitTests
{
    [Theory]
    [InlineData(0.3)]
    [InlineData(1)]
    [InlineData(2.5)]
    public void Temperature_TargetsOfATemperature_FindsIt(double temperature)
    {
        float[] logits = Logits(200, 3);

        Calibration fitted = CalibrationFit.Temperature(new ScoredFaces(3, logits, SoftmaxOf(logits, [temperature, temperature, temperature])));

        fitted.Temperature.Should().BeApproximately(temperature, 1e-5 * temperature, "the targets are rounded to floats");
        fitted.Classes.Should().BeEmpty();
    }

    [Fact]
    public void Temperature_LabelsDrawnFromATemperature_HasTheLeastLoss()
    {
        float[] logits = Logits(4000, 4);
        var random = new SeededRandom(9);
        byte[] labels = new byte[4000];
        float[] probabilities = SoftmaxOf(logits, [1.8, 1.8, 1.8, 1.8]);
        for (int i = 0; i < labels.Length; i++)
        {
            double point = random.NextDouble();
            while (labels[i] < 3 && (point -= probabilities[(4 * i) + labels[i]]) > 0)
            {
                labels[i]++;
            }
        }

        var faces = ScoredFaces.OfLabels(4, logits, labels);
        double temperature = CalibrationFit.Temperature(faces).Temperature;

        temperature.Should().BeApproximately(1.8, 0.1);
        double Loss(double at) => CalibrationReport.Of(faces.Calibrate(new Calibration { Temperature = at })).NegativeLogLikelihood;
        Loss(temperature).Should().BeLessThan(Loss(temperature * 1.01)).And.BeLessThan(Loss(temperature / 1.01)).And.BeLessThan(Loss(1));
        CalibrationReport.Of(faces.Calibrate(new Calibration { Temperature = temperature })).ExpectedCalibrationError
            .Should().BeLessThan(0.03).And.BeLessThan(CalibrationReport.Of(faces).ExpectedCalibrationError / 3);
    }

    [Fact]
    public void Temperature_AllRightOrAllWrong_IsABound()
    {
        CalibrationFit.Temperature(ScoredFaces.OfLabels(2, [1, 0, 0, 1], [0, 1])).Temperature.Should().Be(Calibration.MinTemperature);
        CalibrationFit.Temperature(ScoredFaces.OfLabels(2, [1, 0, 0, 1], [1, 0])).Temperature.Should().Be(Calibration.MaxTemperature);
    }

    [Fact]
    public void Vector_TargetsOfScaledClasses_FindsThem()
    {
        float[] logits = Logits(500, 3);
        float[] targets = SoftmaxOf(logits, [0.5, 1 / 0.8, 2], [0.4, -0.5, 0.1]);

        Calibration fitted = CalibrationFit.Vector(new ScoredFaces(3, logits, targets));

        (fitted.Temperature, fitted.Classes.Count).Should().Be((1, 3));
        foreach ((ClassScaling found, ClassScaling expected) in fitted.Classes.Zip(new ClassScaling[] { new(2, 0.4), new(0.8, -0.5), new(0.5, 0.1) }))
        {
            found.Scale.Should().BeApproximately(expected.Scale, 1e-3);
            found.Bias.Should().BeApproximately(expected.Bias, 1e-3, "biases have a mean of 0: a number added to all changes nothing");
        }
    }

    [Fact]
    public void Vector_AnyFaces_IsNoWorseThanTemperature()
    {
        float[] logits = Logits(300, 3);
        byte[] labels = [.. Enumerable.Range(0, 300).Select(i => (byte)(i % 7 < 4 ? ArgMax(logits, i, 3) : i % 3))];
        var faces = ScoredFaces.OfLabels(3, logits, labels);

        double Loss(Calibration calibration) => CalibrationReport.Of(faces.Calibrate(calibration)).NegativeLogLikelihood;

        Loss(CalibrationFit.Vector(faces)).Should().BeLessThan(Loss(CalibrationFit.Temperature(faces)));
    }

    /// <summary>A convex loss within ranges is least where no number alone makes it less.</summary>
    [Fact]
    public void Vector_BestScaleBelowItsRange_IsTheBestWithinIt()
    {
        float[] logits = Logits(400, 4);
        var faces = new ScoredFaces(4, logits, SoftmaxOf(logits, [-2, 0.5, 1, -1], [1.5, -1, 0, -0.5]));

        Calibration fitted = CalibrationFit.Vector(faces);

        fitted.Classes.Select(scaling => scaling.Scale <= 0.01).Should().Equal(true, false, false, true);
        double least = Loss(fitted.Classes);
        for (int k = 0; k < 4; k++)
        {
            foreach (double step in new[] { -1e-3, 1e-3 })
            {
                ClassScaling[] scaled = [.. fitted.Classes], shifted = [.. fitted.Classes];
                scaled[k] = scaled[k] with { Scale = Math.Max(0.01, scaled[k].Scale + step) };
                shifted[k] = shifted[k] with { Bias = shifted[k].Bias + step };
                Loss(scaled).Should().BeGreaterThanOrEqualTo(least - 1e-12);
                Loss(shifted).Should().BeGreaterThan(least);
            }
        }

        double Loss(IReadOnlyList<ClassScaling> classes) =>
            CalibrationReport.Of(faces.Calibrate(new Calibration { Classes = classes })).NegativeLogLikelihood;
    }

    [Fact]
    public void Vector_ClassThatNeverOccurs_StaysInRange()
    {
        float[] logits = Logits(100, 3);

        Calibration fitted = CalibrationFit.Vector(ScoredFaces.OfLabels(3, logits, [.. Enumerable.Range(0, 100).Select(i => (byte)(i % 2))]));

        fitted.Classes[2].Bias.Should().BeLessThan(-5).And.BeGreaterThan(-100);
    }

    [Fact]
    public void Fit_FacesOfWeightZero_CountNowhere()
    {
        float[] logits = Logits(60, 3);
        byte[] labels = [.. Enumerable.Range(0, 60).Select(i => (byte)(i % 3))];
        float[] weights = [.. Enumerable.Range(0, 60).Select(i => i < 40 ? 1f : 0f)];
        var all = ScoredFaces.OfLabels(3, logits, labels, weights);
        var some = ScoredFaces.OfLabels(3, logits.AsSpan(0, 120), labels.AsSpan(0, 40));

        CalibrationFit.Temperature(all).Should().Be(CalibrationFit.Temperature(some));
        CalibrationFit.Vector(all).Should().Be(CalibrationFit.Vector(some));
        CalibrationReport.Of(all).Should().BeEquivalentTo(CalibrationReport.Of(some));
    }

    [Fact]
    public void Fit_DoubledWeights_IsAsFacesTwice()
    {
        float[] logits = Logits(30, 3);
        byte[] labels = [.. Enumerable.Range(0, 30).Select(i => (byte)(i % 3))];
        float[] weights = [.. Enumerable.Range(0, 30).Select(i => i < 10 ? 2f : 1f)];
        var weighted = ScoredFaces.OfLabels(3, logits, labels, weights);
        var twice = ScoredFaces.OfLabels(3, [.. logits, .. logits[..30]], [.. labels, .. labels[..10]]);

        CalibrationFit.Temperature(weighted).Temperature.Should().BeApproximately(CalibrationFit.Temperature(twice).Temperature, 1e-9);
        CalibrationReport.Of(weighted).Brier.Should().BeApproximately(CalibrationReport.Of(twice).Brier, 1e-12);
        CalibrationReport.Of(weighted).ExpectedCalibrationError.Should().BeApproximately(CalibrationReport.Of(twice).ExpectedCalibrationError, 1e-12);
    }

    [Fact]
    public void CrossFit_Groups_CalibratesEachFaceByOthersAlone()
    {
        float[] logits = [.. Enumerable.Range(0, 40).SelectMany(i => new[] { i, 0f })]; // a face is known by its first logit
        int[] groups = [.. Enumerable.Range(0, 40).Select(i => i % 13)];
        var faces = ScoredFaces.OfLabels(2, logits, new byte[40]);
        var fits = new List<HashSet<double>>();

        ScoredFaces fitted = CalibrationFit.CrossFit(
            faces,
            groups,
            others =>
            {
                fits.Add([.. Enumerable.Range(0, others.Count).Select(i => others.LogitsOf(i)[0])]);
                return new Calibration { Classes = [new(1, fits.Count), new(1, 0)] };
            });

        fits.Should().HaveCount(5);
        int[] foldOf = [.. Enumerable.Range(0, 40).Select(i => (int)(fitted.LogitsOf(i)[0] - i) - 1)];
        for (int i = 0; i < 40; i++)
        {
            for (int other = 0; other < 40; other++)
            {
                if (groups[other] == groups[i])
                {
                    fits[foldOf[i]].Should().NotContain(other, "face {0} is calibrated by what was fitted without its group", i);
                }
            }
        }

        foldOf.Distinct().Should().HaveCount(5);
        fits.Sum(fit => 40 - fit.Count).Should().Be(40, "each face is left out once");
    }

    [Fact]
    public void CrossFit_Seed_DividesOtherwiseOrTheSame()
    {
        float[] logits = Logits(50, 3);
        var faces = ScoredFaces.OfLabels(3, logits, [.. Enumerable.Range(0, 50).Select(i => (byte)(i % 3))]);
        int[] groups = [.. Enumerable.Range(0, 50)];

        double[] Of(long seed) => [.. Enumerable.Range(0, 50).Select(i => CalibrationFit.CrossFit(faces, groups, CalibrationFit.Temperature, seed: seed).LogitsOf(i)[0])];

        Of(1).Should().Equal(Of(1)).And.NotEqual(Of(2));
    }

    [Fact]
    public void CrossFit_WrongArguments_AreNamed()
    {
        var faces = ScoredFaces.OfLabels(2, new float[8], new byte[4]);

        FluentActions.Invoking(() => CalibrationFit.CrossFit(faces, [1, 2, 3], CalibrationFit.Temperature)).Should().Throw<ArgumentException>()
            .WithMessage("Got 3 groups; expected 4, one for each face.*");
        FluentActions.Invoking(() => CalibrationFit.CrossFit(faces, [1, 2, 2, 1], CalibrationFit.Temperature, folds: 3))
            .Should().Throw<ArgumentException>().WithMessage("Got faces of 2 groups; expected at least 3, one for each fold.*");
        FluentActions.Invoking(() => CalibrationFit.CrossFit(faces, [1, 2, 3, 4], CalibrationFit.Temperature, folds: 1))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("folds is 1; expected 2 to 100.*");
    }

    internal static float[] Logits(int count, int classes)
    {
        var random = new SeededRandom(count, classes);
        return [.. Enumerable.Range(0, count * classes).Select(_ => (float)(2 * random.NextGaussian()))];
    }

    private static float[] SoftmaxOf(float[] logits, double[] temperatures, double[]? biases = null)
    {
        int classes = temperatures.Length;
        return
        [
            .. logits.Chunk(classes).SelectMany(face =>
            {
                double[] powers = [.. face.Select((logit, k) => Math.Exp((logit / temperatures[k]) + (biases?[k] ?? 0)))];
                return powers.Select(power => (float)(power / powers.Sum()));
            }),
        ];
    }

    private static int ArgMax(float[] values, int row, int classes) =>
        Enumerable.Range(0, classes).MaxBy(k => values[(row * classes) + k]);
}
