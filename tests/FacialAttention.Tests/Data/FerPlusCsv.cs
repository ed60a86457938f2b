using System.Text;

namespace FacialAttention.Tests.Data;

/// <summary>One row of a made-up file of FER+: ten votes in the order of <see cref="FerPlusCsv.VoteColumns"/>.</summary>
internal sealed record FerPlusRow(string Usage, string Name, int[] Votes)
{
    /// <summary>A row in which everybody chose the same.</summary>
    public static FerPlusRow Sure(string usage, int column) =>
        new(usage, "fer0000000.png", [.. Enumerable.Range(0, 10).Select(i => i == column ? 10 : 0)]);

    /// <summary>Ten votes a row, most of them for what the label of FER2013 is called in FER+.</summary>
    public static List<FerPlusRow> For(IEnumerable<Fer2013Row> faces, long seed)
    {
        var random = new SeededRandom(seed);
        var rows = new List<FerPlusRow>();
        foreach (Fer2013Row face in faces)
        {
            var votes = new int[10];
            votes[FerPlusCsv.OfFer2013[face.Emotion]] = 4;
            for (int i = 0; i < 6; i++)
            {
                votes[random.NextInt32(10)]++;
            }

            rows.Add(new FerPlusRow(face.Usage, votes[9] > 3 ? "" : $"fer{(rows.Count * 2) + 7:D7}.png", votes)); // Names drift from the rows.
        }

        return rows;
    }
}

/// <summary>Files of votes.</summary>
internal static class FerPlusCsv
{
    public const string Header = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF";

    public static readonly string[] VoteColumns = Header.Split(',')[2..];

    /// <summary>The column of FER+ for each label of FER2013.</summary>
    public static readonly int[] OfFer2013 = [4, 5, 6, 1, 3, 2, 0];

    public static string Build(IEnumerable<FerPlusRow> rows, string header = Header) =>
        string.Concat(rows.Select(row => $"{row.Usage},{row.Name},{string.Join(',', row.Votes)}\n").Prepend($"{header}\n"));

    public static byte[] BuildBytes(IEnumerable<FerPlusRow> rows, string header = Header) => Encoding.UTF8.GetBytes(Build(rows, header));
}
