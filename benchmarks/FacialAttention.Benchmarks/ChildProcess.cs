using System.ComponentModel;
using System.Diagnostics;

namespace FacialAttention.Benchmarks;

/// <summary>A process that is waited for.</summary>
internal static class ChildProcess
{
    private const int NotStarted = 127;

    /// <summary>Runs a program to its end.</summary>
    public static (int ExitCode, string Output) Run(string program, IEnumerable<string> arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output);
        }
        catch (Win32Exception)
        {
            return (NotStarted, "");
        }
    }

    /// <summary>Runs this program again, with other arguments, and returns what it printed.</summary>
    public static string RunSelf(params string[] arguments)
    {
        (int exitCode, string output) = Run(Environment.ProcessPath!, SelfArguments(arguments));
        return exitCode == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with {exitCode}; expected 0.");
    }

    /// <summary>This program with other arguments, not yet started; what it prints is for the caller.</summary>
    public static ProcessStartInfo Self(params string[] arguments) =>
        new(Environment.ProcessPath!, SelfArguments(arguments)) { RedirectStandardOutput = true };

    // Started as "dotnet program.dll" or as the program itself.
    private static IEnumerable<string> SelfArguments(string[] arguments) =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.GetCommandLineArgs()[0], .. arguments] : arguments;
}
