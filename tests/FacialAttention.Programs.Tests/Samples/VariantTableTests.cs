using System.Diagnostics;
using System.Text.Json;
using FacialAttention.Tests.Files;

namespace FacialAttention.Tests.Samples;

public sealed class VariantTableTests(VariantTableTests.TwoVariants run) : IClassFixture<VariantTableTests.TwoVariants>
{
    private const string Sample = "VariantTable";

    private static readonly string[] RowKeys =
    [
        "variant", "seed", "parameters", "multiplyAdds", "iterations", "trainAccuracy", "validationAccuracy", "testAccuracy",
        "secondsPerIteration", "checkpoint",
    ];

    [Fact]
    public void Run_TwoVariants_WritesResultsAfterTheirSchema()
    {
        run.Error.Should().BeEmpty();
        run.ExitCode.Should().Be(0);
        using JsonDocument results = Results(run.OutputFolder);
        Keys(results.RootElement).Should().Equal("dataset", "protocol", "environment", "rows");
        JsonElement dataset = results.RootElement.GetProperty("dataset");
        dataset.GetProperty("split").GetString().Should().Be("official");
        dataset.GetProperty("training").GetInt32().Should().Be(60);
        dataset.GetProperty("validation").GetInt32().Should().Be(30);
        JsonElement protocol = results.RootElement.GetProperty("protocol");
        protocol.GetProperty("iterations").GetInt32().Should().Be(3);
        protocol.GetProperty("lstmHidden").GetInt32().Should().Be(8);
        protocol.GetProperty("learningRate").GetDouble().Should().Be(0.001);
        JsonElement environment = results.RootElement.GetProperty("environment");
        environment.GetProperty("threads").GetInt32().Should().Be(1);
        environment.GetProperty("device").GetString().Should().Be("cpu");

        JsonElement[] rows = [.. results.RootElement.GetProperty("rows").EnumerateArray()];
        rows.Should().AllSatisfy(row => Keys(row).Should().Equal(RowKeys));
        rows.Select(row => row.GetProperty("variant").GetString()).Should().Equal("CNN", "ACNN-ALSTM");
        rows.Should().AllSatisfy(row =>
        {
            row.GetProperty("seed").GetInt32().Should().Be(1);
            row.GetProperty("iterations").GetInt32().Should().Be(3);
            row.GetProperty("testAccuracy").ValueKind.Should().Be(JsonValueKind.Null, "the file has no PrivateTest rows");
            row.GetProperty("secondsPerIteration").GetDouble().Should().BePositive();
        });
    }

    [Fact]
    public void Run_FolderThatAnotherProcessWrites_SaysWhoDoes()
    {
        using var folder = new TemporaryFolder();
        using FileClaim claim = FileClaim.Take(folder.File("run"), "the folder");

        (int exitCode, _, string error) = SampleProcess.Run(Sample, folder.Path, "--output", ".", "--iterations", "1");

        exitCode.Should().Be(2);
        error.Should().Match($"error: --output: '.' is in use by process {Environment.ProcessId} on *; expected to wait *");
        Directory.GetFiles(folder.Path).Select(Path.GetFileName).Should().Equal(".run.lock");
    }

    [Fact]
    public void Run_TwoVariants_WritesCheckpointsThatRepeatTheRow()
    {
        DatasetSplit faces = Fer2013Reader.Read(run.Csv);
        using JsonDocument results = Results(run.OutputFolder);
        foreach (JsonElement row in results.RootElement.GetProperty("rows").EnumerateArray())
        {
            string file = row.GetProperty("checkpoint").GetString()!;
            Path.GetFileName(file).Should().Be(file, "it stands beside results.json");
            using ExpressionNetwork network = Checkpoint.Load(Path.Combine(run.OutputFolder, file));

            network.Variant.PaperName.Should().Be(row.GetProperty("variant").GetString());
            network.ParameterCount.Should().Be(row.GetProperty("parameters").GetInt64());
            network.MultiplyAdds.Should().Be(row.GetProperty("multiplyAdds").GetInt64());
            Evaluator.Evaluate(network, faces.Training).Accuracy.Should().Be(row.GetProperty("trainAccuracy").GetDouble());
            Evaluator.Evaluate(network, faces.Validation).Accuracy.Should().Be(row.GetProperty("validationAccuracy").GetDouble());
        }

        Directory.GetFiles(run.OutputFolder).Should().HaveCount(3, "two checkpoints and results.json, no temporary file");
    }

