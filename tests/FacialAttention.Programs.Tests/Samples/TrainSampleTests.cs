using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FacialAttention.Tests.Export;
using FacialAttention.Tests.Files;
using FacialAttention.Tests.Packaging;
using FacialAttention.Tests.Training;
using TorchSharp;

namespace FacialAttention.Tests.Samples;

public sealed class TrainSampleTests(TrainSampleTests.TrainedRun run) : IClassFixture<TrainSampleTests.TrainedRun>
{
    private const string Sample = "Train";

    // A network of some 1,700 weights; 0.1 is one that a Turkish or German reading of numbers would get wrong.
    private const string Recipe = """
        {
          "network": {
            "backboneStages": [
              { "kernelSize": 3, "channels": 4, "pool": true },
              { "kernelSize": 1, "channels": 4, "pool": true },
              { "kernelSize": 3, "channels": 8, "pool": true }
            ],
            "lstmHiddenSize": 8,
            "lstmLayers": 1,
            "dropout": 0.1
          },
          "trainer": {
            "iterations": 200,
            "batchSize": 8,
            "optimizer": "AdamW",
            "schedule": "Cosine",
            "averagingDecay": 0.9,
            "averageMirrored": true,
            "validationInterval": 50,
            "trainingReportInterval": 20,
            "resumeInterval": 10,
            "augmentation": { "maxRotationDegrees": 5 }
          }
        }
        """;

    private static readonly string[] MetricKeys = ["accuracy", "macroF1", "loss", "count", "confusion"];

