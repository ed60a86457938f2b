using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using FacialAttention.Tests.Files;
using Samples;
using SkiaSharp;

namespace FacialAttention.Tests.Samples;

/// <summary>Jobs, their folders and what is collected of them: plan, run and collect of VariantTable.</summary>
public sealed class ExperimentTests(ExperimentTests.TwoRuns runs) : IClassFixture<ExperimentTests.TwoRuns>
{
    private const string Sample = "VariantTable";
    private static readonly string[] Tiny =
    [
        "--iterations", "3", "--batch-size", "4", "--lstm-hidden", "4", "--lstm-layers", "1", "--seeds", "1,2", "--device", "cpu",
    ];

    [Fact]
    public void Plan_All_NumbersJobsFromOneAndSharesWhatTwoExperimentsNeed()
    {
        (int exitCode, string text, string error) = SampleProcess.Run(
            Sample, Path.GetTempPath(), "plan", "all", "--data", "fer2013.csv", "--seeds", "1,2", "--lstm-seeds", "1", "--json");

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        JsonObject[] jobs = [.. JsonNode.Parse(text)!["jobs"]!.AsArray().Select(job => job!.AsObject())];
        jobs.Select(job => (int)job["number"]!).Should().Equal(Enumerable.Range(1, 2 * 5 + 12 - 1));
        jobs.Should().AllSatisfy(job => ((int)job["iterations"]!).Should().Be(5000));
        jobs.Select(job => (string)job["name"]!).Should().OnlyHaveUniqueItems().And.Contain("cnn-5000-seed2");
        JsonObject shared = jobs.Single(job => (string)job["name"]! == "acnn-alstm-512x2-5000-seed1");
        shared["experiments"]!.AsArray().Select(name => (string)name!).Should().Equal("Table4", "Lstm");
        jobs.Where(job => job["experiments"]!.AsArray().Any(name => (string)name! == "Curves")).Select(job => (string)job["variant"]!)
            .Should().Equal("CNN", "CNN-LSTM", "CNN", "CNN-LSTM");
        jobs.Where(job => job["experiments"]!.AsArray().Any(name => (string)name! == "Lstm"))
            .Select(job => $"{job["lstmHidden"]}x{job["lstmLayers"]}").Should().HaveCount(12).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public void Plan_Count_IsTheNumberAlone()
    {
        (_, string text, _) = SampleProcess.Run(Sample, Path.GetTempPath(), "plan", "lstm", "--count");

        text.Should().Be("12" + Environment.NewLine);
    }

    [Fact]
    public void Run_AllJobsAtOnceAndOneByOne_MakesEqualTablesAndReports()
    {
        runs.Error.Should().BeEmpty();
        runs.ExitCode.Should().Be(0);
        runs.Output.Should().Contain("[1] ").And.Contain("Job 4 is done: ");
        runs.OneByOne.Should().Equal(0, 0, 0, 0);
        string parallel = Collect(runs.Parallel);
        string single = Collect(runs.Single);

        string[] names = [.. Directory.GetFiles(parallel).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
        names.Should().Contain(["claims.json", "report.html", "tables.md", "1-accuracy.png", "1-curves-training.png", "1-confusion-cnn.png"]);
        Directory.GetFiles(single).Select(Path.GetFileName).Should().BeEquivalentTo(names);
        names.Should().AllSatisfy(name =>
            File.ReadAllBytes(Path.Combine(single, name)).Should().Equal(File.ReadAllBytes(Path.Combine(parallel, name)), name));
    }

    [Fact]
    public void Run_WithReport_LeavesOneFileThatNeedsNoOther()
    {
        string html = File.ReadAllText(Path.Combine(runs.Parallel, "report", "report.html"));

        html.Should().Contain("data:image/png;base64,").And.Contain("Machines and hours").And.Contain("needs CK+: run curves <span class=\"whole\">--data</span> CK+");
        html.Should().NotContain("http").And.NotContain("<script").And.NotContain("<link");
    }

    [Fact]
    public void Collect_MachinesWithAndWithoutANamedProcessor_ListsBoth()
    {
        using var folder = new TemporaryFolder();
        CopyOneJob(folder.Path);
        JsonObject run = JsonNode.Parse(File.ReadAllText(Path.Combine(runs.Single, "jobs", "cnn-3-seed1", "run.json")))!.AsObject();
        JsonObject environment = run["environment"]!.AsObject();
        string name = !File.Exists("/proc/cpuinfo") ? ""
            : File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[1] ?? "";
        ((string?)environment["processor"] ?? "").Should().StartWith(name);
        environment["processors"] = 1;

        environment["processor"] = "Abacus (family 1, model 2)";
        MachinesOf(run).Should().Contain(", 1 processor of Abacus (family 1, model 2), cpu |");

        environment.Remove("processor").Should().BeTrue("files of before lack it");
        MachinesOf(run).Should().Contain(", 1 processor, cpu |");

        string MachinesOf(JsonObject run)
        {
            File.WriteAllText(folder.File("jobs/cnn-3-seed1/run.json"), run.ToJsonString());
            SampleProcess.Run(Sample, folder.Path, "collect", folder.Path, "--report", folder.File("report")).ExitCode.Should().Be(0);
            return File.ReadAllText(folder.File("report/tables.md"));
        }
    }

    [Fact]
    public void Run_FolderWithJobsAndNoResume_IsRefused() => AssertFails(
        runs.Arguments(runs.Parallel), $"'{runs.Parallel}' holds jobs already (job 1, cnn-3-seed1); expected --resume");

    [Fact]
    public void Run_FinishedJobAgain_KeepsItsResult()
    {
        string result = Path.Combine(runs.Single, "jobs", "cnn-3-seed1", "result.json");
        DateTime written = File.GetLastWriteTimeUtc(result);

        (int exitCode, string text, string error) = SampleProcess.Run(
            Sample, runs.Single, [.. runs.Arguments(runs.Single), "--job", "1", "--resume"]);
        AssertFails([.. runs.Arguments(runs.Single), "--job", "1"], "holds a finished job; expected --resume to keep it");

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        text.Should().Contain("cnn-3-seed1 is finished.").And.NotContain("iteration");
        File.GetLastWriteTimeUtc(result).Should().Be(written);
    }

    [Fact]
    public void Run_FolderOfAnotherPlan_SaysWhatDiffers() => AssertFails(
        [.. runs.Arguments(runs.Single).Select(value => value == "1,2" ? "1" : value), "--job", "1", "--resume", "--learning-rate", "0.01"],
        "holds another plan: ",
        "protocol.learningRate is 0.001 there and 0.01 here",
        "cnn-3-seed2 (and 1 more) is there and not here");

    [Fact]
    public void Run_JobFolderOfOtherFaces_SaysWhatDiffers()
    {
        using var folder = new TemporaryFolder();
        string job = Directory.CreateDirectory(folder.File("jobs/cnn-3-seed1")).FullName;
        JsonObject origin = JsonNode.Parse(File.ReadAllText(Path.Combine(runs.Single, "jobs", "cnn-3-seed1", "job.json")))!.AsObject();
        origin["data"]!["validationUnseen"] = 6;
        File.WriteAllText(Path.Combine(job, "job.json"), origin.ToJsonString());

        AssertFails(
            [.. runs.Arguments(folder.Path), "--job", "1", "--resume"],
            "holds a job of another plan: data.validationUnseen is 6 there and 7 here. Expected");
    }

    [LinuxFact]
    public void Run_JobThatAnotherProcessHolds_IsLeftToIt_WhateverItsClockSays()
    {
        using var folder = new TemporaryFolder();
        string job = Directory.CreateDirectory(folder.File("jobs/cnn-3-seed1")).FullName;
        using (FileClaim claim = FileClaim.Take(Path.Combine(job, "run"), "the job"))
        {
            // The owner's name is for people; nobody reckons with its hour.
            string name = Path.Combine(job, ".run.lock");
            using (Process write = Process.Start("sh", ["-c", $"printf 'process 1 on elsewhere since 1999-01-01 00:00:00 UTC' > '{name}'"]))
            {
                write.WaitForExit();
            }

            (int exitCode, _, string error) = SampleProcess.Run(Sample, folder.Path, [.. runs.Arguments(folder.Path), "--job", "1"]);

            exitCode.Should().Be(75);
            error.Should().StartWith("note: job 1 (").And.Contain("is in use by process 1 on elsewhere since 1999-01-01");
        }

        File.Exists(Path.Combine(job, "result.json")).Should().BeFalse();
    }

    [Theory]
    [InlineData(true, 0, "is in use by process ", "Collected 2 networks")]
    [InlineData(false, 2, "job 2 runs elsewhere: note: job 2 (", "Not ended: job 2, ")]
    public void Run_AllWhileAnotherProcessHoldsAJob_EndsWellIfThatHasEndedToo(bool ends, int expected, string noted, string collected)
    {
        using var folder = new TemporaryFolder();
        string job = Directory.CreateDirectory(folder.File("jobs/cnn-lstm-4x1-3-seed1")).FullName;
        string[] arguments = [.. runs.Arguments(folder.Path).Select(value => value == "1,2" ? "1" : value)];
        using FileClaim claim = FileClaim.Take(Path.Combine(job, "run"), "the job");
        using SampleProcess process = SampleProcess.Start(Sample, folder.Path, arguments);
        var patience = Stopwatch.StartNew();
        while (!Directory.Exists(folder.File("jobs/cnn-3-seed1")) && !process.HasExited && patience.Elapsed < TimeSpan.FromMinutes(2))
        {
            Thread.Sleep(5); // The longest job is tried first: the other one begins when it was found held.
        }

        if (ends)
        {
            File.Copy(Path.Combine(runs.Single, "jobs", "cnn-lstm-4x1-3-seed1", "result.json"), Path.Combine(job, "result.json"));
        }

        (int exitCode, string text, string error) = process.WaitForExit();
        exitCode.Should().Be(expected, error);
        error.Should().Contain(noted);
        text.Should().Contain(collected);
    }

    [Fact]
    public void Run_LockOfAMachineThatIsLost_IsTakenOver_WhateverItsClockSaid()
    {
        using var folder = new TemporaryFolder();
        string job = Directory.CreateDirectory(folder.File("jobs/cnn-3-seed1")).FullName;
        File.WriteAllText(Path.Combine(job, ".run.lock"), "process 1 on elsewhere since 2999-01-01 00:00:00 UTC");

        (int exitCode, _, string error) = SampleProcess.Run(Sample, folder.Path, [.. runs.Arguments(folder.Path), "--job", "1"]);

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        File.ReadAllBytes(Path.Combine(job, "result.json")).Should().Equal(
            File.ReadAllBytes(Path.Combine(runs.Single, "jobs", "cnn-3-seed1", "result.json")));
    }

    [LinuxFact]
    public void Run_CtrlCWhileJobsRun_EndsAllOfThemAndGoesOnWithResume()
    {
        using var folder = new TemporaryFolder();
        string[] arguments = [.. runs.Arguments(folder.Path, "2000"), "--jobs", "2"];
        using SampleProcess process = SampleProcess.Start(Sample, folder.Path, arguments);
        var patience = Stopwatch.StartNew();
        while (Directory.GetFiles(folder.Path, ".run.lock", SearchOption.AllDirectories).Length < 2
            && !process.HasExited && patience.Elapsed < TimeSpan.FromMinutes(2))
        {
            Thread.Sleep(20);
        }

        process.PressCtrlC();
        (int exitCode, _, string error) = process.WaitForExit();

        exitCode.Should().Be(130);
        error.Should().Contain("Stopped. Finished jobs are kept; continue with the same command and --resume.");
        Directory.GetFiles(folder.Path, ".run.lock", SearchOption.AllDirectories).Should().BeEmpty("no process runs a job any more");
    }

    [LinuxFact]
    public void Run_KilledJob_EndsAsIfItHadNotBeen()
    {
        using var folder = new TemporaryFolder();
        string[] arguments = [.. runs.Arguments(folder.Path, "60"), "--job", "2", "--resume-interval", "5"];
        string state = Path.Combine(folder.Path, "jobs", "cnn-lstm-4x1-60-seed1", "run.resume");
        using (SampleProcess process = SampleProcess.Start(Sample, folder.Path, arguments))
        {
            var patience = Stopwatch.StartNew();
            while (!File.Exists(state) && !process.HasExited && patience.Elapsed < TimeSpan.FromMinutes(2))
            {
                Thread.Sleep(5);
            }

            process.Kill();
        }

        File.Exists(state).Should().BeTrue("it was killed on its way");
        AssertFails(arguments, "holds an unfinished job; expected --resume to continue it");
        (int exitCode, string text, string error) = SampleProcess.Run(Sample, folder.Path, [.. arguments, "--resume"]);
        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        text.Should().Contain("goes on from its state");
        string undisturbed = folder.File("undisturbed");
        SampleProcess.Run(Sample, folder.Path, [.. runs.Arguments(undisturbed, "60"), "--job", "2"]).ExitCode.Should().Be(0);
        File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(state)!, "result.json")).Should().Equal(
            File.ReadAllBytes(Path.Combine(undisturbed, "jobs", "cnn-lstm-4x1-60-seed1", "result.json")));
    }

