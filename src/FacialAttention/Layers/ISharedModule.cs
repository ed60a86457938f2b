namespace FacialAttention;

/// <summary>A module that may be disposed while other threads use it.</summary>
internal interface ISharedModule
{
    /// <summary>Keeps its weights until the result is disposed, whoever disposes the module meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">The module was disposed.</exception>
    public RunningCalls.Call Hold();
}
