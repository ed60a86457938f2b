using System.Text.Json.Nodes;
using FacialAttention.Tests.Files;
using VariantTable;

namespace FacialAttention.Tests.Samples;

/// <summary>The experiment beside related work: its jobs, its networks and its tables.</summary>
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

    [Fact]
    public void Of_MadeUpResults_ShowsCostsAccuraciesAndDifferencesPairedBySeed()
    {
        Outcome[] outcomes =
        [
            Made("ACNN-ALSTM", 1, 0.50), Made("ACNN-ALSTM", 2, 0.52), Made("ACNN-ALSTM", 3, 0.54),
            Made("gACNN", 1, 0.45), Made("gACNN", 2, 0.46), Made("gACNN", 3, 0.50), Made("pACNN", 3, 0.60),
        ];

        Table4Block block = RelatedTables.BlocksOf(outcomes).Should().ContainSingle().Subject;
        ReportTable[] tables = [.. RelatedTables.Of(block, "test faces")];

        tables.Should().HaveCount(2);
        tables[0].Rows.Select(row => row[0]).Should().Equal("ACNN-ALSTM", "pACNN", "gACNN", "FERAtt");
        tables[0].Rows[0].Should().StartWith(["ACNN-ALSTM", "1,000", "2.5 M", "0.200", "1, 2, 3"]);
        tables[0].Rows[2][8].Should().Be("47.0 %");
        tables[0].Rows[3].Should().Contain("none yet");
        tables[1].Rows[1].Should().StartWith("gACNN").And.EndWith("3");
        tables[1].Rows[1][1].Should().StartWith("+5.0 points");
        tables[1].Rows[0][1].Should().StartWith("-6.0 points");
        tables[1].Rows[2][1].Should().Be("none yet");
        RelatedTables.BlocksOf([.. outcomes.Where(outcome => outcome.Job.Variant == "ACNN-ALSTM")]).Should().BeEmpty();
    }

    private static Outcome Made(string variant, int seed, double accuracy)
    {
        Outcome made = ClaimsTests.Made(variant == "ACNN-ALSTM" ? variant : "CNN", seed, accuracy, 128, 1, 1500);
        return made with
        {
            Job = made.Job with { Variant = variant }, Parameters = 1000, MultiplyAdds = 2_500_000, TestAccuracy = accuracy, SecondsPerIteration = seed / 10.0,
        };
    }
}
