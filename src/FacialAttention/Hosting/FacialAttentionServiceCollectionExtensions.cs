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
    /// At the start of the application, or where the options are first resolved, an <see cref="OptionsValidationException"/> names all
    /// values outside their ranges, and an <see cref="InvalidOperationException"/> a key that is no option or a value that is not of its
    /// kind.
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
            .Bind(configuration, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
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

    private static FacialAttentionOptions Options(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<FacialAttentionOptions>>().Value;
}
