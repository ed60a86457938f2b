using System.Runtime.InteropServices;

namespace FacialAttention;

/// <summary>
/// The pages of native memory that is about to be used for the first time. Linux hands them out one by one, 4 KiB at each first touch, and making a session
/// of ONNX Runtime touches ten thousand: where page faults are dear, as on many virtual machines, most of its time.
/// </summary>
internal static partial class FreshMemory
{
    /// <summary>Just below the largest block that glibc ever learns to keep on its heap (<c>DEFAULT_MMAP_THRESHOLD_MAX</c>, 32 MiB on 64 bits).</summary>
    private const int LargestOfHeap = (32 << 20) - (8 << 10);

    /// <summary>Two of these are less than glibc keeps on top of a heap, and than the heap of a thread (64 MiB each).</summary>
    private const int Block = 28 << 20;

    private const int HugePages = 14; // MADV_HUGEPAGE of Linux's mman.h

    /// <summary>
    /// Lets the calling thread's next 56 MiB of native memory come in pages of 2 MiB, and freed blocks be used again instead of given back and taken anew.
    /// Nothing is touched, so that no memory is used by it. Without effect on other systems and with other C libraries than glibc.
    /// </summary>
    /// <remarks>By freeing one large block glibc learns that large blocks come and go (M_MMAP_THRESHOLD of mallopt(3)), as from any program that does so.</remarks>
    public static unsafe void ComeInLargePages()
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            return;
        }

        try
        {
            NativeMemory.Free(NativeMemory.Alloc(LargestOfHeap));
            void* first = NativeMemory.Alloc(Block);
            void* second = NativeMemory.Alloc(Block);
            Advise(first);
            Advise(second);
            NativeMemory.Free(second);
            NativeMemory.Free(first);
        }
        catch (Exception exception) when (exception is OutOfMemoryException or DllNotFoundException or EntryPointNotFoundException)
        {
            // What is set here is a preference, and no reason to fail.
        }
    }

    /// <summary>Whether it is taken or not: a system may have no large pages.</summary>
    private static unsafe void Advise(void* block)
    {
        nuint start = (nuint)block & ~((nuint)Environment.SystemPageSize - 1);
        _ = Advise(start, (nuint)block + Block - start, HugePages);
    }

    [LibraryImport("libc.so.6", EntryPoint = "madvise")]
    private static partial int Advise(nuint start, nuint length, int advice);
}
