using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>The checks of what is handed a network or layer.</summary>
internal static class RequireModule
{
    /// <exception cref="ArgumentNullException">The module is null.</exception>
    /// <exception cref="ObjectDisposedException">The module was disposed; it is named.</exception>
    public static void NotDisposed(nn.Module module, string parameter)
    {
        using RunningCalls.Call call = Hold(module, parameter);
    }

    /// <summary>Keeps a network from being freed by another thread until the result is disposed. Layers and modules of others are only checked.</summary>
    /// <exception cref="ArgumentNullException">The module is null.</exception>
    /// <exception cref="ObjectDisposedException">The module was disposed; it is named.</exception>
    public static RunningCalls.Call Hold(nn.Module module, string parameter)
    {
        ArgumentNullException.ThrowIfNull(module, parameter);
        try
        {
            if (module is ISharedModule shared)
            {
                return shared.Hold();
            }

            _ = module.training; // A disposed module still lists its layers, but its native half, which this asks, is gone.
            return default;
        }
        catch (ObjectDisposedException)
        {
            throw new ObjectDisposedException(module.GetType().Name, $"The {parameter} was disposed; expected one that is not.");
        }
    }
}
