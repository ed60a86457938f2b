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
        return (Field("model name"), Field("cpu family"), Field("model")) switch
        {
            ({ } name, { } family, { } model) => $"{name} (family {family}, model {model})",
            (var name, _, _) => name,
        };

        string? Field(string name) => cpuInfo.Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
            .FirstOrDefault(parts => parts.Length == 2 && parts[0] == name)?[1];
    }
}
