namespace Samples;

/// <summary>Which processor a figure is of: those of another family round otherwise, and take another time.</summary>
internal static class ProcessorName
{
    private const string CpuInfo = "/proc/cpuinfo";

    /// <summary>As the operating system calls it; null where it does not say.</summary>
    public static string? OfThisMachine() => File.Exists(CpuInfo)
        ? Of(File.ReadLines(CpuInfo))
        : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");

    /// <summary>The first processor of Linux's /proc/cpuinfo. A virtual one's name tells little: family and model come with it.</summary>
    public static string? Of(IEnumerable<string> cpuInfo)
    {
        Dictionary<string, string> fields = cpuInfo.TakeWhile(line => line.Length > 0)
            .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
            .Where(parts => parts.Length == 2)
            .GroupBy(parts => parts[0], parts => parts[1], StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        return !fields.TryGetValue("model name", out string? name) ? null
            : fields.TryGetValue("cpu family", out string? family) && fields.TryGetValue("model", out string? model)
                ? $"{name} (family {family}, model {model})"
                : name;
    }
}
