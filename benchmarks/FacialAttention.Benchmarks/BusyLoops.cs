namespace FacialAttention.Benchmarks;

/// <summary>Other work on the machine: threads that compute without a pause until they are disposed.</summary>
internal sealed class BusyLoops : IDisposable
{
    private readonly Thread[] _threads;
    private volatile bool _stops;

    public BusyLoops(int count)
    {
        _threads = [.. Enumerable.Range(0, count).Select(_ => new Thread(Work))];
        Array.ForEach(_threads, thread => thread.Start());
    }

    public void Dispose()
    {
        _stops = true;
        Array.ForEach(_threads, thread => thread.Join());
    }

    private void Work()
    {
        for (double x = 1; !_stops;)
        {
            x = Math.Sqrt(x + 2);
        }
    }
}