    [Theory]
    [InlineData("paper", CkPlusLayout.Distributed, "cnn-3-seed1", "Of 5 persons held out 5 also train", "drawn faces as CK+, enlarged to 3 times, then at random")]
    [InlineData("subject", CkPlusLayout.Cropped, "cnn-3-seed1-fold1of3", " persons held out 0 also train", "cnn-3-seed1 is left out: 1 of its 3 folds have ended")]
    public void Run_StandInForCk_ReadsIt(string protocol, CkPlusLayout layout, string job, string noted, string reported)
    {
        using var folder = new TemporaryFolder();
        CkPlusStandIn.Write(folder.File("standin"), layout, persons: 5, sequences: 2, seed: 1);
        string[] arguments =
        [
            "curves", "--data", folder.File("standin"), "--protocol", protocol, .. protocol == "subject" ? new[] { "--folds", "3" } : [], .. Tiny[..^2],
        ];

        SampleProcess.Run(Sample, folder.Path, ["plan", .. arguments, "--count"]).Output.Trim().Should().Be(protocol == "subject" ? "12" : "4");
        (int exitCode, string text, string error) = SampleProcess.Run(
            Sample, folder.Path, ["run", .. arguments, "--device", "cpu", "--output", folder.File("out"), "--job", "1"]);

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        text.Should().Contain(noted);
        JsonNode data = JsonNode.Parse(File.ReadAllText(folder.File($"out/jobs/{job}/result.json")))!["origin"]!["data"]!;
        ((string)data["name"]!).Should().Be("stand-in for CK+");
        SampleProcess.Run(Sample, folder.Path, "collect", folder.File("out")).ExitCode.Should().Be(0);
        File.ReadAllText(folder.File("out/report/tables.md")).Should().Contain(reported).And.Contain("needs CK+: run curves");
    }

