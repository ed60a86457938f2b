using System.Text.Json;
using FacialAttention.Tests.Packaging;

namespace FacialAttention.Tests.Samples;

/// <summary>
/// What <c>-p:TorchBackend</c> makes programs reference. The CUDA packages are half a dozen gigabytes, so the references are evaluated and not
/// restored.
/// </summary>
[Collection(nameof(PackedConsumer))]
public sealed class TorchBackendTests
{
    private static readonly string[] OwnFolders = ["samples", "benchmarks", "tests"];

    /// <summary>The projects that import eng/TorchBackend.props, and the programs of one file that ask for it.</summary>
    public static TheoryData<string> Programs =>
    [
        .. from folder in OwnFolders
           from path in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs*", SearchOption.AllDirectories)
           where Path.GetExtension(path) == ".csproj"
               ? File.ReadAllText(path).Contains("TorchBackend.props\"", StringComparison.Ordinal)
               : Path.GetExtension(path) == ".cs" && File.ReadLines(path).Take(10).Any(line => line.StartsWith("#:property TorchBackend", StringComparison.Ordinal))
           orderby path
           select Path.GetRelativePath(Repository.Root, path),
    ];

    [Fact]
    public void Programs_OfTheRepository_AreFound() => ((IEnumerable<object[]>)Programs).Select(row => Path.GetFileNameWithoutExtension((string)row[0]))
        .Should().Contain(["Train", "VariantTable", "FacialAttention.Tests", "train", "layers"]).And.NotContain(["MinimalOnnx", "recognize"]);

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task PackageReferences_ForEachBackend_AreOfThatOneAlone(string program)
    {
        string[][] references = await Task.WhenAll(ReferencesAsync(program, "cuda-windows"), ReferencesAsync(program, "cuda-linux"));

        references[0].Where(IsNative).Should().Equal("TorchSharp-cuda-windows");
        references[1].Where(IsNative).Should().Equal("TorchSharp-cuda-linux");
    }

    [Fact]
    public void Build_UnknownBackend_NamesTheKnownOnes()
    {
        ProcessRun run = ProcessRun.Run(
            Repository.Root, "dotnet", "msbuild", Path.Combine("samples", "VariantTable"), "-t:CheckTorchBackend", "-p:TorchBackend=rocm",
            "-nologo", "-nodeReuse:false");

        run.ExitCode.Should().Be(1);
        run.Output.Should().Contain("TorchBackend is 'rocm'; expected cpu, cuda-windows, cuda-linux or none.");
    }

    private static bool IsNative(string package) =>
        package.StartsWith("libtorch-", StringComparison.OrdinalIgnoreCase) || package.StartsWith("TorchSharp-", StringComparison.OrdinalIgnoreCase);

    private static async Task<string[]> ReferencesAsync(string program, string backend)
    {
        // "dotnet build" of a single file evaluates alone too, where a question is asked.
        string command = Path.GetExtension(program) == ".csproj" ? "msbuild" : "build";
        ProcessRun run = await ProcessRun.StartAsync(
            Repository.Root, new Dictionary<string, string>(), "dotnet", command, program, $"-p:TorchBackend={backend}", "-getItem:PackageReference");
        using JsonDocument answer = JsonDocument.Parse(run.OrThrow().Output);
        return
        [
            .. answer.RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray()
                .Select(reference => reference.GetProperty("Identity").GetString()!),
        ];
    }
}
