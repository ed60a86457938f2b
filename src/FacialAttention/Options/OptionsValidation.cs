using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.Extensions.Options;

namespace FacialAttention;

/// <summary>The one way an option reaches its consumer: validated by the one validator, all failures reported together. And rules of several types.</summary>
internal static class OptionsValidation
{
    /// <summary>What is wrong with two options of which only one is set; null where both are or neither is.</summary>
    public static ValidationResult? FindPairFault(string name, int? value, string otherName, int? otherValue)
    {
        return value.HasValue == otherValue.HasValue
            ? null
            : new ValidationResult($"{name} is {TextOf(value)} and {otherName} is {TextOf(otherValue)}; expected both or neither.");

        static string TextOf(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "null";
    }

    public static void ThrowIfInvalid<TOptions>(IValidateOptions<TOptions> validator, TOptions options)
        where TOptions : class
    {
        ValidateOptionsResult result = validator.Validate(null, options);
        if (result.Failed)
        {
            throw new OptionsValidationException(typeof(TOptions).Name, typeof(TOptions), result.Failures);
        }
    }
}