    [Fact]
    public void Collect_MissingJobs_NamesThem()
    {
        using var folder = new TemporaryFolder();
        CopyOneJob(folder.Path);

        (int exitCode, string text, string error) = SampleProcess.Run(Sample, folder.Path, "collect", folder.Path);

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        text.Should().Contain("Not ended: job 2, cnn-lstm-4x1-3-seed1").And.Contain("Not ended: job 4, ").And.NotContain("job 1,");
        string tables = File.ReadAllText(folder.File("report/tables.md"));
        tables.Should().Contain("1 of 4 planned jobs have ended").And.Contain("| 3 | cnn-3-seed2 | CNN |").And.Contain("| CNN-LSTM | - | none yet |");
    }

    [Fact]
    public void Collect_ResultOfAnotherPlan_SaysWhatDiffers()
    {
        using var folder = new TemporaryFolder();
        CopyOneJob(folder.Path);
        string path = folder.File("jobs/cnn-3-seed1/result.json");
        JsonObject result = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        result["origin"]!["job"]!["iterations"] = 4;
        File.WriteAllText(path, result.ToJsonString());

        AssertFails(["collect", folder.Path], "is the result of another plan: job.iterations is 4 there and 3 here");
    }

    [Fact]
    public void Collect_TablesOfBefore_TakesRowsAndTheCurvesOfTheirLogs()
    {
        using var folder = new TemporaryFolder();
        string evidence = Path.Combine(Repository.Root, "docs", "evidence", "fer2013");

        (int exitCode, _, string error) = SampleProcess.Run(
            Sample, folder.Path, "collect", Path.Combine(evidence, "cnn-seed1.json"), Path.Combine(evidence, "acnn-alstm-512x2-seed1.json"),
            "--report", folder.File("report"));

        error.Should().BeEmpty();
        exitCode.Should().Be(0);
        string tables = File.ReadAllText(folder.File("report/tables.md"));
        tables.Should().Contain("| CNN | 1,270,119 | 1 | 60.9 % | 57.4 % | ").And.Contain("| ACNN-ALSTM | 3,642,343 | 1 | 56.0 % | 53.0 % | ");
        tables.Should().Contain("LSTM 512 x 2, 5,000 iterations");
        string[] pictures = Directory.GetFiles(folder.File("report"), "*.png");
        pictures.Select(Path.GetFileName).Should().Contain("1-curves-training.png");
        pictures.Should().AllSatisfy(AssertEdgesAreEmpty);
    }

