using System.Globalization;

namespace FacialAttention.Fuzz.Run;

/// <summary>
/// How long another process was ready to run and got no processor: the longest wait of any of its threads since this object was made. Linux
/// counts it; elsewhere it is zero.
/// </summary>
internal sealed class ProcessorWait
{
    private readonly int _process;
    private readonly Dictionary<string, long> _start;

    public ProcessorWait(int process)
    {
        _process = process;
        _start = Read();
    }

    public TimeSpan Elapsed => TimeSpan.FromMicroseconds(
        Read().Select(thread => thread.Value - _start.GetValueOrDefault(thread.Key)).DefaultIfEmpty(0).Max() / 1000.0);

    /// <summary>Nanoseconds by thread, the second number of each /proc/PID/task/TID/schedstat.</summary>
    private Dictionary<string, long> Read()
    {
        var waits = new Dictionary<string, long>(StringComparer.Ordinal);
        try
        {
            foreach (string thread in Directory.EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{_process}/task")))
            {
                waits[thread] = long.Parse(File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[1], CultureInfo.InvariantCulture);
            }
        }
        catch (IOException)
        {
            // The process or the thread has ended, or the system does not count.
        }

        return waits;
    }
}