    [Fact]
    public void Run_TwoVariants_PrintsProgressAndTheWholeTable()
    {
        using JsonDocument results = Results(run.OutputFolder);
        foreach (JsonElement row in results.RootElement.GetProperty("rows").EnumerateArray())
        {
            string variant = row.GetProperty("variant").GetString()!;
            run.Output.Should().Contain($"{variant}: iteration 3 of 3, training loss ");
            string line = run.Output.Split('\n').Single(text => text.StartsWith($"│ {variant} ", StringComparison.Ordinal));
            string[] cells = [.. line.Split('│', StringSplitOptions.TrimEntries).Skip(1).SkipLast(1)];
            cells[1].Should().Be("1");
            cells[2].Should().Be(FormattableString.Invariant($"{row.GetProperty("parameters").GetInt64():N0}"));
            cells[3].Should().Be(FormattableString.Invariant($"{row.GetProperty("multiplyAdds").GetInt64():N0}"));
            cells.Should().Contain(FormattableString.Invariant($"{100 * row.GetProperty("trainAccuracy").GetDouble():F1} %"));
            cells.Should().Contain(FormattableString.Invariant($"{100 * row.GetProperty("validationAccuracy").GetDouble():F1} %"));
            cells.Should().Contain("-", "there is no test split");
        }
    }

    [Fact]
    public void Run_SeedsAndStratifiedSplit_TrainsARowForEachSeed()
    {
        using var folder = new TemporaryFolder();
        string csv = FerCsv.Write(folder.File("fer.csv"), ("Training", 40), ("PublicTest", 30), ("PrivateTest", 7));
        string output = folder.File("new/deep");

        (int exitCode, string text, string error) = SampleProcess.Run(
            Sample, folder.Path, "--data", csv, "--variants", "cnn-lstm", "--seeds", "1,2", "--split", "8:2", "--iterations", "1",
            "--batch-size", "4", "--lstm-hidden", "8", "--lstm-layers", "2", "--learning-rate", "0.5", "--local-scaling", "as-printed",
            "--device", "cpu", "--threads", "1", "--output", output);

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        using JsonDocument results = Results(output);
        JsonElement dataset = results.RootElement.GetProperty("dataset");
        dataset.GetProperty("split").GetString().Should().Be("stratified 8:2, seed 1");
        dataset.GetProperty("training").GetInt32().Should().Be(56);
        dataset.GetProperty("validation").GetInt32().Should().Be(14);
        dataset.GetProperty("test").GetInt32().Should().Be(7);
        JsonElement protocol = results.RootElement.GetProperty("protocol");
        protocol.GetProperty("batchSize").GetInt32().Should().Be(4);
        protocol.GetProperty("lstmLayers").GetInt32().Should().Be(2);
        protocol.GetProperty("learningRate").GetDouble().Should().Be(0.5);
        protocol.GetProperty("localAttentionScaling").GetString().Should().Be("AsPrinted");
        JsonElement[] rows = [.. results.RootElement.GetProperty("rows").EnumerateArray()];
        rows.Select(row => row.GetProperty("seed").GetInt32()).Should().Equal(1, 2);
        rows.Select(row => row.GetProperty("checkpoint").GetString()).Should().OnlyHaveUniqueItems();

        using ExpressionNetwork network = Checkpoint.Load(Path.Combine(output, rows[1].GetProperty("checkpoint").GetString()!));
        network.Options.Should().BeEquivalentTo(
            new { Seed = 2, LstmHiddenSize = 8, LstmLayers = 2, LocalAttentionScaling = LocalAttentionScaling.AsPrinted });
        DatasetSplit faces = Fer2013Reader.ReadStratified(csv);
        Evaluator.Evaluate(network, faces.Validation).Accuracy.Should().Be(rows[1].GetProperty("validationAccuracy").GetDouble());
        Evaluator.Evaluate(network, faces.Test!).Accuracy.Should().Be(rows[1].GetProperty("testAccuracy").GetDouble());
        text.Should().Contain("CNN-LSTM seed 1: ").And.Contain("CNN-LSTM seed 2: ");
    }

    [Fact]
    public void Run_EveryValidationFaceAlsoInTrainingAndNoOutput_PrintsTheTableAndWritesNothing()
    {
        using var folder = new TemporaryFolder();
        string csv = FerCsv.Write(folder.File("fer.csv"), ("Training", 7));
        string[] lines = File.ReadAllLines(csv);
        File.AppendAllLines(csv, lines.Skip(1).Select(line => line.Replace("Training", "PublicTest", StringComparison.Ordinal)));
        string work = Directory.CreateDirectory(folder.File("work")).FullName;

        (int exitCode, string text, string error) = SampleProcess.Run(
            Sample, work, "--data", csv, "--variants", "cnn-lstm", "--iterations", "1", "--batch-size", "2", "--lstm-hidden", "4",
            "--threads", "1");

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        text.Should().Contain("│ CNN-LSTM ");
        Directory.GetFileSystemEntries(work).Should().BeEmpty();
    }