    [Fact]
    public void Collect_NothingThatEnded_FailsInOneLine()
    {
        using var folder = new TemporaryFolder();
        File.Copy(Path.Combine(runs.Single, "plan.json"), folder.File("plan.json"));

        AssertFails(["collect", folder.Path], "None of 4 planned jobs has ended; expected at least one.");
        AssertFails(["collect", folder.File("none")], $"There is neither plan.json nor results.json in '{folder.File("none")}'");
    }

    [Theory]
    [InlineData("plan table5", "experiment: got 'table5', expected table4, lstm, curves, related or all.")]
    [InlineData("run table4", "--output")]
    [InlineData("run table4 --output out --job 0", "--job: got '0', expected a whole number from 1 to 1000000.")]
    [InlineData("run table4 --output out --job 16", "--job: got 16; expected 1 to 15, as plan prints them.")]
    [InlineData("run table4 --output out --job 1 --jobs 2", "--job and --jobs were given; expected one")]
    [InlineData("run table4 --output out --split 8:2", "--split was given with drawn faces")]
    [InlineData("plan lstm --seeds 1 --seeds 2", "--seeds")]
    [InlineData("plan lstm --widths 8,8", "--widths: got '8,8', expected each number once.")]
    [InlineData("plan curves --protocol paper", "--protocol was given with drawn faces")]
    [InlineData("plan curves --data . --folds 3", "--data '.' is a folder; expected --protocol paper or subject with it")]
    [InlineData("plan curves --data . --protocol paper --folds 3", "--folds was given without --protocol subject")]
    [InlineData("plan curves --data . --protocol paper --split 8:2", "--split was given with --protocol")]
    [InlineData("plan curves --data . --protocol subject --folds 2", "--folds: got '2', expected a whole number from 3 to 1000.")]
    [InlineData("collect", "collect")]
    public void Run_WrongCommandLine_FailsInOneLine(string arguments, string expected) => AssertFails(arguments.Split(' '), expected);

