using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace FacialAttention;

/// <summary>A legal range whose failure message names the property, the value got and the range.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OptionRangeAttribute : RangeAttribute
{
    public OptionRangeAttribute(int minimum, int maximum)
        : base(minimum, maximum)
    {
    }

    public OptionRangeAttribute(double minimum, double maximum)
        : base(minimum, maximum)
    {
    }

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        return value is null || IsValid(value)
            ? ValidationResult.Success
            : new ValidationResult(string.Create(
                CultureInfo.InvariantCulture, $"{validationContext.MemberName} is {value}; expected {Minimum} to {Maximum}."));
    }
}
