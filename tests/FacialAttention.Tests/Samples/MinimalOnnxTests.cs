using FacialAttention.Tests.Export;
using FacialAttention.Tests.Files;
using FacialAttention.Tests.Networks;
using FacialAttention.Tests.Packaging;
using FacialAttention.Tests.Storage;

namespace FacialAttention.Tests.Samples;

public sealed class MinimalOnnxTests : IDisposable
{
    private const string Sample = "MinimalOnnx";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Program_OfTheSample_HasFewerThan15Lines() =>
        File.ReadAllLines(Path.Combine(Repository.Root, "samples", Sample, "Program.cs")).Should().HaveCountLessThan(15);

    [Fact]
    public void Run_ExportedNetwork_PrintsAnExpression()
    {
        (int exitCode, string output, string error) = SampleProcess.Run(Sample, _folder.Path, WriteModel());

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        output.Should().MatchRegex(@"^(calm|tense|other) \d+\.\d %\s*$");
    }

    [Fact]
    public void Dependencies_OfTheSample_AreFreeOfTorch()
    {
        string dependencies = File.ReadAllText(Path.ChangeExtension(SampleProcess.PathOf(Sample), ".deps.json"));

        dependencies.Should().Contain("Microsoft.ML.OnnxRuntime.Managed").And.Contain("FacialAttention.Onnx");
        dependencies.Should().NotContainEquivalentOf("torch");
    }

    [LinuxFact]
    public async Task Publish_FrameworkDependent_IsSmallAndRuns()
    {
        const long Limit = 60_000_000;
        string output = _folder.File("published");
        string project = Path.Combine(Repository.Root, "samples", Sample);
        string[] publish =
        [
            "dotnet", "publish", project, "-c", "Release", "-r", NativeFiles.RuntimeIdentifier, "--no-self-contained", "-o", output,
            "--artifacts-path", _folder.File("artifacts"), "-v", "q", "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false",
            "-p:NuGetAudit=false",
        ];

        ProcessRun.Run(_folder.Path, publish).OrThrow();

        FileInfo[] files = new DirectoryInfo(output).GetFiles("*", SearchOption.AllDirectories);
        files.Sum(file => file.Length).Should().BeLessThan(Limit);
        files.Select(file => file.Name).Should().Contain("libonnxruntime.so")
            .And.NotContain(["onnxruntime.dll", "onnxruntime_providers_shared.dll"])
            .And.NotContain(name => name.Contains("torch", StringComparison.OrdinalIgnoreCase));
        ProcessRun run = await RunAsync(Path.Combine(output, Sample));
        run.Error.Should().BeEmpty();
        run.ExitCode.Should().Be(0);

        File.Delete(Path.Combine(output, "libonnxruntime.so"));
        ProcessRun withoutLibrary = await RunAsync(Path.Combine(output, Sample));
        withoutLibrary.Error.Should().Contain(
            "FacialAttention.NativeOnnxRuntimeException: The native library of ONNX Runtime could not be loaded. Reference it in the "
            + "application's project").And.Contain("Microsoft.ML.OnnxRuntime.Gpu. The loader said: ");
    }

    private string WriteModel()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        return _folder.Write("a.onnx", OnnxModel.BytesOf(network));
    }

    private Task<ProcessRun> RunAsync(string program) =>
        ProcessRun.StartAsync(_folder.Path, new Dictionary<string, string>(), program, WriteModel());
}