    /// <summary>Letters that are cut off at an edge of a picture leave ink in its outermost rows or columns.</summary>
    private static void AssertEdgesAreEmpty(string picture)
    {
        using SKBitmap bitmap = SKBitmap.Decode(picture);
        SKColor[] edges =
        [
            .. from x in Enumerable.Range(0, bitmap.Width) from y in new[] { 0, bitmap.Height - 1 } select bitmap.GetPixel(x, y),
            .. from y in Enumerable.Range(0, bitmap.Height) from x in new[] { 0, bitmap.Width - 1 } select bitmap.GetPixel(x, y),
        ];
        edges.Distinct().Should().Equal([SKColors.White], Path.GetFileName(picture));
    }

    private static void AssertFails(string[] arguments, params string[] expected)
    {
        (int exitCode, _, string error) = SampleProcess.Run(Sample, Path.GetTempPath(), arguments);

        exitCode.Should().Be(2, error);
        error.Should().StartWith("error: ").And.ContainAll(expected);
        error.TrimEnd().Should().NotContainAny("\n", "\r");
    }

    private static string Collect(string folder)
    {
        string report = Path.Combine(folder, "compared");
        SampleProcess.Run(Sample, folder, "collect", folder, "--report", report, "--reproducible").ExitCode.Should().Be(0);
        return report;
    }

    private void CopyOneJob(string folder)
    {
        File.Copy(Path.Combine(runs.Single, "plan.json"), Path.Combine(folder, "plan.json"));
        string job = Path.Combine("jobs", "cnn-3-seed1");
        Directory.CreateDirectory(Path.Combine(folder, job));
        File.Copy(Path.Combine(runs.Single, job, "result.json"), Path.Combine(folder, job, "result.json"));
    }

    /// <summary>The same four jobs, two at a time and one by one.</summary>
    public sealed class TwoRuns : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public TwoRuns()
        {
            Csv = FerCsv.Write(_folder.File("fer.csv"), ("Training", 14), ("PublicTest", 7), ("PrivateTest", 7));
            (Parallel, Single) = (_folder.File("parallel"), _folder.File("single"));
            (ExitCode, Output, Error) = SampleProcess.Run(Sample, _folder.Path, [.. Arguments(Parallel), "--jobs", "2"]);
            OneByOne =
            [
                .. new[] { "3", "1", "4", "2" }
                    .Select(job => SampleProcess.Run(Sample, _folder.Path, [.. Arguments(Single), "--job", job]).ExitCode),
            ];
        }

        public string Csv { get; }

        public string Parallel { get; }

        public string Single { get; }

        public int ExitCode { get; }

        public string Output { get; }

        public string Error { get; }

        public int[] OneByOne { get; }

        public string[] Arguments(string output, string iterations = "3") =>
            ["run", "curves", "--data", Csv, "--output", output, .. Tiny.Select(value => value == "3" ? iterations : value)];

        public void Dispose() => _folder.Dispose();
    }
}