    [Fact]
    public void Train_Recipe_LeavesAFinishedRun()
    {
        run.Error.Should().BeEmpty();
        run.ExitCode.Should().Be(0);
        Directory.GetFiles(run.OutputFolder).Select(Path.GetFileName)
            .Should().BeEquivalentTo("checkpoint.safetensors", "curves.png", "history.json", "results.json");
        FaceImage curves = FaceImage.Load(run.File("curves.png"));
        (curves.Width, curves.Height).Should().Be((1200, 450));
        curves.Pixels.ToArray().Distinct().Should().HaveCountGreaterThan(50, "there are curves, axes and text on it");

        using JsonDocument results = run.Results();
        JsonElement trainer = results.RootElement.GetProperty("run").GetProperty("trainer");
        trainer.GetProperty("optimizer").GetString().Should().Be("AdamW");
        trainer.GetProperty("learningRate").GetDouble().Should().Be(0.005, "the command line said so");
        trainer.GetProperty("augmentation").GetProperty("maxRotationDegrees").GetDouble().Should().Be(5);
        JsonElement network = results.RootElement.GetProperty("run").GetProperty("network");
        network.GetProperty("dropout").GetDouble().Should().Be(0.1);
        network.GetProperty("seed").GetInt32().Should().Be(3);
        network.GetProperty("backboneStages")[1].GetProperty("kernelSize").GetInt32().Should().Be(1);
        results.RootElement.GetProperty("environment").GetProperty("threads").GetInt32().Should().Be(1);
        results.RootElement.GetProperty("test").GetProperty("count").GetInt32().Should().Be(7);

        using ExpressionNetwork trained = Checkpoint.Load(run.File("checkpoint.safetensors"));
        trained.Options.BackboneStages.Should().Equal(
            new ConvStage(3, 4, Pool: true), new ConvStage(1, 4, Pool: true), new ConvStage(3, 8, Pool: true));
        Checkpoint.ReadProvenance(run.File("checkpoint.safetensors"))["iteration"]
            .Should().Be(results.RootElement.GetProperty("bestIteration").GetInt32().ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Train_Recipe_PrintsProgressWithLearningRateAndTimeLeft()
    {
        run.Output.Should().MatchRegex(
            @"ACNN-ALSTM: iteration 200 of 200, training loss \d\.\d{4} accuracy \d+\.\d %, validation loss \d\.\d{4} accuracy "
            + @"\d+\.\d %, learning rate \d\.\d\de-\d+, 00:00:00 left");
        run.Output.Should().Contain("iteration 50 of 200, validation loss", "a validation without a report is told too");
        run.Output.Should().MatchRegex("│ validation\\* +│ +14 │").And.Contain("* selection split");
    }

    [Fact]
    public void Train_TensorBoard_WritesTheTagsAndNothingElse()
    {
        string[] files = Directory.GetFiles(run.EventFolder, "*", SearchOption.AllDirectories);

        string[] tags = [.. EventTags(File.ReadAllBytes(files.Should().ContainSingle().Subject))];

        tags.Distinct().Should().BeEquivalentTo(
            "loss/training", "accuracy/training", "loss/validation", "accuracy/validation", "learning_rate");
        tags.Count(tag => tag == "loss/training").Should().Be(10);
        tags.Count(tag => tag == "accuracy/validation").Should().Be(4);
    }

    [Fact]
    public void Curves_FinishedRuns_DrawsThemAndReplacesNothing()
    {
        using var folder = new TemporaryFolder();
        string[] command = ["curves", "--runs", run.OutputFolder, run.OutputFolder, "--output", "curves.png"];

        (int exitCode, _, string error) = SampleProcess.Run(Sample, folder.Path, command);

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        FaceImage curves = FaceImage.Load(folder.File("curves.png"));
        (curves.Width, curves.Height).Should().Be((1200, 450));
        curves.Pixels.ToArray().Distinct().Should().HaveCountGreaterThan(50, "there are curves, axes and text on it");
        AssertFails([.. command[..^1], folder.File("curves.png")], $"'{folder.File("curves.png")}' exists; expected a new file.");
    }

    [Fact]
    public void Curves_NoFinishedRun_NamesWhatIsMissing()
    {
        using var folder = new TemporaryFolder();

        AssertFails(["curves", "--runs", folder.Path, "--output", folder.File("curves.png")], folder.File("results.json"));

        File.Exists(folder.File("curves.png")).Should().BeFalse();
    }

    [Fact]
    public void Evaluate_Json_AgreesWithTheHistory()
    {
        (int exitCode, string text, string error) = Evaluate(run.Csv, "PublicTest", "--json", "--mirrored");

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        text.TrimEnd().Should().NotContain("\n");
        using JsonDocument result = JsonDocument.Parse(text);
        Keys(result.RootElement).Should().Equal(MetricKeys);
        using JsonDocument history = JsonDocument.Parse(File.ReadAllBytes(run.File("history.json")));
        JsonElement best = history.RootElement.GetProperty("best");
        result.RootElement.GetProperty("accuracy").GetDouble().Should().BeApproximately(1 - best.GetProperty("error").GetDouble(), 1e-12);
        result.RootElement.GetProperty("loss").GetDouble().Should().BeApproximately(best.GetProperty("loss").GetDouble(), 1e-6);
        using JsonDocument results = run.Results();
        result.RootElement.GetProperty("confusion").GetRawText().Should().Be(
            JsonSerializer.Serialize(results.RootElement.GetProperty("validation").GetProperty("confusion")));
    }

    [Fact]
    public void Evaluate_FileWithPrivateTestAlone_CountsRowsByActualClass()
    {
        using var folder = new TemporaryFolder();
        string csv = FerCsv.Write(folder.File("private.csv"), ("PrivateTest", 9));
        FaceDataset faces = Fer2013Reader.ReadPart(csv, SplitPart.Test);
        using ExpressionNetwork network = Checkpoint.Load(run.File("checkpoint.safetensors"));
        EvaluationResult expected = Evaluator.Evaluate(network, faces);

        (int exitCode, string text, _) = Evaluate(csv, "PrivateTest", "--json");

        exitCode.Should().Be(0);
        using JsonDocument result = JsonDocument.Parse(text);
        result.RootElement.GetProperty("count").GetInt32().Should().Be(9);
        result.RootElement.GetProperty("accuracy").GetDouble().Should().Be(expected.Accuracy);
        result.RootElement.GetProperty("macroF1").GetDouble().Should().Be(expected.MacroF1);
        JsonElement[] rows = [.. result.RootElement.GetProperty("confusion").EnumerateArray()];
        rows.Select(row => row.EnumerateArray().Sum(cell => cell.GetInt32())).Should().Equal(faces.CountByLabel());
        rows.Should().AllSatisfy(row => row.GetArrayLength().Should().Be(7));
    }

    [Fact]
    public void Evaluate_AllRows_PrintsFiguresOfEachClass()
    {
        (int exitCode, string text, string error) = Evaluate(run.Csv, "all");

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        text.Should().Contain("61 faces: accuracy ").And.Contain("precision").And.Contain("recall").And.Contain("F1");
        foreach (string name in ExpressionLabels.Fer2013.Names)
        {
            text.Split('\n').Count(line => line.StartsWith($"│ {name} ", StringComparison.Ordinal)).Should().Be(2, "there are two tables");
        }
    }

    [Fact]
    public void Export_Checkpoint_WritesAnOnnxFileAndReplacesNothing()
    {
        using var folder = new TemporaryFolder();
        string[] command =
        [
            "export", "--checkpoint", run.File("checkpoint.safetensors"), "--temperature", "1.5", "--attention", "--output", "a.onnx",
        ];

        (int exitCode, string text, string error) = SampleProcess.Run(Sample, folder.Path, command);

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        text.Should().StartWith("Exported ACNN-ALSTM for Angry, Disgust, Fear, Happy, Sad, Surprise, Neutral to a.onnx (0.0 MB).");
        using ExpressionNetwork network = Checkpoint.Load(run.File("checkpoint.safetensors"));
        network.Calibration = new Calibration { Temperature = 1.5 };
        File.ReadAllBytes(folder.File("a.onnx")).Should().Equal(
            OnnxModel.BytesOf(network, new OnnxExportOptions { IncludeAttention = true }));
        File.ReadAllText(folder.File("a.json")).Should().Contain("\"temperature\":1.5");
        AssertFails([.. command[..^1], folder.File("a.onnx")], $"'{folder.File("a.onnx")}' exists; expected a new file.");
        File.Delete(folder.File("a.onnx"));
        AssertFails([.. command[..^1], folder.File("a.onnx")], $"'{folder.File("a.json")}' exists; expected a new file.");
    }

    [Fact]
    public void Export_HalfPrecision_WritesASmallerCheckpointAndTheSameNumbersAsOnnx()
    {
        using var folder = new TemporaryFolder();
        string[] command = ["export", "--half", "--checkpoint", run.File("checkpoint.safetensors"), "--output"];

        (int exitCode, _, string error) = SampleProcess.Run(Sample, folder.Path, [.. command, "a.safetensors"]);
        (int onnxExitCode, _, string onnxError) = SampleProcess.Run(Sample, folder.Path, [.. command, "a.onnx"]);

        (exitCode, error, onnxExitCode, onnxError).Should().Be((0, "", 0, ""));
        using ExpressionNetwork whole = Checkpoint.Load(run.File("checkpoint.safetensors")), half = Checkpoint.Load(folder.File("a.safetensors"));
        half.Describe().Should().Be(whole.Describe());
        Checkpoint.ReadProvenance(folder.File("a.safetensors")).Should().Equal(Checkpoint.ReadProvenance(run.File("checkpoint.safetensors")));
        File.ReadAllBytes(folder.File("a.onnx")).Should().Equal(OnnxModel.BytesOf(half, new OnnxExportOptions { HalfPrecision = true }));
    }

    [Fact]
    public void Finetune_OwnClassesAndFrozenBackbone_TrainsANewHeadAlone()
    {
        using var folder = new TemporaryFolder();
        string faces = DrawFolder(folder);
        File.WriteAllBytes(Path.Combine(faces, "train", "glad", "broken.png"), []);
        string output = folder.File("out");
        string[] arguments =
        [
            "finetune", "--checkpoint", run.File("checkpoint.safetensors"), "--data", faces, "--freeze", "backbone,local_attention",
            "--iterations", "3", "--batch-size", "4", "--set", "trainer:learningRateFactors:classifier=2", "--threads", "1", "--skip-bad",
            "--output", output,
        ];

        (int exitCode, string text, string error) = SampleProcess.Run(Sample, folder.Path, arguments);

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        text.Should().Contain("Left out train/glad/broken.png: ").And.Contain("glad, other, sad");
        using ExpressionNetwork before = Checkpoint.Load(run.File("checkpoint.safetensors"));
        using ExpressionNetwork after = Checkpoint.Load(Path.Combine(output, "checkpoint.safetensors"));
        after.Options.Labels.Names.Should().Equal("glad", "other", "sad");
        Dictionary<string, torch.Tensor> former = before.state_dict();
        foreach ((string name, torch.Tensor weight) in after.state_dict())
        {
            bool isFrozen = name.Split('.')[0] is "backbone" or "local_attention";
            bool isSame = weight.shape.SequenceEqual(former[name].shape) && weight.equal(former[name]).all().ToBoolean();
            isSame.Should().Be(isFrozen, name);
        }

        (exitCode, _, error) = SampleProcess.Run(
            Sample, folder.Path, "evaluate", "--checkpoint", Path.Combine(output, "checkpoint.safetensors"), "--data", run.Csv, "--split",
            "PublicTest", "--threads", "1");
        exitCode.Should().Be(2);
        error.Should().Contain("glad, other, sad").And.Contain("Angry, Disgust, Fear");
        AssertFails(
            [.. arguments[..^1], folder.File("other"), "--set", "network:lstmHiddenSize=9"], "network.lstmHiddenSize is 8 there and 9 here");
    }

    [Theory]
    [InlineData("train", "--data")]
    [InlineData("train", "--output")]
    [InlineData("draw", "--output")]
    public void AnyCommand_EmptyPath_IsRefused(string command, string option) =>
        AssertFails([command, option, ""], $"{option}: got '', expected the name of a file or folder.");

    [LinuxFact]
    public void Train_ConfigWithoutEnd_IsRefused() =>
        AssertFails(["train", "--config", "/dev/zero"], "'/dev/zero' is no recipe: it has more than 1000000 bytes.");

    [Fact]
    public void Train_PathWithLineBreaksAndMore_IsEscapedAndTheReasonKept()
    {
        (int exitCode, _, string error) = SampleProcess.Run(
            Sample, Path.GetTempPath(), "train", "--config", "no\nsuch\u001b[31m\u202e.json");

        exitCode.Should().Be(2);
        error.Should().Be(@"error: There is no file 'no\u000Asuch\u001B[31m\u202E.json'; expected a recipe, which is JSON." + Environment.NewLine);
    }

    [Fact]
    public void Train_BadImages_TellsEachAndTheOptionThatLeavesThemOut()
    {
        using var folder = new TemporaryFolder();
        string faces = DrawFolder(folder);
        File.WriteAllBytes(Path.Combine(faces, "train", "glad", "broken.png"), []);
        File.WriteAllBytes(Path.Combine(faces, "train", "sad", "damaged.png"), [1, 2, 3]);

        (int exitCode, _, string error) = SampleProcess.Run(Sample, folder.Path, "train", "--data", faces);

        exitCode.Should().Be(2);
        error.Should().Contain("broken.png: is empty").And.Contain("damaged.png: is 3 bytes").And.EndWith("--skip-bad leaves them out.\n")
            .And.NotContain("skipBad");
    }

    [Fact]
    public void Train_TwoProcessesStartedTogether_OneTrainsAndTheOtherSaysWhoDoes()
    {
        using var folder = new TemporaryFolder();
        string[] arguments = [.. run.Arguments, "--output", folder.File("out")];
        using SampleProcess first = SampleProcess.Start(Sample, folder.Path, arguments);
        using SampleProcess second = SampleProcess.Start(Sample, folder.Path, arguments);

        var ends = new[] { first.WaitForExit(), second.WaitForExit() }.OrderBy(end => end.ExitCode).ToArray();

        ends.Select(end => end.ExitCode).Should().Equal(0, 2);
        ends[1].Error.Should().MatchRegex(@"is in use by process \d+ on \S+ since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC|holds a finished run");
        Directory.GetFiles(folder.File("out")).Select(Path.GetFileName)
            .Should().BeEquivalentTo("checkpoint.safetensors", "curves.png", "history.json", "results.json");
    }

    [Fact]
    public void Train_StateThatAnotherFitWrites_IsRefusedByItsProcess()
    {
        using var folder = new TemporaryFolder();
        FaceDataset faces = SyntheticFaces.Generate(1, seed: 1, size: new ImageSize(16, 16));
        var options = new ExpressionNetworkOptions { ImageHeight = 16, ImageWidth = 16, BackboneStages = [new(1, 2)], CnnHiddenSize = 2 };
        using var network = new ExpressionNetwork(NetworkVariant.Cnn, options);
        using var trainer = new Trainer(network, new TrainerOptions { Iterations = 1, BatchSize = 2, Device = DevicePreference.Cpu });
        Directory.CreateDirectory(folder.File("out"));
        (int ExitCode, string Output, string Error) other = default;

        trainer.Fit(
            faces,
            faces,
            new ResumeState(folder.File("out/run.resume")),
            new RecordedProgress(_ => other = SampleProcess.Run(Sample, folder.Path, [.. run.Arguments, "--output", "out"])));

        other.ExitCode.Should().Be(2, "{0}{1}", other.Output, other.Error);
        other.Error.Should().Match($"error: The resume state '*run.resume' is in use by process {Environment.ProcessId} on *; expected to wait *");
    }

    [LinuxFact]
    public void Train_FileSystemWithoutLocks_SaysThatNothingKeepsOthersOut()
    {
        using var folder = new TemporaryFolder();
        string[] command = ["env", "DOTNET_SYSTEM_IO_DISABLEFILELOCKING=1", "dotnet", SampleProcess.PathOf(Sample), .. run.Arguments, "--output"];

        ProcessRun.Run(folder.Path, [.. command, "out"]).OrThrow().Error
            .Should().Be("note: 'out' is on a file system without locks: nothing keeps another run from writing into it.\n");
    }

    [LinuxFact]
    public void Train_CtrlCThenResume_EndsWithTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        string output = folder.File("out");
        string[] arguments = [.. run.Arguments, "--output", output];
        using (SampleProcess process = SampleProcess.Start(Sample, folder.Path, arguments))
        {
            var patience = Stopwatch.StartNew();
            while (!File.Exists(Path.Combine(output, "run.resume")) && !process.HasExited && patience.Elapsed < TimeSpan.FromMinutes(2))
            {
                Thread.Sleep(5);
            }

            process.PressCtrlC();
            (int exitCode, _, string error) = process.WaitForExit();
            exitCode.Should().Be(130);
            error.Should().Be("Stopped. The state is kept; continue with the same command and --resume." + Environment.NewLine);
        }

        Directory.GetFiles(output).Select(Path.GetFileName).Should().Equal("run.resume");

        AssertFails(arguments, $"'{output}' holds an unfinished run; expected --resume");
        AssertFails(
            [.. arguments, "--resume", "--weight-decay", "0.25", "--lstm-hidden", "9"],
            "network/options lstmHiddenSize is 8 there and 9 here");
        (int resumedExitCode, string text, string resumedError) = SampleProcess.Run(Sample, folder.Path, [.. arguments, "--resume"]);

        resumedError.Should().BeEmpty();
        resumedExitCode.Should().Be(0);
        text.Should().Contain("Going on from ").And.Contain("iteration 200 of 200");
        byte[] checkpoint = File.ReadAllBytes(Path.Combine(output, "checkpoint.safetensors"));
        checkpoint.Should().Equal(File.ReadAllBytes(run.File("checkpoint.safetensors")));
        File.ReadAllText(Path.Combine(output, "history.json")).Should().Be(File.ReadAllText(run.File("history.json")));
        File.Exists(Path.Combine(output, "run.resume")).Should().BeFalse();
    }

    [Fact]
    public void Train_FinishedOutput_IsRefusedOrShownAgain()
    {
        DateTime written = File.GetLastWriteTimeUtc(run.File("results.json"));

        AssertFails([.. run.Arguments, "--output", run.OutputFolder], $"'{run.OutputFolder}' holds a finished run; expected another folder");
        AssertFails(
            [.. run.Arguments, "--output", run.OutputFolder, "--resume", "--weight-decay", "0.25"],
            "trainer.weightDecay is 0 there and 0.25 here");
        (int exitCode, string text, string error) = SampleProcess.Run(
            Sample, Path.GetTempPath(), [.. run.Arguments, "--output", run.OutputFolder, "--resume"]);

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        text.Should().Contain("This run is finished.").And.NotContain(": iteration ");
        text[text.IndexOf('╭', StringComparison.Ordinal)..].Should().Be(run.Output[run.Output.IndexOf('╭', StringComparison.Ordinal)..]);
        File.GetLastWriteTimeUtc(run.File("results.json")).Should().Be(written);
    }

    [Theory]
    [InlineData("train --epoch 3", "'--epoch'")]
    [InlineData("finetune --checkpoint x --data y --freeze ,", "--freeze: got ',', expected names of parts")]
    [InlineData("train --resume", "--resume was given without --output")]
    [InlineData("train --split 8:2", "--split was given without --data")]
    [InlineData("train --skip-bad", "--skip-bad was given while --data is not given")]
    [InlineData("train --variant rnn", "--variant: got 'rnn', expected one of cnn, cnn-lstm, acnn-lstm, cnn-alstm, acnn-alstm.")]
    [InlineData("train --set epochs", "--set: got 'epochs', expected KEY=VALUE")]
    [InlineData("train --epochs 3 --set trainer:epochs=4", "trainer:epochs was given twice, as '3' and as '4'")]
    [InlineData(
        "train --epochs 0 --dropout 2 --set trainer:labelSmoothing=1 --set trainer:augmentation:maxScale=3",
        "Dropout is 2; expected 0 to 0.9. Epochs is 0; expected 1 to 1000000. LabelSmoothing is 1; expected 0 to 0.99. "
        + "MaxScale is 3; expected 0 to 0.9.")]
    [InlineData("evaluate --checkpoint none.safetensors --data none.csv --split test --json", "none.safetensors")]
    [InlineData("evaluate --checkpoint x --data y --split Test", "--split: got 'Test', expected Training, PublicTest, PrivateTest, train,")]
    [InlineData("finetune --data none.csv", "--checkpoint")]
    [InlineData("export --checkpoint none.safetensors --output none.onnx", "none.safetensors")]
    [InlineData("export --checkpoint x --output y --temperature 1,5", "--temperature: got '1,5', expected a number from 0.01 to 100.")]
    [InlineData("export --checkpoint x --output y --temperature 0", "--temperature: got '0', expected a number from 0.01 to 100.")]
    public void AnyCommand_WrongCommandLine_FailsInOneLine(string arguments, string expected)
    {
        AssertFails(arguments.Split(' '), expected);
    }

    [Theory]
    [InlineData("""{ "trainer": { "epochs": 3, "Epochs": 4 } }""", "trainer:Epochs")]
    [InlineData("""{ "trainer": { "epochs": 3 }""", "recipe.json' is no recipe: ")]
    public void Train_WrongRecipe_FailsInOneLine(string recipe, string expected)
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("recipe.json", Encoding.UTF8.GetBytes(recipe));

        AssertFails(["train", "--config", file], expected);
    }

