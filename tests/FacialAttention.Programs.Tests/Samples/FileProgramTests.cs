using System.Text.RegularExpressions;
using FacialAttention.Tests.Packaging;

namespace FacialAttention.Tests.Samples;

/// <summary>The single-file programs of samples/, of which <c>dotnet run</c> makes projects.</summary>
[Collection(nameof(PackedConsumer))]
public sealed partial class FileProgramTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "samples");

    public static TheoryData<string> Programs => [.. Directory.GetFiles(Folder, "*.cs").Select(path => Path.GetFileName(path)).Order()];

    [Fact]
    public void Programs_OfTheSamples_AreTheFourOfTheReadme()
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

        ((IEnumerable<object[]>)Programs).Select(row => (string)row[0])
            .Should().Equal("layers.cs", "own-faces.cs", "recognize.cs", "train.cs").And.OnlyContain(name => readme.Contains($"samples/{name}"));
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void Program_AsItStands_CompilesInOnePage(string name)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Folder, name));

        lines.Should().HaveCountGreaterThanOrEqualTo(15).And.HaveCountLessThanOrEqualTo(40);
        lines[0].Should().StartWith("// ").And.Contain("dotnet run ").And.Contain($"samples/{name}");
        foreach (string project in lines.Select(line => ProjectDirective().Match(line)).Where(match => match.Success)
            .Select(match => match.Groups[1].Value))
        {
            File.Exists(Path.Combine(Folder, project)).Should().BeTrue(project);
        }

        bool usesSmallPackage = !lines.Any(line => line.Contains("FacialAttention.csproj", StringComparison.Ordinal));
        string[] unavailable = usesSmallPackage ? ["FacialAttention", "TorchSharp"] : ["FacialAttention.Onnx"];
        CompiledExample.Of(string.Join('\n', lines), unavailable).EntryPoint.Should().NotBeNull();
        usesSmallPackage.Should().Be(name == "recognize.cs");
    }

    /// <summary>Built and run as a reader would, with the library as these tests have built it.</summary>
    [Fact]
    public void Layers_RunFromTheClone_PrintsAttentionAndTrains()
    {
        ProcessRun run = ProcessRun.Run(
            Repository.Root, "dotnet", "run", "-c", "Release", "-p:UseSharedCompilation=true", "-p:NuGetAudit=false", "samples/layers.cs").OrThrow();

        run.Output.Should().Contain("features of 64, weights of 36 steps").And.Contain("best TrainingPoint { Iteration = ");
    }

    [GeneratedRegex("^#:project (.+)$")]
    private static partial Regex ProjectDirective();
}
