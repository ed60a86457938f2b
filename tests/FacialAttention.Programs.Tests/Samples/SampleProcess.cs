using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace FacialAttention.Tests.Samples;

/// <summary>One of the samples as a process of its own, in a working folder and a culture of its own.</summary>
internal sealed partial class SampleProcess : IDisposable
{
    private const int Interrupt = 2; // SIGINT
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private SampleProcess(string sample, string workingFolder, string[] arguments, string? path = null)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        // A shell's background jobs, and their children, ignore Ctrl-C; env undoes that.
        string[] prefix = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", dotnet] : [dotnet];
        string[] command = [.. prefix, PathOf(sample), .. arguments];
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = workingFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "tr_TR.UTF-8";
        start.Environment.Remove("FACIALATTENTION_DEVICE");
        start.Environment["PATH"] = path ?? start.Environment["PATH"];
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    public bool HasExited => _process.HasExited;

    public static SampleProcess Start(string sample, string workingFolder, params string[] arguments) =>
        new(sample, workingFolder, arguments);

    public static (int ExitCode, string Output, string Error) Run(
        string sample, string workingFolder, params string[] arguments)
    {
        using SampleProcess process = Start(sample, workingFolder, arguments);
        return process.WaitForExit();
    }

    /// <summary>With folders of programs of its own.</summary>
    public static (int ExitCode, string Output, string Error) RunWithPath(string path, string sample, string workingFolder, params string[] arguments)
    {
        using var process = new SampleProcess(sample, workingFolder, arguments, path);
        return process.WaitForExit();
    }

    /// <summary>The assembly that <c>dotnet</c> runs.</summary>
    public static string PathOf(string sample) => typeof(SampleProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == sample).Value!;

    public void PressCtrlC() => Signal(_process.Id, Interrupt).Should().Be(0);

    /// <summary>What a terminal does to the programs that it started, which it may reach first.</summary>
    public void PressCtrlCOfItsPrograms()
    {
        foreach (string folder in Directory.GetDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
        {
            try
            {
                string[] fields = File.ReadAllText(Path.Combine(folder, "stat")).Split(") ")[^1].Split(' ');
                if (fields[1] == _process.Id.ToString(CultureInfo.InvariantCulture))
                {
                    _ = Signal(int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture), Interrupt);
                }
            }
            catch (IOException)
            {
                // It has just ended.
            }
        }
    }

    /// <summary>Ends it at once, as <c>kill -9</c> does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public (int ExitCode, string Output, string Error) WaitForExit()
    {
        _process.WaitForExit(Patience).Should().BeTrue("it has a few steps to do only");
        return (_process.ExitCode, _output.Result, _error.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
