using System.Diagnostics;

namespace FacialAttention.Tests.Packaging;

/// <summary>What a finished process left.</summary>
internal sealed record ProcessRun(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Starts a process that knows nothing of the build and the test run that this one is part of.</summary>
    /// <param name="folder">Its working folder.</param>
    /// <param name="environment">Variables to set.</param>
    /// <param name="command">The program and its arguments.</param>
    public static async Task<ProcessRun> StartAsync(string folder, IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] prefixes = ["MSBUILD", "VSTEST", "COVERLET", "CORECLR_", "COR_", "FACIALATTENTION_", "LD_"];
        foreach (string name in start.Environment.Keys.ToList())
        {
            if (prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            {
                _ = start.Environment.Remove(name);
            }
        }

        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{string.Join(' ', command)}' ran for more than {Limit.TotalMinutes} minutes.");
        }

        return new ProcessRun(process.ExitCode, await output, await error);
    }

    public static ProcessRun Run(string folder, params string[] command) =>
        StartAsync(folder, new Dictionary<string, string>(), command).GetAwaiter().GetResult();

    /// <summary>This run, if it ended well.</summary>
    /// <exception cref="InvalidOperationException">It did not; the message holds what it wrote.</exception>
    public ProcessRun OrThrow() => ExitCode == 0 ? this : throw new InvalidOperationException($"exit code {ExitCode}\n{Output}\n{Error}");
}
