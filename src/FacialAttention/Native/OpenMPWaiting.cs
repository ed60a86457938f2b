namespace FacialAttention;

/// <summary>
/// How libtorch's OpenMP threads wait for each other. By default those of GNU's OpenMP, which libtorch for Linux brings, spin for
/// milliseconds, and take from other work, or from each other, the core that the awaited thread needs.
/// </summary>
/// <remarks>libtorch for Windows and macOS has Intel's and LLVM's OpenMP, with KMP_BLOCKTIME in its place; they are left as they are.</remarks>
internal static class OpenMPWaiting
{
    public const string SpinCount = "GOMP_SPINCOUNT";
    public const string Policy = "OMP_WAIT_POLICY";

    /// <summary>
    /// Some 20 microseconds, as libgomp reckons with 100,000 spins a millisecond: longer than the gap between two loops of one step, shorter than
    /// what the system gives another thread. Its own is 300,000. <c>benchmarks</c> compares them by its part <c>spin</c>.
    /// </summary>
    public const string Spins = "2000";

    /// <summary>To be called before libtorch is loaded, since OpenMP reads its environment then. What the user set stays.</summary>
    public static void Shorten()
    {
        if (OperatingSystem.IsLinux() && IsUnset(SpinCount) && IsUnset(Policy))
        {
            NativeEnvironment.Set(SpinCount, Spins);
        }
    }

    private static bool IsUnset(string name) => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name));
}