    [Fact]
    public void Train_ManyFaultsInRecipeAndCommandLine_TellsThemTogether()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("recipe.json", """
            {
              "networks": {},
              "network": { "inputHeight": 9, "labels": [ "a", "b" ], "backboneStages": [ { "kernelSize": 3, "chanels": 8 } ] },
              "trainer": { "labelSmoting": 0.1, "augmentation": 3, "batchSize": null }
            }
            """u8);

        AssertFails(
            [
                "train", "--config", file, "--learning-rate", "0,01", "--epochs", "1.5", "--optimizer", "rms-prop", "--set",
                "trainer:schedule=1", "--set", "trainer:averageMirrored=yes",
            ],
            $"'{file}' and what overrides it: ",
            "networks is unknown; expected variant, network, trainer.",
            "network:inputHeight is unknown; expected labels, imageHeight, imageWidth, ",
            "network:labels is an object or a list; expected a label set as one text.",
            "network:backboneStages:0 has no channels; expected it.",
            "network:backboneStages:0:chanels is unknown; expected kernelSize, channels, pool, convolutions, shortcut, "
                + "squeezeExcitationReduction.",
            "trainer:labelSmoting is unknown; expected iterations, epochs, ",
            "trainer:augmentation is '3'; expected an object.",
            "trainer:batchSize is null; expected a whole number.",
            "trainer:learningRate is '0,01'; expected a number.",
            "trainer:epochs is '1.5'; expected a whole number or null.",
            "trainer:optimizer is 'rmsprop'; expected one of Adam, AdamW, SgdNesterov.",
            "trainer:schedule is '1'; expected one of Constant, Cosine, Step.",
            "trainer:averageMirrored is 'yes'; expected true or false.");
    }

    [Theory]
    [InlineData("fer2013.json")]
    [InlineData("compact-fer2013.json")]
    [InlineData("accurate-fer2013.json")]
    public void Train_RecipeOfTheRepository_Trains(string name)
    {
        using var folder = new TemporaryFolder();
        string recipe = Path.Combine(Repository.Root, "samples", "Train", name);

        (int exitCode, string text, string error) = SampleProcess.Run(
            Sample, folder.Path, "train", "--data", run.Csv, "--config", recipe, "--iterations", "1", "--batch-size", "4", "--threads",
            "1");

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        text.Should().Contain("ACNN-ALSTM: iteration 1 of 1, ");
        Directory.GetFileSystemEntries(folder.Path).Should().BeEmpty("no folder was named");
    }

    [Fact]
    public void Device_Cpu_AgreesWithDoublePrecisionAndIsTimed()
    {
        using var folder = new TemporaryFolder();
        string recipe = Path.Combine(folder.Path, "recipe.json");
        File.WriteAllText(recipe, """{ "network": { "lstmHiddenSize": 8, "lstmLayers": 1, "dropout": 0.5 } }""");

        (int exitCode, string text, string error) = SampleProcess.Run(
            Sample, folder.Path, "device", "--device", "cpu", "--config", recipe, "--batch-sizes", "2", "3", "--steps", "1", "--threads", "1");

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        text.Should().StartWith("Device cpu: as asked, libtorch ").And.Contain("Relative differences from 64 bits: loss ")
            .And.MatchRegex(@"\n +2 +[0-9.]+ +[0-9]+\n +3 +[0-9.]+ +[0-9]+\n");
    }

    [Fact]
    public void Calibrate_TrainedNetwork_WritesACopyWithThresholdsAndAPicture()
    {
        using var folder = new TemporaryFolder();
        string checkpoint = folder.File("calibrated.safetensors"), picture = folder.File("reliability.png");
        string[] arguments =
        [
            "calibrate", "--checkpoint", run.File("checkpoint.safetensors"), "--data", run.Csv, "--split", "PublicTest", "--output", checkpoint,
            "--picture", picture, "--threads", "1",
        ];

        (int exitCode, string text, string error) = SampleProcess.Run(Sample, folder.Path, arguments);

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        text.Should().Contain(" scaling, fitted to FER2013, PublicTest, in ");
        File.ReadAllBytes(picture).Should().StartWith(new byte[] { 0x89, (byte)'P', (byte)'N', (byte)'G' });
        using ExpressionNetwork before = Checkpoint.Load(run.File("checkpoint.safetensors")), after = Checkpoint.Load(checkpoint);
        after.Calibration.Thresholds.Should().HaveCount(20);
        after.Calibration.Should().NotBe(before.Calibration);
        Checkpoint.ReadProvenance(checkpoint).Should().ContainKey("calibration").And.Contain(Checkpoint.ReadProvenance(run.File("checkpoint.safetensors")));
        AssertFails(arguments, $"'{checkpoint}' exists; expected a new file.");
    }

    [Fact]
    public void Evaluate_CheckpointCalibratedByClass_MeasuresTheAnswersOfARecogniser()
    {
        using var folder = new TemporaryFolder();
        string checkpoint = folder.File("calibrated.safetensors");
        using (ExpressionNetwork network = Checkpoint.Load(run.File("checkpoint.safetensors")))
        {
            // Far more for the first class than for the others: so much that every answer is that class.
            var classes = Enumerable.Range(0, 7).Select(i => new ClassScaling(Scale: 0.01, Bias: i == 0 ? 90 : 0)).ToArray();
            network.Calibration = new Calibration { Classes = classes };
            Checkpoint.Save(checkpoint, network);
        }

        double calibrated = Accuracy(), uncalibrated = Accuracy("--uncalibrated");

        FaceDataset faces = Fer2013Reader.ReadPart(run.Csv, SplitPart.Validation);
        calibrated.Should().Be(faces.LabelIndices.ToArray().Count(label => label == 0) / (double)faces.Count);
        using JsonDocument trained = JsonDocument.Parse(Evaluate(run.Csv, "PublicTest", "--json").Output);
        uncalibrated.Should().Be(trained.RootElement.GetProperty("accuracy").GetDouble()).And.NotBe(calibrated);

        double Accuracy(params string[] more)
        {
            (int exitCode, string text, string error) = SampleProcess.Run(
                Sample,
                folder.Path,
                ["evaluate", "--checkpoint", checkpoint, "--data", run.Csv, "--split", "PublicTest", "--json", "--threads", "1", .. more]);
            error.Should().BeEmpty();
            exitCode.Should().Be(0);
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.GetProperty("accuracy").GetDouble();
        }
    }

    [Fact]
    public void Evaluate_PartThatIsNotThere_FailsInOneLine()
    {
        using var folder = new TemporaryFolder();
        string csv = FerCsv.Write(folder.File("fer.csv"), ("Training", 2));

        AssertFails(
            ["evaluate", "--checkpoint", run.File("checkpoint.safetensors"), "--data", csv, "--split", "PrivateTest", "--threads", "1"],
            $"'{csv}': none of the 2 rows has the Usage PrivateTest; expected at least one.");
    }

    private (int ExitCode, string Output, string Error) Evaluate(string data, string part, params string[] more) => SampleProcess.Run(
        Sample,
        Path.GetTempPath(),
        ["evaluate", "--checkpoint", run.File("checkpoint.safetensors"), "--data", data, "--split", part, "--threads", "1", .. more]);

    /// <summary>Exit code 2, one line on stderr and nothing on stdout that looks like training.</summary>
    private static void AssertFails(string[] arguments, params string[] expected)
    {
        (int exitCode, string text, string error) = SampleProcess.Run(Sample, Path.GetTempPath(), arguments);

        exitCode.Should().Be(2, error);
        error.Should().StartWith("error: ").And.ContainAll(expected).And.EndWith(Environment.NewLine);
        error.TrimEnd().Should().NotContainAny("\n", "\r");
        (text + error).Should().NotContain("   at ").And.NotContain("Exception").And.NotContain(": iteration ");
    }

    /// <summary>Drawn faces of three classes of one's own, 6 of each to train and 2 to select.</summary>
    private static string DrawFolder(TemporaryFolder folder)
    {
        string root = folder.File("faces");
        string[] classes = ["sad", "glad", "other"];
        FaceDataset faces = SyntheticFaces.Generate(24, seed: 1);
        for (int face = 0; face < 24; face++)
        {
            string target = Path.Combine(root, face < 18 ? "train" : "validation", classes[face % 3]);
            Directory.CreateDirectory(target);
            FaceImage.FromGray(faces.PixelsOf(face).ToArray(), faces.Size).Save(Path.Combine(target, $"{face}.png"));
        }

        return root;
    }

    /// <summary>
    /// The tags of scalar events. A record is length (8 bytes), checksum (4), an Event in protobuf, checksum (4); field 5 of Event is a
    /// Summary, its field 1 the values, and their field 1 the tag.
    /// </summary>
    private static IEnumerable<string> EventTags(byte[] file)
    {
        for (int at = 0; at < file.Length;)
        {
            int length = (int)BitConverter.ToInt64(file, at);
            foreach (byte[] summary in Fields(file.AsSpan(at + 12, length), number: 5))
            {
                foreach (byte[] value in Fields(summary, number: 1))
                {
                    yield return Encoding.UTF8.GetString(Fields(value, number: 1).Single());
                }
            }

            at += 12 + length + 4;
        }
    }

    /// <summary>The length-delimited fields of one number; all lengths here are below 128, one byte.</summary>
    private static List<byte[]> Fields(ReadOnlySpan<byte> message, int number)
    {
        var found = new List<byte[]>();
        while (!message.IsEmpty)
        {
            (int field, int wireType) = (message[0] >> 3, message[0] & 7);
            int size = wireType switch
            {
                0 => 1 + message[1..].IndexOfAnyInRange((byte)0, (byte)127) + 1,
                1 => 1 + 8,
                2 => 2 + message[1],
                5 => 1 + 4,
                _ => throw new InvalidDataException($"Wire type {wireType} in an event."),
            };
            if (field == number && wireType == 2)
            {
                found.Add(message[2..size].ToArray());
            }

            message = message[size..];
        }

        return found;
    }

    private static string[] Keys(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];

    /// <summary>One run that several tests look at.</summary>
    public sealed class TrainedRun : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public TrainedRun()
        {
            Csv = FerCsv.Write(_folder.File("fer.csv"), ("Training", 40), ("PublicTest", 14), ("PrivateTest", 7));
            OutputFolder = _folder.File("out");
            EventFolder = _folder.File("events");
            string recipe = _folder.Write("recipe.json", Encoding.UTF8.GetBytes(Recipe));
            Arguments =
            [
                "train", "--data", Csv, "--config", recipe, "--learning-rate", "0.005", "--seed", "3", "--device", "cpu", "--threads", "1",
            ];
            (ExitCode, Output, Error) = SampleProcess.Run(
                Sample, _folder.Path, [.. Arguments, "--output", OutputFolder, "--tensorboard", EventFolder]);
        }

        public string Csv { get; }

        /// <summary>All but the folders that are written to.</summary>
        public string[] Arguments { get; }

        public string OutputFolder { get; }

        public string EventFolder { get; }

        public int ExitCode { get; }

        public string Output { get; }

        public string Error { get; }

        public string File(string name) => Path.Combine(OutputFolder, name);

        public JsonDocument Results() => JsonDocument.Parse(System.IO.File.ReadAllBytes(File("results.json")));

        public void Dispose() => _folder.Dispose();
    }
}
