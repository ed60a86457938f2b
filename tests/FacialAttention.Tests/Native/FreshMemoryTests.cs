using System.Runtime.InteropServices;

namespace FacialAttention.Tests.Native;

public sealed class FreshMemoryTests
{
    private const int Pages = 5000;
    private const string LargePages = "/sys/kernel/mm/transparent_hugepage/enabled";

    [LinuxFact]
    public void ComeInLargePages_BeforeMemoryIsUsed_SparesItThePageFaults()
    {
        long faults = 0;
        var thread = new Thread(() =>
        {
            FreshMemory.ComeInLargePages();
            long before = FreedMemoryTests.PageFaults();
            Touch();
            faults = FreedMemoryTests.PageFaults() - before;
        });
        thread.Start();
        thread.Join();

        bool offered = File.Exists(LargePages) && !File.ReadAllText(LargePages).Contains("[never]", StringComparison.Ordinal)
            && !FreedMemory.IsSetByUser(Environment.GetEnvironmentVariable);
        faults.Should().BeLessThan(offered ? Pages / 4 : Pages * 2);
    }

    private static unsafe void Touch()
    {
        var block = (byte*)NativeMemory.Alloc(Pages * 4096);
        for (int i = 0; i < Pages; i++)
        {
            block[i * 4096] = 1;
        }

        NativeMemory.Free(block);
    }
}
