using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.ML.OnnxRuntime;

namespace FacialAttention;

/// <summary>A recogniser from an application's services.</summary>
public static class FacialAttentionOnnxServiceCollectionExtensions
{
    /// <summary>
    /// Adds an <see cref="OnnxExpressionRecognizer"/>, also as <see cref="IExpressionRecognizer"/>: one for the application, loaded when it
    /// is first asked for and disposed with the services.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="modelPath">The .onnx file that the package <c>FacialAttention</c> exported.</param>
    /// <param name="configureSession">Sets ONNX Runtime's options; null for its defaults.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">The path is null or empty.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    public static IServiceCollection AddFacialAttentionOnnx(
        this IServiceCollection services, string modelPath, Action<SessionOptions>? configureSession = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(modelPath);
        services.TryAddSingleton(_ => OnnxExpressionRecognizer.Load(modelPath, configureSession));
        services.TryAddSingleton<IExpressionRecognizer>(provider => provider.GetRequiredService<OnnxExpressionRecognizer>());
        return services;
    }
}
