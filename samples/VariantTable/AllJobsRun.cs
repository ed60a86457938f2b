using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Samples;

namespace VariantTable;

/// <summary><c>run</c> of all jobs: each in a process of its own, several at a time, and the report at the end.</summary>
internal static class AllJobsRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static void Run(RunSettings settings, CancellationToken cancellationToken)
    {
        var plan = Plan.Of(settings.Plan);
        plan.Keep(settings.OutputFolder);
        IReadOnlyList<Job> open = OpenJobs(settings, plan);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{open.Count} of {plan.Jobs.Count} jobs to run, {Math.Min(settings.Processes, Math.Max(open.Count, 1))} at a time"));
        var queue = new ConcurrentQueue<Job>(open.OrderByDescending(job => job.Cost)); // Lest the longest be left for the end.
        var faults = new ConcurrentBag<string>();
        var held = new ConcurrentBag<(Job Job, string Note)>();
        int finished = plan.Jobs.Count - open.Count;
        Task[] workers =
        [
            .. Enumerable.Range(0, settings.Processes).Select(_ => Task.Factory.StartNew(
                Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)),
        ];
        Task.WaitAll(workers, CancellationToken.None);
        if (cancellationToken.IsCancellationRequested)
        {
            throw new StoppedException("Stopped. Finished jobs are kept; continue with the same command and --resume.");
        }

        string[] left =
        [
            .. faults,
            .. held.Where(pair => !JobFolder.StateOf(settings.OutputFolder, pair.Job).IsFinished)
                .Select(pair => $"job {pair.Job.Number} runs elsewhere: {pair.Note}"),
        ];
        CollectRun.Run(new CollectSettings([settings.OutputFolder], Path.Combine(settings.OutputFolder, "report"), false), cancellationToken);
        if (left.Length > 0)
        {
            throw new InvalidDataException(string.Join("\n", left.Order(StringComparer.Ordinal)));
        }

        void Work()
        {
            while (!cancellationToken.IsCancellationRequested && queue.TryDequeue(out Job? job))
            {
                (int code, string error) = RunProcess(settings, job, cancellationToken);
                if (code == 0)
                {
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture, $"Job {job.Number} is done: {Interlocked.Increment(ref finished)} of {plan.Jobs.Count}"));
                }
                else if (code == JobRun.HeldCode)
                {
                    held.Add((job, error));
                }
                else if (!cancellationToken.IsCancellationRequested)
                {
                    faults.Add(string.Create(CultureInfo.InvariantCulture, $"job {job.Number} ended with {code}: {error}"));
                }
            }
        }
    }

    private static IReadOnlyList<Job> OpenJobs(RunSettings settings, Plan plan)
    {
        var states = plan.Jobs.Select(job => (Job: job, State: JobFolder.StateOf(settings.OutputFolder, job))).ToList();
        Job? former = states.FirstOrDefault(pair => pair.State.IsFinished || pair.State.IsBegun).Job;
        if (former is not null && !settings.Resumes)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"'{settings.OutputFolder}' holds jobs already (job {former.Number}, {former.Name}); expected --resume to keep and continue "
                + $"them, or another --output."));
        }

        return [.. states.Where(pair => !pair.State.IsFinished).Select(pair => pair.Job)];
    }

    private static (int ExitCode, string Error) RunProcess(RunSettings settings, Job job, CancellationToken cancellationToken)
    {
        string number = job.Number.ToString(CultureInfo.InvariantCulture);
        string host = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        string[] program = isHost ? [Assembly.GetExecutingAssembly().Location] : [];
        var start = new ProcessStartInfo(host, [.. program, .. settings.JobArguments, "--job", number, "--stops-with-input"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        var lastError = "";
        process.OutputDataReceived += (_, line) => Show(Console.Out, line.Data);
        process.ErrorDataReceived += (_, line) =>
        {
            lastError = line.Data ?? lastError;
            if (!cancellationToken.IsCancellationRequested)
            {
                Show(Console.Error, line.Data);
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using CancellationTokenRegistration stop = cancellationToken.Register(() => Stop(process));
        process.WaitForExit();
        return (process.ExitCode, lastError);

        void Show(TextWriter writer, string? line)
        {
            if (line is not null)
            {
                writer.WriteLine($"[{number}] {line}");
            }
        }
    }

    /// <summary>Its input ends, as it also would if this process were killed: it then keeps its state and ends itself.</summary>
    private static void Stop(Process process)
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
