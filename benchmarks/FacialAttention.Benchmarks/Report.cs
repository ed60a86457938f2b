using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Samples;
using TorchSharp;

namespace FacialAttention.Benchmarks;

/// <summary>The figures of a run: each part is printed as a table and written, with what it ran on, to a json file.</summary>
internal sealed class Report
{
    public const int Seed = 1;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly string? _path;
    private readonly JsonObject _parts;

    /// <summary>A report to a file, or to the console alone.</summary>
    public Report(string? path)
    {
        _path = path;
        _parts = path is not null && File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))!.AsObject() : [];
    }

    /// <summary>Prints the rows of a part and writes them to the file; the properties of a row are its columns.</summary>
    public void Add<T>(string part, IReadOnlyList<T> rows)
    {
        Print(part, rows);
        _parts[part] = new JsonObject
        {
            ["environment"] = Environment(),
            ["rows"] = JsonSerializer.SerializeToNode(rows, Json),
        };
        if (_path is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(_path))!);
            File.WriteAllText(_path, _parts.ToJsonString(Json) + "\n");
        }
    }

    private static JsonObject Environment() => new()
    {
        ["date"] = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        ["seed"] = Seed,
        ["processor"] = ProcessorName.OfThisMachine(),
        ["processors"] = System.Environment.ProcessorCount,
        ["operatingSystem"] = RuntimeInformation.OSDescription,
        ["dotNet"] = System.Environment.Version.ToString(),
        ["torchSharp"] = typeof(torch).Assembly.GetName().Version!.ToString(3),
        ["libtorch"] = torch.__version__,
    };

    private static void Print<T>(string part, IReadOnlyList<T> rows)
    {
        var columns = typeof(T).GetProperties();
        Console.WriteLine($"\n{part}\n");
        Console.WriteLine($"| {string.Join(" | ", columns.Select(column => column.Name))} |");
        Console.WriteLine($"|{string.Concat(columns.Select(_ => "---|"))}");
        foreach (T row in rows)
        {
            Console.WriteLine($"| {string.Join(" | ", columns.Select(column => Text(column.GetValue(row))))} |");
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "-",
        double number => number.ToString(Math.Abs(number) switch { >= 100 => "F0", >= 10 => "F1", >= 1 => "F2", _ => "F3" }, CultureInfo.InvariantCulture),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };
}
