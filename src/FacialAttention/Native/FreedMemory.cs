using System.Runtime.InteropServices;

namespace FacialAttention;

/// <summary>
/// What becomes of the memory of freed tensors. By default glibc hands large blocks back to the system at once and asks for them again a
/// moment later, and the system clears each page anew: thousands of page faults in a training step (minflt of /proc/PID/stat).
/// </summary>
/// <remarks>The allocators of Windows and macOS are left as they are.</remarks>
internal static partial class FreedMemory
{
    /// <summary>Up to this many bytes wait for the next tensor; what is above goes back to the system.</summary>
    public const int MostKept = 1 << 30;

    // Of glibc's malloc.h.
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MapThreshold = -3;

    /// <summary>
    /// The largest heap of a thread other than the main one, glibc's <c>HEAP_MAX_SIZE</c> on 64 bits. Such a heap goes back whole as soon as
    /// it is empty, whatever the thresholds, unless as much as this is to be kept spare (<c>heap_trim</c> in glibc's arena.c).
    /// </summary>
    private const int HeapOfThread = 64 << 20;

    private static readonly string[] VariablesOfUser = ["MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TOP_PAD_", "MALLOC_MMAP_MAX_"];

    /// <summary>Keeps it for what comes next, unless the user has set how glibc allocates; says whether that is so.</summary>
    /// <remarks>Threads other than the main one keep what they once used; their blocks above 64 MB come from the system each time.</remarks>
    public static bool Keep()
    {
        if (!OperatingSystem.IsLinux() || IsSetByUser(Environment.GetEnvironmentVariable))
        {
            return false;
        }

        try
        {
            return SetMallocOption(MapThreshold, MostKept) != 0 && SetMallocOption(TrimThreshold, MostKept) != 0
                && SetMallocOption(TopPad, HeapOfThread) != 0;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return false; // Another C library than glibc.
        }
    }

    /// <summary>Whether the environment says how glibc is to allocate.</summary>
    /// <param name="variable">The value of a variable by its name.</param>
    public static bool IsSetByUser(Func<string, string?> variable) =>
        VariablesOfUser.Any(name => variable(name) is not null)
        || variable("GLIBC_TUNABLES")?.Contains("glibc.malloc.", StringComparison.Ordinal) == true;

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int SetMallocOption(int option, int value);
}