    [LinuxFact]
    public void Run_CtrlCInALaterRow_KeepsTheFinishedRowsAndGoesOnWithResume()
    {
        using var folder = new TemporaryFolder();
        string csv = FerCsv.Write(folder.File("fer.csv"), ("Training", 14), ("PublicTest", 7));
        string output = folder.File("out");
        string[] arguments =
        [
            "--data", csv, "--variants", "cnn-lstm,acnn-alstm", "--seeds", "1,2", "--iterations", "10", "--batch-size", "8",
            "--lstm-hidden", "8", "--threads", "1", "--output", output,
        ];
        using SampleProcess process = SampleProcess.Start(Sample, folder.Path, arguments);
        var patience = Stopwatch.StartNew();
        while (FinishedRows(output) == 0 && !process.HasExited && patience.Elapsed < TimeSpan.FromMinutes(2))
        {
            Thread.Sleep(20);
        }

        process.PressCtrlC();
        (int exitCode, string text, string error) = process.WaitForExit();

        exitCode.Should().Be(130);
        error.Should().Be("Stopped. Finished rows are kept." + Environment.NewLine);
        int finished = FinishedRows(output);
        finished.Should().BeInRange(1, 3);
        using (JsonDocument results = Results(output))
        {
            JsonElement[] rows = [.. results.RootElement.GetProperty("rows").EnumerateArray()];
            rows[0].GetProperty("variant").GetString().Should().Be("CNN-LSTM");
            rows.Should().AllSatisfy(row => Keys(row).Should().Equal(RowKeys));
            using ExpressionNetwork network = Checkpoint.Load(Path.Combine(output, rows[0].GetProperty("checkpoint").GetString()!));
        }

        text.Should().Contain("│ CNN-LSTM ", "the finished rows are printed too");

        (exitCode, text, error) = SampleProcess.Run(Sample, folder.Path, [.. arguments, "--resume"]);

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        text.Should().NotContain("CNN-LSTM seed 1: iteration", "it was finished").And.Contain("ACNN-ALSTM seed 2: iteration 10 of 10");
        text.Split('\n').Count(line => line.StartsWith("│ ", StringComparison.Ordinal)).Should().Be(5, "there are a header and four rows");
        FinishedRows(output).Should().Be(4);
        Directory.GetFiles(output, "*.resume").Should().BeEmpty();
        Directory.GetFiles(output, "*.safetensors").Should().HaveCount(4);
    }

    [Fact]
    public void Run_ResumeWithOtherSettings_NamesThem()
    {
        string[] others = ["--iterations", "4", "--lstm-hidden", "9", "--threads", "1"];

        string text = AssertFails(
            ["--data", run.Csv, "--variants", "cnn", "--output", run.OutputFolder, "--resume", .. others],
            "protocol.iterations is 3 there and 4 here; protocol.lstmHidden is 8 there and 9 here.");

        text.Should().NotContain("iteration 1");
    }

    [Fact]
    public void Run_UnfinishedTableWithoutResume_IsRefused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("cnn-seed1.resume", [1]);

