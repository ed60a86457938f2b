using System.Text.Json;
using FacialAttention.Tests.Files;
using FacialAttention.Tests.Samples;

namespace FacialAttention.Tests.Fuzz;

/// <summary>The fuzzer as a process of its own: a short attack on all readers, and whether it would see a fault.</summary>
public sealed class FuzzTests : IDisposable
{
    private const string Program = "FacialAttention.Fuzz";
    private const int CasesOfEach = 120;

    private static readonly string[] Targets =
        ["csv", "gzip", "ferplus", "ckplus", "image", "folder", "safetensors", "checkpoint", "resume", "options", "onnx", "disposal"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Targets_DamagedInputsAndDisposals_EndAsDocumented()
    {
        (int exitCode, string output, string error) = Run("--cases", $"{CasesOfEach}", "--seed", "1");

        exitCode.Should().Be(0, "{0}{1}", output, error);
        using JsonDocument report = ReadReport();
        JsonElement[] targets = [.. report.RootElement.GetProperty("Targets").EnumerateArray()];
        targets.Select(target => target.GetProperty("Target").GetString()).Should().Equal(Targets);
        foreach (JsonElement target in targets)
        {
            int succeeded = target.GetProperty("Succeeded").GetInt32();
            int refused = CountsOf(target, "Refused").Values.Sum();
            (succeeded + refused).Should().Be(CasesOfEach);
            succeeded.Should().BeGreaterThan(CasesOfEach / 20, "damage that is always seen at once attacks nothing, in {0}", target);
            refused.Should().BeGreaterThan(CasesOfEach / 4, "damage must be damage, in {0}", target);
        }
    }

    [LinuxFact]
    public void FaultyTarget_EveryKindOfFault_IsFound()
    {
        (int exitCode, string output, string error) = Run(
            "--target", "faulty", "--cases", "8", "--seconds", "2", "--keep", _folder.File("kept"));

        exitCode.Should().Be(1, "{0}{1}", output, error);
        using JsonDocument report = ReadReport();
        JsonElement target = report.RootElement.GetProperty("Targets")[0];
        target.GetProperty("Cases").GetInt32().Should().Be(8, "a crash and a hang do not end the run");
        target.GetProperty("Succeeded").GetInt32().Should().Be(1);
        CountsOf(target, "Refused").Should().Equal(new Dictionary<string, int> { ["InvalidDataException"] = 1 });
        CountsOf(target, "Faults").Should().Equal(new Dictionary<string, int>
        {
            ["Crash"] = 1,
            ["Hang"] = 1,
            ["InvalidDataException"] = 1, // with an empty message
            ["Memory"] = 1,
            ["NullReferenceException"] = 1,
            ["Time"] = 1,
        });
        output.Should().Contain("fault: faulty, case 2: NullReferenceException: ").And.Contain("fault: faulty, case 7: Crash: ");
        Directory.GetFiles(_folder.File("kept")).Select(Path.GetFileName)
            .Should().BeEquivalentTo("faulty-1-2", "faulty-1-3", "faulty-1-4", "faulty-1-5", "faulty-1-6", "faulty-1-7");
    }

    [Theory]
    [InlineData("faulty-disposal", "BrokenPromiseException")] // answers after disposal, other answers, and exceptions of other kinds
    [InlineData("faulty-onnx", "OnnxRuntimeException")] // what the checks before ONNX Runtime are there for
    public void FaultyCounterpart_OfATarget_IsFound(string target, string kind)
    {
        (int exitCode, string output, string error) = Run("--target", target, "--cases", "60");

        exitCode.Should().Be(1, "{0}{1}", output, error);
        using JsonDocument report = ReadReport();
        CountsOf(report.RootElement.GetProperty("Targets")[0], "Faults").Should().ContainKey(kind).WhoseValue.Should().BeGreaterThan(5);
    }

    [Fact]
    public void OneCase_IsThatOfTheRun()
    {
        Run("--target", "faulty", "--cases", "3", "--seed", "9", "--keep", _folder.File("run")).ExitCode.Should().Be(1);
        (int exitCode, string output, _) = Run("--target", "faulty", "--case", "2", "--seed", "9", "--keep", _folder.File("one"));
        Run("--target", "faulty", "--case", "2", "--seed", "10", "--keep", _folder.File("other"));

        exitCode.Should().Be(1);
        output.Should().StartWith("faulty 2: Fault NullReferenceException");
        byte[] input = File.ReadAllBytes(Path.Combine(_folder.File("run"), "faulty-9-2"));
        File.ReadAllBytes(Path.Combine(_folder.File("one"), "faulty-9-2")).Should().Equal(input);
        File.ReadAllBytes(Path.Combine(_folder.File("other"), "faulty-10-2")).Should().NotEqual(input);
    }

    [LinuxFact]
    public void CtrlC_InTheMiddle_TellsWhatWasDone()
    {
        string kept = Path.Combine(_folder.File("kept"), "faulty-1-3");
        using SampleProcess process = SampleProcess.Start(
            Program, _folder.Path, "--target", "faulty", "--seconds", "60", "--keep", _folder.File("kept"));
        SpinWait.SpinUntil(() => File.Exists(kept) || process.HasExited, TimeSpan.FromMinutes(1)).Should().BeTrue();

        process.PressCtrlC();

        (int exitCode, string output, string error) = process.WaitForExit();
        exitCode.Should().Be(130, "{0}{1}", output, error);
        error.Should().EndWith("Stopped.\n");
        output.Should().Contain("| faulty |").And.Contain("1 NullReferenceException");
    }

    [Theory]
    [InlineData("--target: got 'x', expected csv, gzip, *", "--target", "x")]
    [InlineData("--case was given without --target; expected the target that the case is of.", "--case", "1")]
    [InlineData("--cases: got '0', expected a whole number from 1 to 100000000.", "--cases", "0")]
    public void CommandLine_Mistake_IsToldInOneLine(string message, params string[] arguments)
    {
        (int exitCode, string output, string error) = SampleProcess.Run(Program, _folder.Path, arguments);

        exitCode.Should().Be(2);
        output.Should().BeEmpty();
        error.Should().Match($"error: {message}\n").And.Subject.Count(letter => letter == '\n').Should().Be(1);
    }

    private (int ExitCode, string Output, string Error) Run(params string[] arguments) =>
        SampleProcess.Run(Program, _folder.Path, [.. arguments, "--json", _folder.File("report.json")]);

    private JsonDocument ReadReport() => JsonDocument.Parse(File.ReadAllBytes(_folder.File("report.json")));

    private static Dictionary<string, int> CountsOf(JsonElement target, string name) =>
        target.GetProperty(name).EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetInt32());
}
