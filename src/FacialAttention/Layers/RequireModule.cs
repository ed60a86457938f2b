using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>The checks of what is handed a network or layer.</summary>
internal static class RequireModule
{
    /// <exception cref="ArgumentNullException">The module is null.</exception>
    /// <exception cref="ObjectDisposedException">The module was disposed; it is named.</exception>
    public static void NotDisposed(nn.Module module, string parameter)
    {
        ArgumentNullException.ThrowIfNull(module, parameter);
        try
        {
            _ = module.training; // A disposed module still lists its layers, but its native half, which this asks, is gone.
        }
        catch (ObjectDisposedException)
        {
            throw new ObjectDisposedException(module.GetType().Name, $"The {parameter} was disposed; expected one that is not.");
        }
    }
}
