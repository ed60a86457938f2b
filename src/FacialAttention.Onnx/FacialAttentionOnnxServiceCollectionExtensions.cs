using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.ML.OnnxRuntime;

namespace FacialAttention;

/// <summary>A recogniser from an application's services.</summary>
public static class FacialAttentionOnnxServiceCollectionExtensions
{
#pragma warning disable RS0026 // The overloads differ in their first parameter, which the one of a file requires.
    /// <summary>
    /// Adds an <see cref="OnnxExpressionRecognizer"/> of a network that comes with the package, also as <see cref="IExpressionRecognizer"/>:
    /// one for the application, as of a file.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="network">Which.</param>
    /// <param name="configureSession">Sets ONNX Runtime's options; null for its defaults.</param>
    /// <param name="options">What predictions hold beside probabilities; null for the defaults.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network.</exception>
    public static IServiceCollection AddFacialAttentionOnnx(
        this IServiceCollection services,
        PretrainedNetwork network = PretrainedNetwork.CompactFerPlus,
        Action<SessionOptions>? configureSession = null,
        RecognitionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        Require.Defined(network, nameof(network));
        return Add(services, () => OnnxExpressionRecognizer.LoadPretrained(network, configureSession, options));
    }

    /// <summary>
    /// Adds an <see cref="OnnxExpressionRecognizer"/>, also as <see cref="IExpressionRecognizer"/>: one for the application, loaded when it
    /// is first asked for, at the latest when a host starts the application, and disposed with the services.
    /// </summary>
    /// <remarks>
    /// A host whose model is missing or unsound does not start: the exception of <see cref="OnnxExpressionRecognizer.Load(string,
    /// Action{SessionOptions}?, RecognitionOptions?)"/> names the whole path. Where the application has an <see cref="IExpressionRecognizer"/> of its own, as in
    /// a test, nothing is loaded at the start.
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="modelPath">
    /// The .onnx file that the package <c>FacialAttention</c> exported; if relative, to the working folder of this call.
    /// </param>
    /// <param name="configureSession">Sets ONNX Runtime's options; null for its defaults.</param>
    /// <param name="options">What predictions hold beside probabilities; null for the defaults.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">The path is null or empty.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    public static IServiceCollection AddFacialAttentionOnnx(
        this IServiceCollection services,
        string modelPath,
        Action<SessionOptions>? configureSession = null,
        RecognitionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(modelPath);
        string path = Path.GetFullPath(modelPath);
        return Add(services, () => OnnxExpressionRecognizer.Load(path, configureSession, options));
    }
#pragma warning restore RS0026

    private static IServiceCollection Add(IServiceCollection services, Func<OnnxExpressionRecognizer> load)
    {
        services.TryAddSingleton(_ => load());
        var recognizer = ServiceDescriptor.Singleton<IExpressionRecognizer>(
            provider => provider.GetRequiredService<OnnxExpressionRecognizer>());
        services.TryAdd(recognizer);
        services.AddOptions<StartupCheck>()
            .Validate<IServiceProvider>((check, provider) =>
            {
                if (services.LastOrDefault(service => service.ServiceType == typeof(IExpressionRecognizer)) == recognizer)
                {
                    _ = provider.GetRequiredService<OnnxExpressionRecognizer>();
                }

                return true;
            })
            .ValidateOnStart();
        return services;
    }

    /// <summary>Options without content: hosts validate options when they start, and the model with them.</summary>
    private sealed class StartupCheck;
}
