using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace FacialAttention.Tests.Data;

/// <summary>One row of a made-up FER2013 file.</summary>
internal sealed record Fer2013Row(byte Emotion, byte[] Pixels, string Usage)
{
    /// <summary>Rows of seeded noise; the first are one of each Usage given.</summary>
    public static List<Fer2013Row> Random(int count, long seed, params string[] usages)
    {
        var random = new SeededRandom(seed);
        var rows = new List<Fer2013Row>();
        for (int i = 0; i < count; i++)
        {
            var pixels = new byte[48 * 48];
            for (int p = 0; p < pixels.Length; p++)
            {
                pixels[p] = (byte)random.NextInt32(256);
            }

            rows.Add(new Fer2013Row((byte)random.NextInt32(7), pixels, usages[i < usages.Length ? i : random.NextInt32(usages.Length)]));
        }

        return rows;
    }
}

/// <summary>Writes FER2013 csv text in the ways that are allowed, and some that are not.</summary>
internal sealed record Fer2013CsvBuilder
{
    public static readonly string[] AllUsages = ["Training", "PublicTest", "PrivateTest"];

    public string[] Columns { get; init; } = ["emotion", "pixels", "Usage"];

    public string Separator { get; init; } = ",";

    public string LineEnd { get; init; } = "\n";

    public bool QuotesValues { get; init; }

    public bool QuotesHeader { get; init; }

    public string Padding { get; init; } = "";

    public string Start { get; init; } = "";

    public string End { get; init; } = "\n";

    public string Build(IEnumerable<Fer2013Row> rows)
    {
        IEnumerable<string> header = Columns.Select(column => QuotesHeader ? $"\"{column}\"" : column);
        IEnumerable<string> lines = rows.Select(row => string.Join(Separator, Columns.Select(column => Value(row, column))));
        return Start + string.Join(LineEnd, lines.Prepend(string.Join(Separator, header))) + End;
    }

    public byte[] BuildBytes(IEnumerable<Fer2013Row> rows) => Encoding.UTF8.GetBytes(Build(rows));

    public static byte[] Compress(ReadOnlySpan<byte> content, CompressionLevel level = CompressionLevel.Fastest)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, level))
        {
            gzip.Write(content);
        }

        return result.ToArray();
    }

    private string Value(Fer2013Row row, string column)
    {
        string value = column switch
        {
            "emotion" => row.Emotion.ToString(CultureInfo.InvariantCulture),
            "pixels" => string.Join(' ', row.Pixels),
            _ => row.Usage,
        };
        value = Padding + value + Padding;
        return QuotesValues ? $"{Padding}\"{value}\"{Padding}" : value;
    }
}
