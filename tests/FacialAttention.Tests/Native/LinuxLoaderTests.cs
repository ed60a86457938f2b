namespace FacialAttention.Tests.Native;

public sealed class LinuxLoaderTests
{
    [LinuxFact]
    public void IsLoaded_BeforeAndAfter_TellsThemApart()
    {
        LinuxLoader.IsLoaded("libLibTorchSharp.so").Should().BeTrue();
        LinuxLoader.IsLoaded("libNobodyHasThis.so").Should().BeFalse();
    }

    [LinuxFact]
    public void Load_FileThatIsNotThere_ReturnsTheLoadersText() =>
        LinuxLoader.Load("/nowhere/libNobodyHasThis.so").Should().Contain("/nowhere/libNobodyHasThis.so").And.Contain("No such file");

    [LinuxFact]
    public void LoadFromMemory_SmallLibrary_Loads() =>
        LinuxLoader.LoadFromMemory("libtest.so", SmallLibrary()).Should().BeNull();

    [LinuxFact]
    public void LoadFromMemory_NoLibrary_ReturnsTheLoadersTextOfBothWays() =>
        LinuxLoader.LoadFromMemory("libtest.so", "no library"u8).Should().MatchRegex("^/proc/self/fd/[0-9]+: .*; .*libtest.so: ");

    [LinuxFact]
    public void LoadFromMemory_AfterAnotherLibrary_IsNotTakenForIt()
    {
        LinuxLoader.LoadFromMemory("libtest.so", SmallLibrary()).Should().BeNull();

        LinuxLoader.LoadFromMemory("libtest.so", "no library"u8).Should().NotBeNull();
    }

    [LinuxFact]
    public void LoadFromTemporaryFile_SmallLibrary_LoadsAndLeavesNoFile()
    {
        string name = $"lib{Guid.NewGuid():N}.so";

        LinuxLoader.LoadFromTemporaryFile(name, SmallLibrary()).Should().BeNull();

        Directory.EnumerateDirectories(Path.GetTempPath(), "FacialAttention-*")
            .Where(folder => File.Exists(Path.Combine(folder, name)))
            .Should().BeEmpty();
    }

    /// <summary>The smallest library that the libtorch package brings.</summary>
    private static byte[] SmallLibrary() => File.ReadAllBytes(NativeFiles.Find(NativeFiles.FoldersOfThisProcess(), "torch_global_deps")!);
}
