using Microsoft.Extensions.Options;

namespace FacialAttention;

/// <summary>The one way an option reaches its consumer: validated by the one validator, all failures reported together.</summary>
internal static class OptionsValidation
{
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
