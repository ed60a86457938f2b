using System.Text.Json.Nodes;
using FacialAttention.Tests.Files;

namespace FacialAttention.Tests.Samples;

/// <summary>The experiment beside related work: its jobs, its networks and its report.</summary>
public sealed class RelatedTests
{
    private const string Sample = "VariantTable";

    [Fact]
    public void Plan_Related_HasTheFourNetworksOfEachSeed()
    {
        (int exitCode, string text, _) = SampleProcess.Run(
            Sample, Path.GetTempPath(), "plan", "related", "--data", "fer2013.csv", "--seeds", "1,2", "--lstm-hidden", "128", "--lstm-layers", "1",
            "--iterations", "1500", "--degraded", "--json");

        exitCode.Should().Be(0);
        JsonNode plan = JsonNode.Parse(text)!;
        plan["jobs"]!.AsArray().Select(job => (string)job!["name"]!).Should().Equal(
            "acnn-alstm-128x1-1500-seed1", "pacnn-1500-seed1", "gacnn-1500-seed1", "feratt-1500-seed1",
            "acnn-alstm-128x1-1500-seed2", "pacnn-1500-seed2", "gacnn-1500-seed2", "feratt-1500-seed2");
        ((string)plan["protocol"]!["degradation"]!).Should().Be("brightness and contrast by up to 0.2, a part erased with probability 0.5");
    }

    /// <summary>One job of another paper's network, trained, saved and reported as those of the paper are.</summary>
    [Fact]
    public void Run_JobOfFerAtt_LeavesResultCheckpointAndTable()
    {
        using var folder = new TemporaryFolder();
        string csv = FerCsv.Write(folder.File("fer.csv"), ("Training", 14), ("PublicTest", 7));
        string output = folder.File("out");

        (int exitCode, _, string error) = SampleProcess.Run(
            Sample, folder.Path, "run", "related", "--data", csv, "--iterations", "2", "--batch-size", "4", "--lstm-hidden", "4", "--lstm-layers", "1",
            "--seeds", "1", "--degraded", "--device", "cpu", "--output", output, "--job", "4");
        SampleProcess.Run(Sample, folder.Path, "collect", output).ExitCode.Should().Be(0);

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        JsonNode result = JsonNode.Parse(File.ReadAllText(Path.Combine(output, "jobs", "feratt-2-seed1", "result.json")))!;
        ((long)result["parameters"]!, (long)result["multiplyAdds"]!).Should().Be((117_390, 31_316_416));
        using FerAttNetwork network = Checkpoint.Load<FerAttNetwork>(Path.Combine(output, "jobs", "feratt-2-seed1", "checkpoint.safetensors"));
        network.Describe().Variant.Should().Be("FERAtt");
        File.ReadAllText(Path.Combine(output, "report", "tables.md")).Should().Contain("| FERAtt | 117,390 | 31.3 M | 0.").And.Contain("| pACNN | - | - | - | none yet |")
            .And.Contain("| augmentation | mirrored with probability 0.5; brightness and contrast").And.NotContain("### Networks (the paper's Table 4)");
    }
}
