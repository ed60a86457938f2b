namespace FacialAttention;

/// <summary>Loads libtorch, the native library under TorchSharp, also on systems where TorchSharp alone fails to.</summary>
/// <remarks>
/// <para>
/// On Debian 12 and Ubuntu 22.04 the native file of TorchSharp 0.107.0 asks libstdc++ for a version that is not there and that nothing in
/// it uses. Then, and only then, a copy of the file that can do without is loaded from memory; no file is written or changed.
/// </para>
/// <para>
/// Executables written in C# that reference the package call <see cref="EnsureLoaded"/> before <c>Main</c> by themselves, through a
/// module initializer that the package adds; <c>FacialAttentionLoadNativeTorch=false</c> in the project switches this off. Programs in
/// other languages call it once, before their first use of TorchSharp.
/// </para>
/// <para>
/// Where a virtual machine has AVX-512 and hides its caches, <c>ONEDNN_MAX_CPU_ISA</c> is set to <c>AVX2</c> for native libraries unless
/// it is set already: libtorch computes wrong numbers there without (docs/troubleshooting.md).
/// </para>
/// <para>
/// On Linux up to 1 GiB of freed native memory waits for the next tensors of the process; <c>MALLOC_TRIM_THRESHOLD_</c>, any other of
/// glibc's settings of allocation, or <c>GLIBC_TUNABLES</c> with one, leave glibc as the user wants it.
/// </para>
/// <para>
/// The environment variable <c>FACIALATTENTION_LIBTORCH</c> may name a folder with an existing libtorch (for example
/// <c>torch/lib</c> of a Python PyTorch) for applications that bring none.
/// </para>
/// </remarks>
public static class NativeTorch
{
    private static readonly Lock Gate = new();
    private static volatile bool _isLoaded;

    /// <summary>Loads libtorch if it is not loaded yet. Cheap after the first call, and safe to call from several threads.</summary>
    /// <exception cref="NativeTorchException">
    /// libtorch cannot be loaded; the message says why and what to do. A later first use of TorchSharp fails with the same message.
    /// </exception>
    public static void EnsureLoaded()
    {
        if (_isLoaded)
        {
            return;
        }

        lock (Gate)
        {
            if (_isLoaded)
            {
                return;
            }

            try
            {
                ProcessorLimit.Set();
                string? libtorchFolder = Environment.GetEnvironmentVariable(LibtorchFolder.VariableName);
                new NativeTorchLoader(NativeFiles.FoldersOfThisProcess(), libtorchFolder).Load();
                ProcessorLimit.TurnOffNnpack();
            }
            catch (NativeTorchException exception)
            {
                NativeTorchGuard.Arm(exception.Message);
                throw;
            }

            NativeTorchGuard.Disarm();
            _isLoaded = true;
        }
    }

    /// <summary>
    /// A module's name, once libtorch is there: for the call of a module's base constructor, which comes before its body.
    /// </summary>
    internal static string Loaded(string moduleName)
    {
        EnsureLoaded();
        return moduleName;
    }
}
