using System.Runtime.Intrinsics.X86;

namespace FacialAttention;

/// <summary>
/// Keeps oneDNN, which computes libtorch's convolutions and LSTMs on the CPU, from instructions that it computes wrong numbers with. Seen
/// with libtorch 2.10 in a virtual machine on an AMD EPYC of family 26 (Zen 5) that has AVX-512 and hides its caches from programs:
/// without gradients LSTMs whose hidden size is 1 to 16 more than a multiple of 32 are wrong altogether, and so is the gradient of an
/// image in front of a convolution with bias. With AVX2 as the limit all is right there.
/// </summary>
internal static class ProcessorLimit
{
    /// <summary>What oneDNN reads at its first use.</summary>
    public const string VariableName = "ONEDNN_MAX_CPU_ISA";

    private const string FormerVariableName = "DNNL_MAX_CPU_ISA"; // which oneDNN still reads

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

    /// <summary>Whether such a processor computes wrong numbers without a limit.</summary>
    public static bool IsNeeded(bool hasAvx512, Func<bool> hidesCaches) => hasAvx512 && hidesCaches();

    private static bool HidesCaches() => !HasCaches(IntelCaches, highest: X86Base.CpuId(0, 0).Eax)
        && !HasCaches(AmdCaches, X86Base.CpuId(HighestAmdLeaf, 0).Eax);

    /// <summary>Whether the first entry of such a table of caches is one: its lowest five bits are the kind of cache, 0 for none.</summary>
    private static bool HasCaches(int leaf, int highest) => (uint)leaf <= (uint)highest && (X86Base.CpuId(leaf, 0).Eax & 0x1F) != 0;
}
