using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace FacialAttention;

/// <summary>
/// What libtorch must be kept from on processors that hide their caches from programs, as those of some virtual machines do. oneDNN, which
/// computes its convolutions and LSTMs on the CPU, computes wrong numbers with AVX-512 there: seen with libtorch 2.10 on an AMD EPYC of
/// family 26, where without gradients LSTMs whose hidden size is 1 to 16 more than a multiple of 32 are wrong altogether, and so is the
/// gradient of an image in front of a convolution with bias. With AVX2 as the limit all is right.
/// </summary>
internal static class ProcessorLimit
{
    /// <summary>What oneDNN reads at its first use.</summary>
    public const string VariableName = "ONEDNN_MAX_CPU_ISA";

    private const string FormerVariableName = "DNNL_MAX_CPU_ISA"; // which oneDNN still reads

    // Of libtorch's C++: at::globalContext(), at::Context::setUserEnabledNNPACK(bool).
    private const string GlobalContext = "_ZN2at13globalContextEv";
    private const string SetUserEnabledNnpack = "_ZN2at7Context20setUserEnabledNNPACKEb";

    private const int IntelCaches = 4;
    private const int AmdCaches = unchecked((int)0x8000001D);
    private const int HighestAmdLeaf = unchecked((int)0x80000000);

    /// <summary>Sets the limit where it is needed, unless the user has set one. To be called before libtorch is loaded.</summary>
    public static void Set()
    {
        bool isSet = Environment.GetEnvironmentVariable(VariableName) is not null
            || Environment.GetEnvironmentVariable(FormerVariableName) is not null;
        if (!isSet && IsNeeded(X86Base.IsSupported && Avx512F.IsSupported, HidesCaches))
        {
            NativeEnvironment.Set(VariableName, "AVX2");
        }
    }

    /// <summary>
    /// Turns NNPACK off where the processor hides its caches, once libtorch is loaded: it cannot start there, and at each convolution that
    /// would take it libtorch prints a warning, in the middle of what a program prints.
    /// </summary>
    public static void TurnOffNnpack()
    {
        if (OperatingSystem.IsLinux() && X86Base.IsSupported && HidesCaches() && NativeLibrary.TryLoad("libtorch_cpu.so", out nint libtorch)
            && NativeLibrary.TryGetExport(libtorch, GlobalContext, out nint context)
            && NativeLibrary.TryGetExport(libtorch, SetUserEnabledNnpack, out nint set))
        {
            unsafe
            {
                ((delegate* unmanaged<nint, byte, void>)set)(((delegate* unmanaged<nint>)context)(), 0);
            }
        }
    }

    /// <summary>Whether such a processor computes wrong numbers without a limit.</summary>
    public static bool IsNeeded(bool hasAvx512, Func<bool> hidesCaches) => hasAvx512 && hidesCaches();

    private static bool HidesCaches() => !HasCaches(IntelCaches, highest: X86Base.CpuId(0, 0).Eax)
        && !HasCaches(AmdCaches, X86Base.CpuId(HighestAmdLeaf, 0).Eax);

    /// <summary>Whether the first entry of such a table of caches is one: its lowest five bits are the kind of cache, 0 for none.</summary>
    private static bool HasCaches(int leaf, int highest) => (uint)leaf <= (uint)highest && (X86Base.CpuId(leaf, 0).Eax & 0x1F) != 0;
}
