using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FacialAttention;

/// <summary>Networks and trainers from an application's services.</summary>
public static class FacialAttentionServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="FacialAttentionOptions"/>, validated when the application starts, and from them: the chosen
    /// <see cref="DeviceSelection"/>, one for the application, which its trainers use; an <see cref="ExpressionNetwork"/> with new weights and a
    /// <see cref="Trainer"/> of that network, one of each for a scope, which disposes them. Logging is used if the application has it.
    /// </summary>
    /// <remarks>
    /// At the start of the application, or where the options are first resolved, an <see cref="OptionsValidationException"/> names all keys
    /// that are no option and all values that are not of their kind or outside their ranges, as <see cref="FacialAttentionOptions.Load"/>
    /// does of a file.
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="configuration">
    /// The section with <c>Variant</c>, <c>Network</c> and <c>Trainer</c>, all of them optional. A key that is no option is an error.
    /// </param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static IServiceCollection AddFacialAttention(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<FacialAttentionOptions>()
            .Configure(options => Fill(options, configuration))
            .ValidateOnStart();
        services.AddSingleton<IOptionsChangeTokenSource<FacialAttentionOptions>>(
            new ConfigurationChangeTokenSource<FacialAttentionOptions>(configuration));
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<FacialAttentionOptions>, FacialAttentionOptionsValidator>());
        services.TryAddSingleton(provider => DeviceSelector.Select(
            Options(provider).Trainer.Device,
            Options(provider).Trainer.CudaIndex,
            provider.GetService<ILoggerFactory>()?.CreateLogger(typeof(DeviceSelector))));
        services.TryAddScoped(provider => new ExpressionNetwork(Options(provider).Variant, Options(provider).Network));
        services.TryAddScoped(provider => new Trainer(
            provider.GetRequiredService<ExpressionNetwork>(),
            Options(provider).Trainer,
            provider.GetService<ILogger<Trainer>>(),
            provider.GetRequiredService<DeviceSelection>()));
        return services;
    }

    private static void Fill(FacialAttentionOptions options, IConfiguration configuration)
    {
        if (OptionsReader.Fill(options, configuration) is { Count: > 0 } faults)
        {
            throw new OptionsValidationException(nameof(FacialAttentionOptions), typeof(FacialAttentionOptions), faults);
        }
    }

    private static FacialAttentionOptions Options(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<FacialAttentionOptions>>().Value;
}
