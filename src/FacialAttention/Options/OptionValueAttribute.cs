using System.ComponentModel.DataAnnotations;

namespace FacialAttention;

/// <summary>Requires a defined member of an enumeration; the failure message names the property, the value got and the members.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OptionValueAttribute : ValidationAttribute
{
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        var choice = (Enum)value!; // It stands on properties of enumerations alone, and they are never null.
        return Enum.IsDefined(choice.GetType(), choice)
            ? ValidationResult.Success
            : new ValidationResult(
                $"{validationContext.MemberName} is {choice}; expected one of {string.Join(", ", Enum.GetNames(choice.GetType()))}.");
    }
}
