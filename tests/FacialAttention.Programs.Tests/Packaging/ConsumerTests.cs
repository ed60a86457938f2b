using System.Security.Cryptography;
using System.Text;
using FacialAttention.Tests.Files;

namespace FacialAttention.Tests.Packaging;

[Trait("Category", "Packaging")]
[Collection(nameof(PackedConsumer))]
public sealed class ConsumerTests(PackedConsumer consumer)
{
    private const string ExpectedOutput = "2\nFalse\ncpu: chosen by itself, since this libtorch is one for the CPU\n";

    [Fact]
    public async Task Torch_TouchedFirst_WorksAndChangesNoFile()
    {
        Dictionary<string, string> before = Snapshot();

        ProcessRun run = await RunAsync(consumer.Application, [], "torch");

        Works(run);
        Snapshot().Should().Equal(before);
    }

    [Fact]
    public async Task Torch_TwoProcessesAtOnce_WorksInBoth()
    {
        ProcessRun[] runs = await Task.WhenAll(RunAsync(consumer.Application, [], "torch"), RunAsync(consumer.Application, [], "torch"));

        runs.Should().AllSatisfy(Works);
    }

    [PrivateMountFact]
    public void Torch_OutputAndCacheReadOnlyAndTemporaryFolderNoexec_Works()
    {
        string temporary = consumer.NewFolder("noexec");
        string script = $"""
            set -e
            mount -t tmpfs -o noexec none "{temporary}"
            for folder in "{consumer.Application}" "{consumer.PackageCache}"; do
                mount --bind "$folder" "$folder"
                mount -o remount,ro,bind "$folder"
                if touch "$folder/written" 2>"{temporary}/refused"; then echo "$folder is not read-only"; exit 9; fi
            done
            cp /bin/true "{temporary}/true"
            if "{temporary}/true" 2>"{temporary}/refused"; then echo "the temporary folder is not noexec"; exit 9; fi
            cd /
            TMPDIR="{temporary}" exec dotnet "{consumer.Application}/Consumer.dll" torch
            """;

        Works(ProcessRun.Run("/", "unshare", PrivateMountFactAttribute.UnshareOption!, "sh", "-c", script));
    }

    [Fact]
    public async Task Device_CudaWithTheCpuPackage_IsOneClearMessage()
    {
        ProcessRun asked = await RunAsync(consumer.Application, [], "device", "cuda");
        ProcessRun viaVariable = await RunAsync(consumer.Application, new() { ["FACIALATTENTION_DEVICE"] = "cuda:0" }, "device", "auto");

        asked.ExitCode.Should().Be(2);
        asked.Error.Should().StartWith("CUDA, as asked, cannot be used").And.Contain("Cause 3").And.NotContain("   at ");
        asked.Output.Should().BeEmpty();
        viaVariable.ExitCode.Should().Be(2);
        viaVariable.Error.Should().StartWith("CUDA, as FACIALATTENTION_DEVICE=cuda:0 asks, cannot be used");
        Directory.GetDirectories(consumer.Application).Select(Path.GetFileName).Should().Equal("runtimes");
    }

    [LinuxFact]
    public async Task Torch_WithoutABackendPackage_FailsWithOurNumberedCauses()
    {
        ProcessRun run = await RunAsync(consumer.ApplicationWithoutBackend, [], "torch");

        FailsWithCause(run, 1, "libtorch.so is in none of the application's folders.");
        Directory.GetDirectories(consumer.ApplicationWithoutBackend).Select(Path.GetFileName)
            .Should().Equal(["runtimes"], "TorchSharp must not get to copy half a gigabyte");
    }

    [LinuxFact]
    public async Task OurEntryPoints_WithoutABackendPackage_ThrowTheSameAlone()
    {
        ProcessRun run = await RunAsync(consumer.ApplicationWithoutBackend, [], "device", "cpu");

        run.ExitCode.Should().Be(2);
        run.Error.Should().StartWith("libtorch could not be loaded: ").And.Contain("Cause 1,").And.NotContain("   at ");
    }

    [Fact]
    public async Task Program_ThatNeedsNoTorch_RunsWithoutABackendPackage()
    {
        ProcessRun run = await RunAsync(consumer.ApplicationWithoutBackend, [], "nothing");

        run.Should().Be(new ProcessRun(0, "done" + Environment.NewLine, ""));
    }

    [LinuxFact]
    public async Task ExistingLibtorch_NamedByTheVariable_IsUsed() =>
        Works(await RunAsync(consumer.ApplicationWithoutBackend, new() { ["FACIALATTENTION_LIBTORCH"] = consumer.BackendFolder }, "torch"));

