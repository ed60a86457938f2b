using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FacialAttention.Tests.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Samples;

/// <summary>Folds, what their networks say of the faces that they have not seen, and a network that learns from it.</summary>
public sealed class TeachSampleTests(TeachSampleTests.TwoFolds folds) : IClassFixture<TeachSampleTests.TwoFolds>
{
    private const string Sample = "Train";

    private const string Recipe = """
        {
          "network": {
            "backboneStages": [ { "kernelSize": 3, "channels": 4, "pool": true }, { "kernelSize": 3, "channels": 6, "pool": true } ],
            "lstmHiddenSize": 8, "lstmLayers": 1
          },
          "trainer": { "iterations": 8, "batchSize": 8, "learningRate": 0.01, "validationInterval": 8 }
        }
        """;

    [Fact]
    public void Train_Fold_LeavesItOutAndSaysSo()
    {
        FaceDataset training = Fer2013Reader.Read(folds.Csv).Training;
        int[] foldOf = FaceFolds.Assign(training, 2);
        for (int fold = 1; fold <= 2; fold++)
        {
            using JsonDocument results = JsonDocument.Parse(File.ReadAllBytes(folds.File($"fold{fold}/results.json")));
            JsonElement data = results.RootElement.GetProperty("run").GetProperty("data");
            data.GetProperty("fold").GetString().Should().Be($"{fold}/2");
            data.GetProperty("split").GetString().Should().Be($"official, without fold {fold}/2");
            data.GetProperty("training").GetInt32().Should().Be(foldOf.Count(it => it != fold - 1)).And.BeInRange(15, 25);
            results.RootElement.GetProperty("run").GetProperty("teacher").ValueKind.Should().Be(JsonValueKind.Null);
            IReadOnlyDictionary<string, string> provenance = Checkpoint.ReadProvenance(folds.Checkpoint(fold));
            provenance["fold"].Should().Be($"{fold}/2");
            provenance["foldedFaces"].Should().Be(training.Fingerprint());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Teach_NetworkOfEachFold_JudgesTheFacesThatItHasNotSeen(int shift)
    {
        using var folder = new TemporaryFolder();
        string output = folder.File("teacher.safetensors");

        (int exitCode, string text, string error) = Teach(
            ["--checkpoint", folds.Checkpoint(2), folds.Checkpoint(1), "--shift", $"{shift}", "--output", output]); // in any order

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        text.Should().Contain($"40 training faces, {(shift == 0 ? 2 : 10)} views of each, judged by the network of their fold: ");
        FaceDataset training = Fer2013Reader.Read(folds.Csv).Training;
        int[] foldOf = FaceFolds.Assign(training, 2);
        float[][] taught = [.. TeacherFile.Load(output, training).Columns.Teacher!.Value.ToArray().Chunk(7)];
        foreach (int row in (int[])[0, 1, 2, 17, 39])
        {
            double[] expected = Judge(folds.Checkpoint(foldOf[row] + 1), training.PixelsOf(row).ToArray(), shift);
            taught[row].Zip(expected, (got, wanted) => Math.Abs(got - wanted)).Max().Should().BeLessThan(1e-5, "of face {0}", row);
            double[] other = Judge(folds.Checkpoint(2 - foldOf[row]), training.PixelsOf(row).ToArray(), shift);
            taught[row].Zip(other, (got, wanted) => Math.Abs(got - wanted)).Max().Should().BeGreaterThan(1e-4, "networks differ");
        }

        IReadOnlyDictionary<string, string> provenance = TeacherFile.ReadProvenance(output);
        provenance["outOfFold"].Should().Be("true");
        provenance["views"].Should().Be(shift == 0 ? "2" : "10");
        provenance["checkpoints"].Should().Be($"sha256 {Sha256(folds.Checkpoint(2))}, sha256 {Sha256(folds.Checkpoint(1))}");
    }

    [Fact]
    public void TrainAndFinetune_Teacher_LearnFromItAndSaySo()
    {
        using var folder = new TemporaryFolder();
        string teacher = folder.File("teacher.safetensors");
        (int exitCode, string text, string error) = Teach(["--checkpoint", folds.Checkpoint(1), "--output", teacher]);
        (exitCode, error).Should().Be((0, ""));
        text.Should().Contain("all judged by one network");
        string[] taught = ["--teacher", teacher, "--set", "trainer:distillationShare=0.5", "--set", "trainer:distillationTemperature=2"];
        string[] train = ["train", .. folds.Arguments, .. taught, "--output", folder.File("student")];

        (exitCode, _, error) = SampleProcess.Run(Sample, folder.Path, train);
        (exitCode, error).Should().Be((0, ""));
        using (JsonDocument results = JsonDocument.Parse(File.ReadAllBytes(folder.File("student/results.json"))))
        {
            JsonElement run = results.RootElement.GetProperty("run");
            run.GetProperty("teacher").GetString().Should().Be($"sha256 {Sha256(teacher)}");
            run.GetProperty("data").GetProperty("training").GetInt32().Should().Be(40);
            run.GetProperty("trainer").GetProperty("distillationShare").GetDouble().Should().Be(0.5);
        }

        Checkpoint.ReadProvenance(folder.File("student/checkpoint.safetensors"))["teacher"].Should().Be($"sha256 {Sha256(teacher)}");
        (exitCode, _, error) = SampleProcess.Run(
            Sample,
            folder.Path,
            [
                "finetune", "--checkpoint", folds.Checkpoint(2), .. folds.Arguments[..2], .. taught, "--fold", "1/2", "--iterations", "4",
                "--batch-size", "8", "--set", "trainer:learningRateFactors:backbone=0.1", "--threads", "1", "--device", "cpu",
                "--output", folder.File("tuned"),
            ]);
        (exitCode, error).Should().Be((0, ""));
        IReadOnlyDictionary<string, string> provenance = Checkpoint.ReadProvenance(folder.File("tuned/checkpoint.safetensors"));
        (provenance["fold"], provenance["teacher"]).Should().Be(("1/2", $"sha256 {Sha256(teacher)}"));

        AssertFails([.. train[..^1], folder.File("none"), "--fold", "0/2"], "--fold: got '0/2', expected K/N, for example 1/5");
        AssertFails(["train", .. folds.Arguments, .. taught[..2]], "--teacher was given while trainer:distillationShare is 0; expected a share");
        AssertFails(["train", .. folds.Arguments, .. taught[2..]], "--teacher was not given while trainer:distillationShare is 0.5; expected a file");
        string other = FerCsv.Write(folder.File("other.csv"), ("Training", 30), ("PublicTest", 7));
        AssertFails(["train", "--data", other, .. folds.Arguments[2..], .. taught], "probabilities are [40, 7]; expected [30, 7]");
        AssertFails(["teach", .. folds.Data, "--checkpoint", folds.Checkpoint(1), "--output", teacher], $"'{teacher}' exists; expected a new file.");
    }

    [Fact]
    public void Teach_NetworksThatAreNotOneOfEachFold_SaysWhichIsWrong()
    {
        using var folder = new TemporaryFolder();
        string whole = folder.File("whole.safetensors");
        using (ExpressionNetwork network = Checkpoint.Load(folds.Checkpoint(1)))
        {
            Checkpoint.Save(whole, network, new Dictionary<string, string> { ["data"] = "FER2013" });
        }

        string output = folder.File("teacher.safetensors");
        string other = FerCsv.Write(folder.File("other.csv"), ("Training", 30), ("PublicTest", 7));
        (string one, string two) = (folds.Checkpoint(1), folds.Checkpoint(2));

        AssertFails(["teach", .. folds.Data, "--checkpoint", one, one, "--output", output], "were both trained without fold 1/2; expected one of each");
        AssertFails(["teach", .. folds.Data, "--checkpoint", one, whole, "--output", output], $"'{whole}' was not trained with --fold; expected");
        AssertFails(["teach", .. folds.Data, "--checkpoint", one, two, one, "--output", output], "without fold 1/2, and there are 3 networks");
        AssertFails(["teach", "--data", other, "--checkpoint", one, two, "--output", output], $"'{one}' was trained on folds of other faces, 40 faces");
        AssertFails(["teach", .. folds.Data, "--checkpoint", one, "--shift", "9", "--output", output], "--shift: got '9'");
        File.Exists(output).Should().BeFalse();
    }

    /// <summary>The mean of the probabilities of the views of one face, each alone, cut out by hand.</summary>
    private static double[] Judge(string checkpoint, byte[] pixels, int shift)
    {
        const int Side = 48;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using ExpressionNetwork network = Checkpoint.Load(checkpoint);
        (int Right, int Down)[] shifts = shift == 0 ? [(0, 0)] : [(0, 0), (shift, 0), (-shift, 0), (0, shift), (0, -shift)];
        var sums = new double[7];
        foreach ((int right, int down) in shifts)
        {
            foreach (bool isMirrored in (bool[])[false, true])
            {
                var view = new float[Side * Side];
                for (int y = 0; y < Side; y++)
                {
                    for (int x = 0; x < Side; x++)
                    {
                        int column = isMirrored ? Side - 1 - x : x;
                        view[(y * Side) + x] =
                            pixels[(Math.Clamp(y + down, 0, Side - 1) * Side) + Math.Clamp(column + right, 0, Side - 1)] / 255f;
                    }
                }

                float[] probabilities = [.. network.call(tensor(view, [1, 1, Side, Side])).softmax(1).data<float>()];
                sums = [.. sums.Zip(probabilities, (sum, probability) => sum + (probability / (2.0 * shifts.Length)))];
            }
        }

        return sums;
    }

    private (int ExitCode, string Output, string Error) Teach(string[] more) =>
        SampleProcess.Run(Sample, Path.GetTempPath(), ["teach", .. folds.Data, "--threads", "1", "--device", "cpu", .. more]);

    private static string Sha256(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    private static void AssertFails(string[] arguments, string expected)
    {
        (int exitCode, _, string error) = SampleProcess.Run(Sample, Path.GetTempPath(), arguments);

        exitCode.Should().Be(2, error);
        error.Should().StartWith("error: ").And.Contain(expected);
        error.TrimEnd().Should().NotContain("\n");
    }

    /// <summary>Two networks, each trained without one of two folds.</summary>
    public sealed class TwoFolds : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public TwoFolds()
        {
            Csv = FerCsv.Write(_folder.File("fer.csv"), ("Training", 40), ("PublicTest", 7));
            string recipe = _folder.Write("recipe.json", Encoding.UTF8.GetBytes(Recipe));
            Data = ["--data", Csv];
            Arguments = [.. Data, "--config", recipe, "--device", "cpu", "--threads", "1"];
            for (int fold = 1; fold <= 2; fold++)
            {
                (int exitCode, string output, string error) = SampleProcess.Run(
                    Sample,
                    _folder.Path,
                    ["train", .. Arguments, "--fold", $"{fold}/2", "--seed", $"{fold}", "--output", _folder.File($"fold{fold}")]);
                exitCode.Should().Be(0, "{0}{1}", output, error);
            }
        }

        public string Csv { get; }

        public string[] Data { get; }

        /// <summary>All but the command and what a test is about.</summary>
        public string[] Arguments { get; }

        public string File(string name) => _folder.File(name);

        public string Checkpoint(int fold) => _folder.File($"fold{fold}/checkpoint.safetensors");

        public void Dispose() => _folder.Dispose();
    }
}
