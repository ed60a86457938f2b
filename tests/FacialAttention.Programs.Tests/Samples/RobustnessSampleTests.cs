using System.Text.Json;
using FacialAttention.Tests.Files;

namespace FacialAttention.Tests.Samples;

public sealed class RobustnessSampleTests
{
    private const string Sample = "VariantTable";

    [Fact]
    public void Robustness_TwoNetworks_MeasuresWhatTheRecogniserSays()
    {
        const int Count = 6;
        using var folder = new TemporaryFolder();
        string[] arguments =
        [
            "robustness", "--network", "compact-fer2013", "--network", "again=compact-fer2013", "--faces", $"{Count}", "--threads", "1", "--output", "out",
        ];

        (int exitCode, string output, string error) = SampleProcess.Run(Sample, folder.Path, arguments);
        (int refused, _, string message) = SampleProcess.Run(Sample, folder.Path, arguments);
        (int resumed, string kept, _) = SampleProcess.Run(Sample, folder.Path, [.. arguments, "--resume"]);

        (exitCode, error, refused, resumed).Should().Be((0, "", 2, 0));
        output.Should().Contain("compact-fer2013: clean ").And.Contain("| again less compact-fer2013 | 0.0 (0.0 to 0.0) |");
        message.Should().Contain("is there already; expected --resume to keep what was measured, or another --output.");
        kept.Should().Contain("again is measured.");
        File.ReadAllText(folder.File("out/report.html")).Should().Contain("<svg").And.NotContain("http://").And.NotContain("https://");
        File.ReadAllText(folder.File("out/tables.md")).Should().Contain("## Does attention leave what is hidden?");
        using var figures = JsonDocument.Parse(File.ReadAllText(folder.File("out/robustness.json")));
        JsonElement[] conditions = [.. figures.RootElement.GetProperty("networks")[0].GetProperty("conditions").EnumerateArray()];
        conditions.Should().HaveCount(1 + (13 * 5));
        FaceDataset faces = SyntheticFaces.Generate(Count, seed: 1, firstIdentity: 460);
        using OnnxExpressionRecognizer recognizer = OnnxExpressionRecognizer.LoadPretrained(
            PretrainedNetwork.CompactFer2013, options: new RecognitionOptions { Coverage = 0.8 });
        foreach (CorruptionKind kind in new[] { CorruptionKind.SideLight, CorruptionKind.OccludingHand, CorruptionKind.Rotation })
        {
            FaceDataset spoilt = new Corruption(kind, 4).Apply(faces);
            JsonElement found = conditions.Single(
                condition => condition.GetProperty("kind").GetString() == kind.ToString() && condition.GetProperty("strength").GetInt32() == 4);
            EvaluationResult expected = RecognizerEvaluator.Evaluate(recognizer, spoilt);
            found.GetProperty("accuracy").GetDouble().Should().BeApproximately(expected.Accuracy, 1e-9);
            found.GetProperty("calibrationError").GetDouble().Should().BeApproximately(
                CalibrationReport.Of(expected.ToScoredFaces()).ExpectedCalibrationError, 1e-4);
            int uncertain = Enumerable.Range(0, Count)
                .Count(face => recognizer.Recognize(FaceImage.FromGray(spoilt.PixelsOf(face).ToArray(), spoilt.Size)).IsUncertain);
            found.GetProperty("uncertain").GetDouble().Should().BeApproximately((double)uncertain / Count, 1e-9);
        }
    }

    [Theory]
    [InlineData("No network was given; expected --network with a file or name, or --runs with a folder of run table4.")]
    [InlineData("--network: 'no.onnx' does not exist; expected a .safetensors or .onnx file, or one of *", "--network", "no.onnx")]
    [InlineData("Two networks are called 'compact-ferplus'; expected another name*", "--network", "compact-ferplus", "--network", "compact-ferplus")]
    [InlineData("--runs: 'no' holds no finished job; expected the --output of run table4.", "--runs", "no")]
    [InlineData("--ferplus was given without --data; expected a csv as --data, or neither.", "--network", "compact-ferplus", "--ferplus", "votes.csv")]
    [InlineData("--coverage: got '0', expected a number of more than 0 and at most 1.", "--coverage", "0")]
    public void Robustness_BadArguments_AreOneSentence(string expected, params string[] arguments)
    {
        using var folder = new TemporaryFolder();

        (int exitCode, _, string error) = SampleProcess.Run(Sample, folder.Path, ["robustness", "--output", "out", .. arguments]);

        exitCode.Should().Be(2);
        error.Trim().Should().Match($"error: {expected}");
    }
}
