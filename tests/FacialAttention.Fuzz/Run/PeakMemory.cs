using System.Globalization;

namespace FacialAttention.Fuzz.Run;

/// <summary>
/// The resident memory of this process and its peak, managed and native together, in bytes. Linux keeps a peak that can be reset; elsewhere
/// the memory at the time of asking stands in for it.
/// </summary>
internal static class PeakMemory
{
    private const string ResetPeak = "5"; // proc_pid_clear_refs(5)

    /// <summary>Lets the peak start anew, and tells the memory in use.</summary>
    public static long Reset()
    {
        if (OperatingSystem.IsLinux())
        {
            File.WriteAllText("/proc/self/clear_refs", ResetPeak);
        }

        return Read("VmRSS:");
    }

    /// <summary>The peak since it was last reset.</summary>
    public static long Read() => Read("VmHWM:");

    private static long Read(string name)
    {
        if (!OperatingSystem.IsLinux())
        {
            return Environment.WorkingSet;
        }

        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return 1024 * long.Parse(line.AsSpan(name.Length).Trim(" \tkB"), CultureInfo.InvariantCulture);
    }
}
