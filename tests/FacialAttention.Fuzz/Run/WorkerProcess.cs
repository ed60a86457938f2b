using System.Diagnostics;
using System.Globalization;

namespace FacialAttention.Fuzz.Run;

/// <summary>A worker as its parent sees it.</summary>
internal sealed class WorkerProcess : IDisposable
{
    public const string CommandName = "worker";

    private const int ErrorLinesKept = 20;

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly Queue<string> _errorLines = [];

    public WorkerProcess(FuzzSettings settings, string target, int first, string workFolder)
    {
        string[] keep = settings.KeepFolder is { } folder ? [folder] : [];
        string[] arguments =
        [
            CommandName, target, Text(settings.Seed), Text(first), Text(settings.End), Text(settings.Limit.TotalSeconds), workFolder,
            .. keep,
        ];
        // The same program again, whether it was started as an executable of its own or by dotnet.
        string host = Environment.ProcessPath!;
        bool isDotnet = Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        string[] program = isDotnet ? [Path.Combine(AppContext.BaseDirectory, "FacialAttention.Fuzz.dll")] : [];
        var start = new ProcessStartInfo(host, [.. program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        start.Environment["MALLOC_TRIM_THRESHOLD_"] = "131072"; // glibc's own; without, the library keeps what one case freed for the next.
        start.Environment["DOTNET_PROCESSOR_COUNT"] = "1"; // No case waits for another thread to get its turn.
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => KeepErrorLine(line.Data);
        _process.BeginErrorReadLine();
    }

    /// <summary>The next line, or null when the worker has ended.</summary>
    /// <param name="patience">How long to wait by the clock, less the time in which other work had the processor that the worker was ready for.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <exception cref="TimeoutException">There was none within the time.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public async Task<string?> ReadLineAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        Task<string?> line = _process.StandardOutput.ReadLineAsync(CancellationToken.None).AsTask();
        var wait = new ProcessorWait(_process.Id);
        long start = Stopwatch.GetTimestamp();
        TimeSpan left = patience;
        while (true)
        {
            try
            {
                return await line.WaitAsync(left, cancellationToken);
            }
            catch (TimeoutException)
            {
                left = patience + wait.Elapsed - Stopwatch.GetElapsedTime(start);
                if (left < Moment)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>How a worker ended, with the last lines that it wrote to its standard error.</summary>
    public string DescribeEnd()
    {
        _process.WaitForExit();
        lock (_errorLines)
        {
            return FormattableString.Invariant($"The process ended with exit code {_process.ExitCode}. {string.Join('\n', _errorLines)}");
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit();
        _process.Dispose();
    }

    private void KeepErrorLine(string? line)
    {
        lock (_errorLines)
        {
            if (line is null)
            {
                return;
            }

            _errorLines.Enqueue(line);
            if (_errorLines.Count > ErrorLinesKept)
            {
                _ = _errorLines.Dequeue();
            }
        }
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
