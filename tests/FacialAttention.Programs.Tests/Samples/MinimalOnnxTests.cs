using FacialAttention.Tests.Export;
using FacialAttention.Tests.Files;
using FacialAttention.Tests.Networks;
using FacialAttention.Tests.Packaging;

namespace FacialAttention.Tests.Samples;

[Collection(nameof(PackedConsumer))]
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
    public void Run_WithoutAFile_AsksThePretrainedNetwork()
    {
        (int exitCode, string output, string error) = SampleProcess.Run(Sample, _folder.Path);

        (exitCode, error).Should().Be((0, ""));
        output.Should().MatchRegex($@"^({string.Join('|', ExpressionLabels.FerPlus.Names)}) \d+\.\d %\s*$");
    }

    [Theory]
    [InlineData("none.onnx", "There is no file 'none.onnx'; expected an .onnx file.")]
    [InlineData("text.onnx", "'text.onnx' is not a sound ONNX model of 4 bytes; expected one that FacialAttention exported. *")]
    [InlineData("", "The value cannot be an empty string. *")]
    public void Run_MissingOrWrongFile_SaysSoInOneMessage(string path, string expected)
    {
        _folder.Write("text.onnx", "text"u8);

        (int exitCode, string output, string error) = SampleProcess.Run(Sample, _folder.Path, path);

        error.TrimEnd().Split('\n')[^1].Should().Match(expected).And.NotContain("   at ");
        (exitCode, output).Should().Be((2, ""));
    }

    [LinuxFact]
    public async Task Run_EmptyHome_StaysEmptyUnlessTelemetryIsAskedFor()
    {
        string model = WriteModel();
        string home = Directory.CreateDirectory(_folder.File("home")).FullName;
        var environment = new Dictionary<string, string>
        {
            ["HOME"] = home,
            ["XDG_CACHE_HOME"] = "",
            ["ORT_DISABLE_TELEMETRY"] = "0",
            ["CI"] = "",
            ["GITHUB_ACTIONS"] = "",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        };

        ProcessRun run = await ProcessRun.StartAsync(_folder.Path, environment, "dotnet", SampleProcess.PathOf(Sample), model);

        run.ExitCode.Should().Be(0);
        run.Error.Should().BeEmpty();
        Directory.GetFileSystemEntries(home).Should().BeEmpty();

        string asked = _folder.File("asked.runtimeconfig.json");
        File.WriteAllText(asked, File.ReadAllText(Path.ChangeExtension(SampleProcess.PathOf(Sample), ".runtimeconfig.json")).Replace(
            "\"configProperties\": {", $"\"configProperties\": {{ \"{OnnxRuntimeStart.TelemetrySwitch}\": true,", StringComparison.Ordinal));
        _ = environment.Remove("ORT_DISABLE_TELEMETRY");
        ProcessRun withTelemetry = await ProcessRun.StartAsync(
            _folder.Path, environment, "dotnet", "exec", "--runtimeconfig", asked, SampleProcess.PathOf(Sample), model);

        withTelemetry.ExitCode.Should().Be(0);
        Directory.GetFileSystemEntries(home).Should().NotBeEmpty("the switch leaves ONNX Runtime as it is");
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
            "-p:NuGetAudit=false", "-p:RunAnalyzers=false",
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
            "The native library of ONNX Runtime could not be loaded. Reference it in the application's project")
            .And.Contain("Microsoft.ML.OnnxRuntime.Gpu. The loader said: ").And.NotContain("   at ");
        withoutLibrary.ExitCode.Should().Be(2);
    }

    private string WriteModel()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        return _folder.Write("a.onnx", OnnxModel.BytesOf(network));
    }

    private Task<ProcessRun> RunAsync(string program) =>
        ProcessRun.StartAsync(_folder.Path, new Dictionary<string, string>(), program, WriteModel());
}
