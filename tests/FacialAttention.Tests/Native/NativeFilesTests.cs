namespace FacialAttention.Tests.Native;

public sealed class NativeFilesTests
{
    [Fact]
    public void Folders_AllGiven_AreInOrderWithoutRepeats()
    {
        string host = Path.Combine(Path.GetTempPath(), "host"), app = Path.Combine(Path.GetTempPath(), "app");
        string native = Path.Combine(app, "runtimes", NativeFiles.RuntimeIdentifier, "native");

        string hostFolders = $"{host}{Path.DirectorySeparatorChar}{Path.PathSeparator}{native}{Path.PathSeparator}";

        NativeFiles.Folders(hostFolders, app, Path.Combine(app, "TorchSharp.dll")).Should().Equal(host, native, app);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Folders_SingleFileApplication_HasTheApplicationsFolder(string? torchSharpFile) =>
        NativeFiles.Folders(null, Path.GetTempPath(), torchSharpFile).Should().HaveCount(2)
            .And.Contain(Path.TrimEndingDirectorySeparator(Path.GetTempPath()));

    [Fact]
    public void Folders_TorchSharpElsewhere_HasItsFolder()
    {
        string other = Path.Combine(Path.GetTempPath(), "other");

        NativeFiles.Folders(null, Path.GetTempPath(), Path.Combine(other, "TorchSharp.dll")).Should().HaveCount(4).And.Contain(other);
    }

    [Fact]
    public void RuntimeIdentifier_OfASystemTheTestsRunOn_IsSupported() =>
        NativeFiles.IsSupported.Should().BeTrue(NativeFiles.RuntimeIdentifier);
}
