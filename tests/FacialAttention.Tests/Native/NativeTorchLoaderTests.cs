namespace FacialAttention.Tests.Native;

public sealed class NativeTorchLoaderTests
{
    private const string OldLibrary = "libstdc++.so.6: version `GLIBCXX_3.4.29' not found (required by /app/libtorch_cpu.so)";
    private const string NoLibtorch = "libtorch.so: cannot open shared object file: No such file or directory";

    [Theory]
    [InlineData(NoLibtorch, true, false, NativeTorchCause.NoBackendPackage)]
    [InlineData(OldLibrary, true, true, NativeTorchCause.OldStandardLibrary)]
    [InlineData("libc.so.6: version `GLIBC_2.27' not found (required by /app/libc10.so)", true, true, NativeTorchCause.OldStandardLibrary)]
    [InlineData("libstdc++.so.6: version `CXXABI_1.3.13' not found", true, false, NativeTorchCause.OldStandardLibrary)]
    [InlineData("wrong ELF class: ELFCLASS32", false, true, NativeTorchCause.WrongArchitecture)]
    [InlineData(NoLibtorch, false, false, NativeTorchCause.WrongArchitecture)]
    [InlineData("undefined symbol: _ZN3c10", true, true, NativeTorchCause.Unknown)]
    [InlineData(NoLibtorch, true, true, NativeTorchCause.Unknown)]
    public void Diagnose_LoadersText_IsTheCause(string loaderText, bool isForThisMachine, bool hasLibtorch, object expected) =>
        NativeTorchLoader.Diagnose(loaderText, isForThisMachine, hasLibtorch).Should().Be((NativeTorchCause)expected);

    [Theory]
    [InlineData(NativeTorchCause.NoBackendPackage, 1, "no backend package", "libtorch-cpu-linux-x64")]
    [InlineData(NativeTorchCause.OldStandardLibrary, 2, "libstdc++ or glibc too old", "LD_LIBRARY_PATH")]
    [InlineData(NativeTorchCause.CudaWithoutCudaPackage, 3, "CUDA asked for with the CPU package", "-p:TorchBackend=cuda-linux")]
    [InlineData(NativeTorchCause.WrongArchitecture, 4, "wrong architecture", "osx-arm64")]
    public void Message_OfEachCause_SaysWhatWasFoundAndWhatToDo(object cause, int number, string title, string remedy)
    {
        string[] tried = ["/app/libtorch.so: loaded", "and this"];

        string[] lines = NativeTorchException.Create((NativeTorchCause)cause, "This was found.", OldLibrary, tried).Message.Split('\n');

        lines.Should().HaveCount(10);
        lines[0].Should().StartWith($"This was found. Cause {number}, {title}. ").And.Contain(remedy);
        lines[1].Should().Be($"The loader said: {OldLibrary}");
        for (int i = 1; i <= 4; i++)
        {
            lines[2 + i].Should().StartWith($"{(i == number ? "=>" : "  ")} {i}. ");
        }

        lines[^2..].Should().Equal("   /app/libtorch.so: loaded", "   and this");
    }

    [Fact]
    public void Message_WithoutAKnownCause_SaysSoAndMarksNone() =>
        NativeTorchException.Create(NativeTorchCause.Unknown, "This was found.", null, []).Message
            .Should().StartWith("This was found. None of the known causes was recognised.\nThe known causes:\n   1. ").And.NotContain("=>");
}
