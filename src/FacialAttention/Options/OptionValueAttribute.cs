using System.ComponentModel.DataAnnotations;

namespace FacialAttention;

/// <summary>Requires a defined member of an enumeration; the failure message names the property, the value got and the members.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OptionValueAttribute : ValidationAttribute
{
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        return value is Enum choice && Enum.IsDefined(choice.GetType(), choice)
            ? ValidationResult.Success
            : new ValidationResult(
                $"{validationContext.MemberName} is {value ?? "null"}; expected one of {string.Join(", ", Enum.GetNames(value!.GetType()))}.");
    }
}
