using System.Text.Json;
using FacialAttention.Tests.Files;

namespace FacialAttention.Tests.Samples;

/// <summary>CK+ from the command line: both layouts of the stand-in, under both protocols.</summary>
public sealed class CkPlusSampleTests(CkPlusSampleTests.StandIns data) : IClassFixture<CkPlusSampleTests.StandIns>
{
    private const string Sample = "Train";

    private static readonly string[] Tiny =
    [
        "--variant", "cnn", "--set", "network:cnnHiddenSize=4", "--iterations", "4", "--batch-size", "4", "--threads", "1", "--device", "cpu",
    ];

    [Theory]
    [InlineData("distributed", "paper", null, "stand-in for CK+ as handed out: 60 faces of 5 subjects in 20 labelled sequences; 2 sequences without a label; 12 faces in colour")]
    [InlineData("cropped", "subject", "2/5", "stand-in for CK+ in class folders: 60 faces of 5 subjects in 20 labelled sequences; 0 sequences without a label; 0 faces in colour")]
    public void Train_ThenEvaluate_ReadsBothLayoutsUnderBothProtocols(string layout, string protocol, string? fold, string described)
    {
        using var folder = new TemporaryFolder();
        string[] source = ["--data", data.Folder.File(layout), "--protocol", protocol, .. fold is null ? Array.Empty<string>() : ["--fold", fold]];

        (int exitCode, string output, string error) = SampleProcess.Run(
            Sample, folder.Path, ["train", .. source, .. Tiny, "--output", folder.File("run")]);

        exitCode.Should().Be(0, "{0}{1}", output, error);
        output.Should().Contain(described);
        using JsonDocument results = JsonDocument.Parse(File.ReadAllBytes(folder.File("run/results.json")));
        JsonElement of = results.RootElement.GetProperty("run").GetProperty("data");
        of.GetProperty("name").GetString().Should().Be("stand-in for CK+", "nobody is to take its figures for those of CK+");
        if (fold is null)
        {
            output.Should().Contain("Of 5 persons held out 5 also train").And.Contain("Accuracies say nothing of other people");
            of.GetProperty("training").GetInt32().Should().BeGreaterThan(130, "of three times 60 faces");
            return;
        }

        output.Should().Contain("Of 2 persons held out 0 also train; of 24 faces held out 0 have a copy that trains\n");
        of.GetProperty("training").GetInt32().Should().Be(3 * 36);
        (of.GetProperty("validation").GetInt32(), of.GetProperty("test").GetInt32()).Should().Be((12, 12));
        string checkpoint = folder.File("run/checkpoint.safetensors");
        double tested = results.RootElement.GetProperty("test").GetProperty("accuracy").GetDouble();
        AccuracyOf(folder, ["evaluate", "--checkpoint", checkpoint, .. source, "--split", "test"]).Should().Be((tested, 12));
        AccuracyOf(folder, ["evaluate", "--checkpoint", checkpoint, .. source, "--split", "all"]).Count.Should().Be(60);
    }

    private static (double Accuracy, int Count) AccuracyOf(TemporaryFolder folder, string[] arguments)
    {
        (int exitCode, string output, string error) = SampleProcess.Run(Sample, folder.Path, [.. arguments, "--json", "--threads", "1", "--device", "cpu"]);
        exitCode.Should().Be(0, "{0}{1}", output, error);
        using JsonDocument json = JsonDocument.Parse(output);
        return (json.RootElement.GetProperty("accuracy").GetDouble(), json.RootElement.GetProperty("count").GetInt32());
    }

    [Fact]
    public void Train_Options_ThatDoNotFit_AreRefused()
    {
        string whole = data.Folder.File("distributed"), cropped = data.Folder.File("cropped");
        ShouldFail(["train", "--protocol", "subject"], "--protocol was given without --data; expected the folder of CK+.");
        ShouldFail(["train", "--data", whole], "is CK+ as it is handed out; expected --protocol subject or paper");
        ShouldFail(["train", "--data", whole, "--protocol", "x"], "--protocol: got 'x', expected paper or subject.");
        ShouldFail(["train", "--data", whole, "--protocol", "paper", "--fold", "1"], "--fold was given with --protocol paper");
        ShouldFail(["train", "--data", whole, "--protocol", "subject", "--fold", "1/2"], "--fold is 1/2 with --protocol subject; expected at least 3 folds");
        ShouldFail(["train", "--data", whole, "--protocol", "subject"], "Got faces of 5 subjects; expected at least 10, one for each fold.");
        ShouldFail(["train", "--data", whole, "--protocol", "paper", "--split", "8:2"], "--split was given with --protocol");
        ShouldFail(["train", "--data", cropped, "--protocol", "paper", "--skip-bad"], "--skip-bad was given with --protocol");
        ShouldFail(["train", "--data", data.Folder.Path, "--protocol", "paper"], "expected CK+ in one of two layouts");
        ShouldFail(["draw", "--output", "x", "--layout", "ck"], "--layout: got 'ck', expected faces, ck+ or ck+48.");
        ShouldFail(["draw", "--output", "x", "--layout", "ck+", "--held-out-persons", "3"], "--held-out-persons was given with --layout ck+; expected it only with faces");
        ShouldFail(["draw", "--output", "x", "--sequences", "3"], "--sequences was given with --layout faces; expected it only with a layout of CK+.");
    }

    [Fact]
    public void Train_CroppedWithoutProtocol_IsReadAsFoldersAndTold()
    {
        using var folder = new TemporaryFolder();

        (int exitCode, string output, string error) = SampleProcess.Run(
            Sample, folder.Path, ["train", "--data", data.Folder.File("cropped"), .. Tiny]);

        exitCode.Should().Be(0, "{0}{1}", output, error);
        output.Should().Contain("looks like CK+48, and is read as any folder of classes. --protocol subject divides it by persons").And.Contain("stratified 8:2");
    }

    private void ShouldFail(string[] arguments, string message)
    {
        (int exitCode, _, string error) = SampleProcess.Run(Sample, data.Folder.Path, arguments);

        exitCode.Should().Be(2);
        error.Should().Contain(message);
    }

    /// <summary>Five persons with four sequences each, in both layouts.</summary>
    public sealed class StandIns : IDisposable
    {
        public StandIns()
        {
            foreach ((string layout, string name) in new[] { ("ck+", "distributed"), ("ck+48", "cropped") })
            {
                (int exitCode, string output, string error) = SampleProcess.Run(
                    Sample, Folder.Path, "draw", "--layout", layout, "--persons", "5", "--sequences", "4", "--seed", "2", "--output", Folder.File(name));
                exitCode.Should().Be(0, "{0}{1}", output, error);
                output.Should().Contain(" pictures of 5 persons, 4 labelled sequences each, in ");
            }
        }

        internal TemporaryFolder Folder { get; } = new();

        public void Dispose() => Folder.Dispose();
    }
}
