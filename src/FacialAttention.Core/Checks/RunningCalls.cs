namespace FacialAttention;

/// <summary>
/// Counts the calls that use native memory, so that it is freed once, and never under a call: by the owner's Dispose, or, if calls are
/// under way then, by the last of them.
/// </summary>
/// <param name="owner">Named by the <see cref="ObjectDisposedException"/> of later calls.</param>
/// <param name="free">Frees the memory.</param>
internal sealed class RunningCalls(object owner, Action free)
{
    private const int Closed = 1 << 30;

    /// <summary>The number of running calls, and <see cref="Closed"/> once the owner is disposed.</summary>
    private int _state;

    /// <summary>Begins a call, whose end is the result's disposal.</summary>
    /// <exception cref="ObjectDisposedException">The owner was disposed.</exception>
    public Call Begin()
    {
        int state = Volatile.Read(ref _state);
        while (true)
        {
            ObjectDisposedException.ThrowIf((state & Closed) != 0, owner);
            int before = Interlocked.CompareExchange(ref _state, state + 1, state);
            if (before == state)
            {
                return new Call(this);
            }

            state = before;
        }
    }

    /// <summary>Refuses calls from now on. Only the first time does anything; it does not wait.</summary>
    public void Close()
    {
        if (Interlocked.Or(ref _state, Closed) == 0)
        {
            free();
        }
    }

    /// <summary>The same in an owner's <c>Dispose(bool)</c>, which does nothing in a finalizer.</summary>
    public void Close(bool disposing)
    {
        if (disposing)
        {
            Close();
        }
    }

    private void End()
    {
        if (Interlocked.Decrement(ref _state) == Closed)
        {
            free();
        }
    }

    /// <summary>One call, from <see cref="Begin"/> to its disposal; the default counts nothing.</summary>
    internal readonly ref struct Call(RunningCalls? calls) : IDisposable
    {
        public void Dispose() => calls?.End();
    }
}
