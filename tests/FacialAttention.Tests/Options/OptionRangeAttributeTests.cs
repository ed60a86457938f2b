using System.ComponentModel.DataAnnotations;

namespace FacialAttention.Tests.Options;

public sealed class OptionRangeAttributeTests
{
    [Theory]
    [InlineData(2, 0.5, null)]
    [InlineData(4, 0.25, 1)]
    [InlineData(3, 0.75, 3)]
    public void Validate_WithinOrAtTheBounds_Passes(int whole, double real, int? optional)
    {
        Failures(new Ranges { Whole = whole, Real = real, Optional = optional }).Should().BeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(int.MinValue)]
    public void Validate_WholeNumberOutside_NamesPropertyValueAndRange(int value)
    {
        Failures(new Ranges { Whole = value }).Should().Equal($"Whole is {value}; expected 2 to 4.");
    }

    [Theory]
    [InlineData(0.2499, "0.2499")]
    [InlineData(0.7501, "0.7501")]
    [InlineData(-1e300, "-1E+300")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public void Validate_RealNumberOutside_NamesItInInvariantEnglish(double value, string text)
    {
        using var culture = new Training.UnderCulture("de-DE");

        Failures(new Ranges { Real = value }).Should().Equal($"Real is {text}; expected 0.25 to 0.75.");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Validate_OptionalNumberOutside_IsNotExcused(int value)
    {
        Failures(new Ranges { Optional = value }).Should().Equal($"Optional is {value}; expected 1 to 3.");
    }

    [Fact]
    public void Validate_SeveralOutside_ReportsEach()
    {
        Failures(new Ranges { Whole = 9, Real = 9, Optional = 9 }).Should().HaveCount(3);
    }

    private static string[] Failures(Ranges options)
    {
        var results = new List<ValidationResult>();
        bool isValid = Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        isValid.Should().Be(results.Count == 0);
        return [.. results.Select(result => result.ErrorMessage!)];
    }

    private sealed class Ranges
    {
        [OptionRange(2, 4)]
        public int Whole { get; init; } = 3;

        [OptionRange(0.25, 0.75)]
        public double Real { get; init; } = 0.5;

        [OptionRange(1, 3)]
        public int? Optional { get; init; }
    }
}
