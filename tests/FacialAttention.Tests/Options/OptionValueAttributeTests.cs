using System.ComponentModel.DataAnnotations;

namespace FacialAttention.Tests.Options;

public sealed class OptionValueAttributeTests
{
    [Theory]
    [InlineData(DayOfWeek.Sunday)]
    [InlineData(DayOfWeek.Saturday)]
    public void Validate_DefinedMember_Passes(DayOfWeek value)
    {
        Failures(new Choice { Day = value }).Should().BeEmpty();
    }

    [Theory]
    [InlineData(7)]
    [InlineData(-1)]
    public void Validate_UndefinedMember_NamesPropertyValueAndMembers(int value)
    {
        Failures(new Choice { Day = (DayOfWeek)value }).Should()
            .Equal($"Day is {value}; expected one of Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday.");
    }

    private static string[] Failures(Choice options)
    {
        var results = new List<ValidationResult>();
        bool isValid = Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        isValid.Should().Be(results.Count == 0);
        return [.. results.Select(result => result.ErrorMessage!)];
    }

    private sealed class Choice
    {
        [OptionValue]
        public DayOfWeek Day { get; init; }
    }
}
