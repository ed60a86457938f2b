using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace FacialAttention;

/// <summary>
/// Once libtorch failed to load, makes the first use of TorchSharp report our reason in place of its own.
/// </summary>
/// <remarks>
/// Left alone, TorchSharp answers a failed load by copying half a gigabyte from the package cache into the application's folder and by
/// blaming a missing package on the console. Its attempt to load ends at <see cref="AssemblyLoadContext.ResolvingUnmanagedDll"/>, whose
/// exceptions it swallows; there the guard hands it a handle that stands for nothing. The first native call, still inside the static
/// constructor, then asks the resolver of <see cref="NativeLibrary.SetDllImportResolver"/>, whose exception does reach the caller.
/// </remarks>
internal static class NativeTorchGuard
{
    private static readonly Assembly TorchSharpAssembly = typeof(torch).Assembly;

    private static string? _message;
    private static bool _isInstalled;

    /// <summary>From now on TorchSharp fails with this message. The caller serialises calls.</summary>
    public static void Arm(string message)
    {
        _message = message;
        if (_isInstalled)
        {
            return;
        }

        _isInstalled = true;
        try
        {
            NativeLibrary.SetDllImportResolver(
                TorchSharpAssembly, (_, _, _) => _message is string text ? throw new NativeTorchException(text) : 0);
        }
        catch (InvalidOperationException)
        {
            return; // the application resolves TorchSharp's libraries itself: its rules hold
        }

        AssemblyLoadContext.GetLoadContext(TorchSharpAssembly)!.ResolvingUnmanagedDll += (assembly, name) =>
            _message is not null && assembly == TorchSharpAssembly && name == NativeTorchLoader.TorchSharpLibrary
                ? NativeLibrary.GetMainProgramHandle()
                : 0;
    }

    /// <summary>Leaves TorchSharp alone again, after a later attempt that succeeded.</summary>
    public static void Disarm() => _message = null;
}
