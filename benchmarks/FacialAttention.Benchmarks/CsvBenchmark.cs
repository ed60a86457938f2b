using System.Globalization;

namespace FacialAttention.Benchmarks;

/// <summary>Reading FER2013 beside reading the file's bytes, and beside pandas; the file is in the system's cache.</summary>
internal static class CsvBenchmark
{
    public static void Run(Report report, int rounds, string data)
    {
        double megabytes = new FileInfo(data).Length / 1e6;
        var times = new Rounds(
            rounds,
            ("bytes", () => File.ReadAllBytes(data)),
            ("reader", () => Fer2013Reader.Read(data)));
        double? pandas = PythonSeconds("pandas_csv.py", data);
        report.Add(
            "csv",
            [
                new Row(
                    megabytes,
                    times.Seconds("bytes"),
                    times.Seconds("reader"),
                    megabytes / times.Seconds("reader"),
                    times.Ratio("reader", of: "bytes"),
                    pandas,
                    pandas / times.Seconds("reader")),
            ]);
    }

    /// <summary>What a script beside the project says it took; null where there is no Python with pandas.</summary>
    private static double? PythonSeconds(string script, string data)
    {
        string path = Path.Combine(AppContext.BaseDirectory, script);
        (int exitCode, string output) = ChildProcess.Run(OperatingSystem.IsWindows() ? "python" : "/usr/bin/python3", [path, data]);
        return exitCode == 0 ? double.Parse(output, CultureInfo.InvariantCulture) : null;
    }

    private sealed record Row(
        double Megabytes,
        double ReadAllBytesSeconds,
        double ReaderSeconds,
        double MegabytesPerSecond,
        double TimesReadAllBytes,
        double? PandasSeconds,
        double? FasterThanPandas);
}