    [LinuxFact]
    public async Task ExistingLibtorch_BesideTheApplicationsOwn_IsRefused()
    {
        string other = consumer.NewFolder("other-libtorch");
        foreach (string name in new[] { "libc10.so", "libtorch_cpu.so", "libtorch.so" })
        {
            File.WriteAllText(Path.Combine(other, name), "");
        }

        ProcessRun run = await RunAsync(consumer.Application, new() { ["FACIALATTENTION_LIBTORCH"] = other }, "device", "cpu");

        run.ExitCode.Should().Be(2);
        run.Error.Should().StartWith($"FACIALATTENTION_LIBTORCH is '{other}', but the application brings a libtorch of its own");
    }

    [LinuxFact]
    public async Task Torch_OnAnOlderLibstdc_FailsWithTheLoadersText()
    {
        // TorchSharp's library as it looks to a system whose libstdc++ is too old for more than the marker.
        string folder = CopyWithChangedLibrary("older-libstdc", image => Replace(image, "GLIBCXX_3.4.26", "GLIBCXX_9.9.99"));

        ProcessRun run = await RunAsync(folder, new() { ["FACIALATTENTION_LIBTORCH"] = consumer.BackendFolder }, "torch");

        FailsWithCause(run, 2, "The system refused libLibTorchSharp.so.");
        run.Error.Should().Contain("version `GLIBCXX_9.9.99' not found");
    }

    [LinuxFact]
    public async Task Torch_FilesOfAnotherProcessor_FailsWithCause4()
    {
        const int machineField = 18;
        const byte arm64 = 183;
        string folder = CopyWithChangedLibrary("other-processor", image => image[machineField] = arm64);

        ProcessRun run = await RunAsync(folder, new() { ["FACIALATTENTION_LIBTORCH"] = consumer.BackendFolder }, "torch");

        FailsWithCause(run, 4, $"libLibTorchSharp.so is not for {NativeFiles.RuntimeIdentifier}.");
    }

    private static Task<ProcessRun> RunAsync(string folder, Dictionary<string, string> environment, params string[] arguments) =>
        ProcessRun.StartAsync(Path.GetTempPath(), environment, ["dotnet", Path.Combine(folder, "Consumer.dll"), .. arguments]);

    private static void Works(ProcessRun run) =>
        (run with { Output = run.Output.ReplaceLineEndings("\n") }).Should().Be(new ProcessRun(0, ExpectedOutput, ""));

    private static void FailsWithCause(ProcessRun run, int cause, string found)
    {
        run.ExitCode.Should().NotBe(0);
        run.Output.Should().BeEmpty("TorchSharp's own report must not come before ours");
        run.Error.Should().Contain($"FacialAttention.NativeTorchException: libtorch could not be loaded: {found} Cause {cause},")
            .And.Contain($"=> {cause}. ")
            .And.NotContain("LoadNativeBackend");
        for (int number = 1; number <= 4; number++)
        {
            run.Error.Should().Contain($" {number}. ");
        }
    }

    /// <summary>A copy of the application without a backend, whose libLibTorchSharp.so is a changed copy too.</summary>
    private string CopyWithChangedLibrary(string name, Action<byte[]> change)
    {
        string folder = consumer.NewFolder(name);
        foreach (string file in Directory.EnumerateFiles(consumer.ApplicationWithoutBackend, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(folder, Path.GetRelativePath(consumer.ApplicationWithoutBackend, file));
            _ = Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            byte[] content = File.ReadAllBytes(file);
            if (Path.GetFileName(file) == "libLibTorchSharp.so")
            {
                change(content);
            }

            File.WriteAllBytes(copy, content);
        }

        return folder;
    }

    private static void Replace(byte[] image, string text, string replacement)
    {
        int position = image.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text + '\0'));
        position.Should().BePositive();
        Encoding.ASCII.GetBytes(replacement).CopyTo(image, position);
    }

    /// <summary>
    /// Every file of the output and of the two native packages: size, time of the last write, and the content's hash where the file is not
    /// hundreds of megabytes (those are links to the package's file, whose time would change too).
    /// </summary>
    private Dictionary<string, string> Snapshot()
    {
        string[] folders =
        [
            consumer.Application,
            consumer.BackendFolder,
            Path.Combine(consumer.PackageCache, "torchsharp"),
            Path.Combine(consumer.PackageCache, "facialattention", consumer.Version),
        ];
        return folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .ToDictionary(path => path, Describe);
    }

    private static string Describe(string path)
    {
        const long hashable = 50_000_000;
        var file = new FileInfo(path);
        using FileStream content = file.OpenRead();
        string hash = file.Length > hashable ? "" : Convert.ToHexString(SHA256.HashData(content));
        return FormattableString.Invariant($"{file.Length} {file.LastWriteTimeUtc:O} {hash}");
    }
}
