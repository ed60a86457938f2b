namespace FacialAttention.Tests.Description;

public sealed class CalibrationTests
{
    private static readonly Calibration WithThresholds = new() { Thresholds = [new(0.4, 0.9), new(0.8, 0.5)] };

    [Fact]
    public void Equals_Calibration_ComparesAllNumbers()
    {
        var calibration = new Calibration { Temperature = 2, Classes = [new(1, 0), new(2, 0.5)], Thresholds = [new(0.5, 0.75)] };

        (calibration with { }).Should().Be(calibration);
        new Calibration { Temperature = 2, Classes = [new(1, 0), new(2, 0.5)], Thresholds = [new(0.5, 0.75)] }.GetHashCode()
            .Should().Be(calibration.GetHashCode());
        (calibration with { Temperature = 3 }).Should().NotBe(calibration);
        (calibration with { Classes = [new(1, 0), new(2, 0.25)] }).Should().NotBe(calibration);
        (calibration with { Thresholds = [] }).Should().NotBe(calibration);
        calibration.Equals(null).Should().BeFalse();
    }

    [Fact]
    public void Init_Lists_AreCopied()
    {
        var classes = new List<ClassScaling> { new(1, 0), new(1, 0) };
        var thresholds = new List<CoverageThreshold> { new(0.5, 0.5) };
        var calibration = new Calibration { Classes = classes, Thresholds = thresholds };

        (classes[0], thresholds[0]) = (new(5, 5), new(1, 1));

        calibration.Classes[0].Should().Be(new ClassScaling(1, 0));
        calibration.Thresholds[0].Should().Be(new CoverageThreshold(0.5, 0.5));
    }

    [Theory]
    [InlineData(0.0, 0, "Scale is 0; expected 0.01 to 100.*")]
    [InlineData(double.NaN, 0, "Scale is NaN; expected 0.01 to 100.*")]
    [InlineData(1, -100.5, "Bias is -100.5; expected -100 to 100.*")]
    public void Init_ClassOutOfRange_IsNamed(double scale, double bias, string message)
    {
        FluentActions.Invoking(() => new Calibration { Classes = [new(1, 0), new(scale, bias)] })
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1.1, 0.5)]
    [InlineData(0.4, 0.5)]
    [InlineData(0.6, 0.8)]
    [InlineData(0.6, -0.1)]
    [InlineData(0.6, double.NaN)]
    [InlineData(double.NaN, 0.1)]
    public void Init_ThresholdOutOfRangeOrOrder_IsNamed(double coverage, double probability)
    {
        FluentActions.Invoking(() => new Calibration { Thresholds = [new(0.5, 0.7), new(coverage, probability)] })
            .Should().ThrowExactly<ArgumentException>().WithMessage(FormattableString.Invariant(
                $"The threshold for a coverage of {coverage} is {probability}; expected coverages that rise from above 0 to 1 at most, and *"));
    }

    [Theory]
    [InlineData(0.4, 0.9)]
    [InlineData(0.5, 0.8)]
    [InlineData(0.8, 0.5)]
    [InlineData(0.9, 0.25)]
    [InlineData(1, 0)]
    public void UncertainBelow_Coverage_IsBetweenTheThresholds(double coverage, double expected)
    {
        WithThresholds.UncertainBelow(new RecognitionOptions { Coverage = coverage }).Should().BeApproximately(expected, 1e-12);
    }

    [Fact]
    public void UncertainBelow_ThresholdForAllFaces_IsThat()
    {
        new Calibration { Thresholds = [new(0.5, 0.5), new(1, 0.2)] }.UncertainBelow(new RecognitionOptions { Coverage = 1 }).Should().Be(0.2);
    }

    [Fact]
    public void UncertainBelow_NothingAskedFor_IsZero()
    {
        WithThresholds.UncertainBelow(new RecognitionOptions()).Should().Be(0);
        new Calibration().UncertainBelow(null).Should().Be(0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void UncertainBelow_CoverageOutOfRange_IsNamed(double coverage)
    {
        WithThresholds.Invoking(it => it.UncertainBelow(new RecognitionOptions { Coverage = coverage }))
            .Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage(FormattableString.Invariant($"Coverage is {coverage}; expected more than 0 and at most 1.*"));
    }

    [Fact]
    public void UncertainBelow_NoThreshold_SaysWhatThereIs()
    {
        new Calibration().Invoking(it => it.UncertainBelow(new RecognitionOptions { Coverage = 0.8 })).Should().ThrowExactly<ArgumentException>()
            .WithMessage("The network's calibration holds no thresholds; expected one for a coverage of 0.8. Fit them on validation data *");
        WithThresholds.Invoking(it => it.UncertainBelow(new RecognitionOptions { Coverage = 0.3 })).Should().ThrowExactly<ArgumentException>()
            .WithMessage("The network's calibration holds thresholds for coverages of 0.4 and more; expected one for a coverage of 0.3.*");
    }
}
