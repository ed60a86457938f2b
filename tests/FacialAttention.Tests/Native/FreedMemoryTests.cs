using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Native;

public sealed class FreedMemoryTests
{
    [LinuxFact]
    public void Keep_UnlessTheUserSaysOtherwise_IsTakenByGlibc() =>
        FreedMemory.Keep().Should().Be(!FreedMemory.IsSetByUser(Environment.GetEnvironmentVariable));

    [LinuxFact]
    public void Keep_OnThreadsOtherThanTheMainOne_SparesTheNextTensorsTheirPageFaults()
    {
        using var together = new Barrier(2); // Threads that live at one time have a heap each.
        var faults = new long[together.ParticipantCount];
        Thread[] threads = [.. faults.Select((_, i) => new Thread(() =>
        {
            together.SignalAndWait();
            AllocateAndFree(20); // The heap grows until blocks at a multiple of 64 bytes find room between each other.
            long before = PageFaults();
            AllocateAndFree(5);
            faults[i] = PageFaults() - before;
            together.SignalAndWait();
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        faults.Should().OnlyContain(count => count < 1000); // A tensor of 12 MiB has 3,072 pages.

        static void AllocateAndFree(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                using DisposeScope scope = NewDisposeScope();
                for (int k = 0; k < 5; k++)
                {
                    _ = ones(3 << 20);
                }
            }
        }
    }

    [Theory]
    [InlineData("MALLOC_TRIM_THRESHOLD_", "131072", true)]
    [InlineData("MALLOC_MMAP_THRESHOLD_", "131072", true)]
    [InlineData("MALLOC_TOP_PAD_", "0", true)]
    [InlineData("MALLOC_MMAP_MAX_", "0", true)]
    [InlineData("GLIBC_TUNABLES", "glibc.cpu.x86_shstk=off:glibc.malloc.tcache_count=0", true)]
    [InlineData("GLIBC_TUNABLES", "glibc.cpu.x86_shstk=off", false)]
    [InlineData("MALLOC_ARENA_MAX", "2", false)]
    public void IsSetByUser_Variable_WhereItSaysHowBlocksComeAndGo(string name, string value, bool expected) =>
        FreedMemory.IsSetByUser(asked => asked == name ? value : null).Should().Be(expected);

    /// <summary>Of the calling thread, from its beginning.</summary>
    internal static long PageFaults() =>
        long.Parse(File.ReadAllText("/proc/thread-self/stat").Split(") ")[^1].Split(' ')[7], CultureInfo.InvariantCulture);
}
