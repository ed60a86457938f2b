using FacialAttention.Fuzz.Targets;

namespace FacialAttention.Fuzz.Run;

/// <summary>Runs one case of a target and judges how it ends.</summary>
internal sealed class CaseRunner(Target target, int seed, TimeSpan limit, string workFolder)
{
    private const double BytesOfMegabyte = 1 << 20;

    /// <summary>What a reader may take for an input of less than a megabyte.</summary>
    private const double MemoryLimit = 512;

    /// <summary>What earlier cases, and the making of inputs, may leave behind; it counts as the reader's.</summary>
    private const long MostGarbage = 32 << 20;

    private static readonly EnumerationOptions NoLinks = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
    };

    private readonly long _baseline = PeakMemory.Reset();

    /// <summary>Where the input of a case is.</summary>
    public string InputPath { get; } = Path.Combine(workFolder, "input" + target.Extension);

    /// <summary>
    /// Runs a case. One that takes too much memory by no more than earlier cases may have left is run again after a garbage collection; what
    /// it takes then counts. More is the reader's own, and is not run twice: hundreds of megabytes take seconds on a machine with other work.
    /// </summary>
    public CaseResult Run(int number)
    {
        CaseResult result = RunOnce(number);
        if (TakesTooMuchMemory(result) && result.Megabytes - (MostGarbage / BytesOfMegabyte) <= MemoryLimit)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            result = RunOnce(number);
        }

        string? kind = TakesTooMuchMemory(result) ? "Memory" : result.Seconds > limit.TotalSeconds ? "Time" : null;
        if (kind is null || result.Outcome == CaseOutcome.Fault)
        {
            return result;
        }

        string got = FormattableString.Invariant($"{result.Outcome} after {result.Seconds:F1} s with {result.Megabytes:F0} MB");
        string expected = FormattableString.Invariant($"at most {limit.TotalSeconds:F0} s and {MemoryLimit:F0} MB");
        return result with
        {
            Outcome = CaseOutcome.Fault,
            Kind = kind,
            Detail = $"{got}; expected {expected}. {result.Kind} {result.Detail}",
        };
    }

    private CaseResult RunOnce(int number)
    {
        Clear(InputPath);
        var dice = new Dice(target.Name, seed, number);
        target.Write(InputPath, dice);
        long size = SizeOf(InputPath);
        if (PeakMemory.Reset() - _baseline > MostGarbage)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            _ = PeakMemory.Reset();
        }

        TimeSpan start = Environment.CpuUsage.TotalTime;
        (CaseOutcome outcome, string kind, string detail) = Read(dice);
        double seconds = (Environment.CpuUsage.TotalTime - start).TotalSeconds;
        double megabytes = (PeakMemory.Read() - _baseline) / BytesOfMegabyte;
        return new CaseResult(number, outcome, kind, detail, seconds, megabytes, size);
    }

    private (CaseOutcome Outcome, string Kind, string Detail) Read(Dice dice)
    {
        try
        {
            target.Read(InputPath, dice);
            return (CaseOutcome.Succeeded, "", "");
        }
        catch (Exception exception)
        {
            string kind = exception.GetType().Name;
            bool hasMessage = !string.IsNullOrWhiteSpace(exception.Message)
                && !exception.Message.StartsWith("Exception of type", StringComparison.Ordinal);
            return hasMessage && target.Documented.Contains(exception.GetType())
                ? (CaseOutcome.Refused, kind, exception.Message)
                : (CaseOutcome.Fault, kind, exception.ToString());
        }
    }

    private static bool TakesTooMuchMemory(CaseResult result) =>
        result.Megabytes > MemoryLimit && result.InputBytes < BytesOfMegabyte;

    private static void Clear(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        File.Delete(path);
    }

    private static long SizeOf(string path) => Directory.Exists(path)
        ? new DirectoryInfo(path).EnumerateFiles("*", NoLinks).Sum(file => file.Length)
        : File.Exists(path) ? new FileInfo(path).Length : 0;
}
