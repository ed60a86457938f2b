namespace FacialAttention;

/// <summary>
/// libtorch, the native library under TorchSharp, cannot be used on this machine as it was asked to be. The message names the cause
/// that was found out of the numbered ones of docs/troubleshooting.md, the system loader's own text, the files that were tried, and what to do.
/// </summary>
public sealed class NativeTorchException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong and what to do about it.</param>
    internal NativeTorchException(string message)
        : base(message)
    {
    }
}
