namespace FacialAttention.Tests.Native;

public sealed class FreedMemoryTests
{
    [LinuxFact]
    public void Keep_UnlessTheUserSaysOtherwise_IsTakenByGlibc() =>
        FreedMemory.Keep().Should().Be(!FreedMemory.IsSetByUser(Environment.GetEnvironmentVariable));

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
}
