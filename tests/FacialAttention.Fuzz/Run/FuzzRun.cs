using System.Diagnostics;
using System.Text.Json;
using FacialAttention.Tests.Files;

namespace FacialAttention.Fuzz.Run;

/// <summary>
/// Runs the targets one after the other, each in a worker process. A worker that dies or hangs is a fault of the case that it had in hand,
/// and another goes on after that.
/// </summary>
internal sealed class FuzzRun(FuzzSettings settings)
{
    /// <summary>
    /// So many times the limit without an answer, and a worker hangs. The case may have an input to be made. Time in which the machine's other
    /// work had the processor does not count.
    /// </summary>
    private const int Patience = 4;

    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(2);

    private readonly List<TargetTotals> _totals = [];
    private readonly Progress _progress = new();

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(FuzzSettings settings, CancellationToken cancellationToken)
    {
        var run = new FuzzRun(settings);
        try
        {
            foreach (string target in settings.Targets)
            {
                await run.AttackAsync(target, cancellationToken);
            }
        }
        finally
        {
            run.Report();
        }

        return run._totals.Any(totals => totals.FaultCount > 0) ? 1 : 0;
    }

    private async Task AttackAsync(string target, CancellationToken cancellationToken)
    {
        var totals = new TargetTotals(target);
        _totals.Add(totals);
        using var work = new TemporaryFolder();
        int next = settings.First;
        while (next < settings.End)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var worker = new WorkerProcess(settings, target, next, work.Path);
            if (await worker.ReadLineAsync(StartPatience, cancellationToken) != Worker.Ready)
            {
                throw new InvalidOperationException($"The worker of {target} did not start. {worker.DescribeEnd()}");
            }

            next = await FollowAsync(worker, totals, next, work.Path, cancellationToken);
        }

        _progress.Tell(totals, settings.End - settings.First, isLast: true);
    }

    /// <summary>Takes in what a worker says until it ends; returns the case to go on with.</summary>
    private async Task<int> FollowAsync(
        WorkerProcess worker, TargetTotals totals, int next, string workFolder, CancellationToken cancellationToken)
    {
        while (next < settings.End)
        {
            CaseResult result = await ReadAsync(worker, next, cancellationToken);
            totals.Add(result);
            _progress.Tell(totals, settings.End - settings.First, isLast: false);
            if (settings.ShowsCases)
            {
                string effort = FormattableString.Invariant($"{result.Seconds:F3} s {result.Megabytes:F0} MB");
                Console.WriteLine($"{totals.Target} {result.Case}: {result.Outcome} {result.Kind} {effort}\n{result.Detail}\n");
            }

            next++;
            if (result.Kind is WorkerFault.Died or WorkerFault.Hangs)
            {
                Keep(workFolder, totals.Target, result.Case);
                return next;
            }
        }

        return next;
    }

    private async Task<CaseResult> ReadAsync(WorkerProcess worker, int number, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        string kind;
        string detail;
        try
        {
            string? line = await worker.ReadLineAsync(Patience * settings.Limit, cancellationToken);
            if (line is not null)
            {
                return JsonSerializer.Deserialize<CaseResult>(line)!;
            }

            (kind, detail) = (WorkerFault.Died, worker.DescribeEnd());
        }
        catch (TimeoutException)
        {
            (kind, detail) = (WorkerFault.Hangs, "The process was ended.");
        }

        return new CaseResult(number, CaseOutcome.Fault, kind, detail, Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 0);
    }

    private void Keep(string workFolder, string target, int number)
    {
        if (settings.KeepFolder is { } keepFolder)
        {
            foreach (FileSystemInfo input in new DirectoryInfo(workFolder).EnumerateFileSystemInfos("input*"))
            {
                KeptInput.Copy(input.FullName, keepFolder, target, settings.Seed, number);
            }
        }
    }

    private void Report()
    {
        Console.Write(Table.Of(_totals));
        if (settings.JsonPath is { } path)
        {
            var report = new { settings.Seed, settings.First, settings.End, Targets = _totals };
            File.WriteAllText(path, JsonSerializer.Serialize(report, new JsonSerializerOptions { WriteIndented = true }));
        }
    }
}