        AssertFails(
            ["--data", run.Csv, "--output", folder.Path],
            $"'{folder.Path}' holds an unfinished table (cnn-seed1.resume); expected --resume");
    }

    [Fact]
    public void Run_Help_ListsOptionsAndExitCodes()
    {
        (int exitCode, string text, string error) = SampleProcess.Run(Sample, Path.GetTempPath(), "--help");

        exitCode.Should().Be(0);
        error.Should().BeEmpty();
        text.Should().MatchRegex(@"Exit codes: .*\b0 all rows are done.*\b2 an error.*\b130 stopped");
        string[] options =
        [
            "data", "variants", "iterations", "batch-size", "learning-rate", "lstm-hidden", "lstm-layers", "seeds", "split", "device",
            "threads", "output",
        ];
        foreach (string option in options)
        {
            text.Should().Contain($"  --{option} <");
        }

        text.Should().Contain("  --resume ");
    }

    [Theory]
    [InlineData("--iteration 3", "'--iteration'")]
    [InlineData("train", "'train'")]
    [InlineData("--iterations", "--iterations")]
    [InlineData("--iterations 3 --iterations 4", "--iterations")]
    [InlineData("--iterations 0", "--iterations: got '0', expected a whole number from 1 to 100000000.")]
    [InlineData("--batch-size 65537", "--batch-size: got '65537', expected a whole number from 1 to 65536.")]
    [InlineData("--learning-rate 0,001", "--learning-rate: got '0,001', expected a number from 1e-9 to 10.")]
    [InlineData("--lstm-hidden 8193", "--lstm-hidden: got '8193', expected a whole number from 1 to 8192.")]
    [InlineData("--lstm-layers -1", "--lstm-layers: got '-1', expected a whole number from 1 to 16.")]
    [InlineData("--threads 0", "--threads: got '0', expected a whole number from 1 to 1024.")]
    [InlineData("--seeds 1,,2", "--seeds: got '', expected a whole number from 0 to 2147483647.")]
    [InlineData("--seeds 1,2,1", "--seeds: got '1,2,1', expected each number once.")]
    [InlineData("--variants cnn,rnn", "--variants: got 'rnn', expected any of cnn, cnn-lstm, acnn-lstm, cnn-alstm, acnn-alstm")]
    [InlineData("--split 7:3 --data fer.csv", "--split: got '7:3', expected official or 8:2.")]
    [InlineData("--split 8:2", "--split was given without --data")]
    [InlineData("--device gpu", "--device: got 'gpu', expected auto, cpu, cuda, cuda:N or mps.")]
    [InlineData("--resume", "--resume was given without --output")]
    [InlineData("--local-scaling none", "--local-scaling: got 'none', expected as-printed or mean-one.")]
    public void Run_WrongCommandLine_FailsInOneLine(string arguments, string expected)
    {
        AssertFails(arguments.Split(' '), expected).Should().BeEmpty("nothing was begun");
    }

    [Fact]
    public void Run_DataThatIsNotThere_FailsInOneLine()
    {
        using var folder = new TemporaryFolder();

        AssertFails(["--data", folder.File("none.csv")], $"There is no file '{folder.File("none.csv")}'");
    }

    [Fact]
    public void Run_FolderAsData_FailsInOneLine()
    {
        using var folder = new TemporaryFolder();

        AssertFails(["--data", folder.Path], $"'{folder.Path}' is a folder; expected a csv or csv.gz file.");
    }

    [Fact]
    public void Run_BadRow_NamesFileAndRow()
    {
        using var folder = new TemporaryFolder();
        string csv = FerCsv.Write(folder.File("fer.csv"), ("Training", 7), ("PublicTest", 7));
        string[] lines = File.ReadAllLines(csv);
        lines[5] = "7" + lines[5][1..];
        File.WriteAllLines(csv, lines);

        AssertFails(["--data", csv], $"'{csv}', row 5 (line 6): column emotion: \"7\"; expected a whole number from 0 to 6.");
    }

    [Fact]
    public void Run_OutputThatCannotBeWritten_FailsBeforeTraining()
    {
        using var folder = new TemporaryFolder();
        string csv = FerCsv.Write(folder.File("fer.csv"), ("Training", 7), ("PublicTest", 7));

        string text = AssertFails(["--data", csv, "--output", Path.Combine(csv, "below")], csv);

        text.Should().NotContain("iteration", "hours must not be lost for it");
    }

    [Fact]
    public void Run_CudaThatIsNotThere_FailsInOneLine()
    {
        AssertFails(["--device", "cuda:127"], "CUDA");
    }

    /// <summary>Exit code 2 and one line on stderr; returns what stands on stdout.</summary>
    private static string AssertFails(string[] arguments, string expected)
    {
        (int exitCode, string text, string error) = SampleProcess.Run(Sample, Path.GetTempPath(), arguments);

        exitCode.Should().Be(2, error);
        error.Should().StartWith("error: ").And.Contain(expected).And.EndWith(Environment.NewLine);
        error.TrimEnd().Should().NotContainAny("\n", "\r");
        (text + error).Should().NotContain("   at ").And.NotContain("Exception");
        return text;
    }

    private static JsonDocument Results(string folder) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "results.json")));

    private static string[] Keys(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];

    private static int FinishedRows(string folder)
    {
        if (!File.Exists(Path.Combine(folder, "results.json")))
        {
            return 0;
        }

        using JsonDocument results = Results(folder);
        return results.RootElement.GetProperty("rows").GetArrayLength();
    }

    /// <summary>One run that several tests look at.</summary>
    public sealed class TwoVariants : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public TwoVariants()
        {
            Csv = FerCsv.Write(_folder.File("fer.csv"), ("Training", 60), ("PublicTest", 30));
            OutputFolder = _folder.File("out");
            (ExitCode, Output, Error) = SampleProcess.Run(
                Sample, _folder.Path, "--data", Csv, "--variants", "cnn,acnn-alstm", "--iterations", "3", "--lstm-hidden", "8", "--threads",
                "1", "--output", OutputFolder);
        }

        public string Csv { get; }

        public string OutputFolder { get; }

        public int ExitCode { get; }

        public string Output { get; }

        public string Error { get; }

        public void Dispose() => _folder.Dispose();
    }
}
