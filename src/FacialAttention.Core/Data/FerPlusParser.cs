namespace FacialAttention;

/// <summary>From a csv with the votes of FER+ to <see cref="FerPlusVotes"/>.</summary>
internal static class FerPlusParser
{
    private const int Usage = 0;
    private const int MaxVotes = 10; // People who looked at each face.

    private static readonly string[] ColumnNames =
        ["Usage", "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF"];

    // As many as there can be faces.
    private static readonly int MaxRows = Array.MaxLength / Fer2013Parser.FaceSize.Pixels;

    /// <summary>Whether a header is one of votes.</summary>
    public static bool IsHeader(string[] names) =>
        names.Contains("NF", StringComparer.OrdinalIgnoreCase) && names.Contains("contempt", StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a column is one of those that are read.</summary>
    public static bool IsColumn(string name) => ColumnNames.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The column of an emotion.</summary>
    public static string NameOf(int emotion) => ColumnNames[emotion + 1];

    /// <summary>Reads all rows of a file, at least one.</summary>
    public static FerPlusVotes Read(string path, CancellationToken cancellationToken)
    {
        using var lines = new CsvLineReader(path, progress: null, cancellationToken);
        var csv = new CsvRows(path, lines);
        int[] fieldOf = FindColumns(path, csv);
        var fields = new Range[fieldOf.Max() + 1];
        var parts = new List<SplitPart>();
        var counts = new List<byte>();
        Span<byte> votes = stackalloc byte[FerPlusVotes.Columns];
        while (csv.TryRead(fields, out ReadOnlySpan<byte> line))
        {
            if (parts.Count == MaxRows)
            {
                throw csv.Fault($"more rows than there can be faces; expected at most {MaxRows}");
            }

            parts.Add(Fer2013Parser.ReadUsage(csv, line[fields[fieldOf[Usage]]]));
            int sum = 0;
            for (int column = 0; column < votes.Length; column++)
            {
                votes[column] = ReadVote(csv, column, line[fields[fieldOf[column + 1]]]);
                sum += votes[column];
            }

            counts.AddRange(votes);
            if (sum is < 1 or > MaxVotes)
            {
                throw csv.Fault($"the votes have a sum of {sum}; expected 1 to {MaxVotes}, a vote of each of the people who were asked");
            }
        }

        return parts.Count > 0
            ? new FerPlusVotes(path, [.. parts], [.. counts])
            : throw FaceDataFault.Exception($"{Excerpt.Name(path)} has a header and no rows; expected rows of votes.");
    }

    private static byte ReadVote(CsvRows csv, int column, ReadOnlySpan<byte> text)
    {
        int votes = CsvRows.WholeNumber(text);
        return votes is >= 0 and <= MaxVotes
            ? (byte)votes
            : throw csv.Fault($"column {ColumnNames[column + 1]}: {Excerpt.Of(text)}; expected a whole number from 0 to {MaxVotes}");
    }

    /// <summary>The field of each column.</summary>
    private static int[] FindColumns(string path, CsvRows csv)
    {
        string[] names = csv.ReadHeader(ColumnNames) ?? throw HeaderFault("there are only blank lines");
        int[] fieldOf =
            [.. ColumnNames.Select(column => Array.FindIndex(names, name => name.Equals(column, StringComparison.OrdinalIgnoreCase)))];
        int twice = Array.FindIndex(
            ColumnNames, column => names.Count(name => name.Equals(column, StringComparison.OrdinalIgnoreCase)) > 1);
        if (twice >= 0)
        {
            throw HeaderFault($"column {ColumnNames[twice]} comes twice");
        }

        int missing = Array.IndexOf(fieldOf, -1);
        return missing < 0 ? fieldOf : throw HeaderFault(
            IsRowOfLabelCsv(names) ? "this is label.csv of FER+, which leaves out the faces without an image name, so that row and face do not pair"
            : names.Contains("emotion", StringComparer.OrdinalIgnoreCase) ? "these are the labels of FER2013 and no votes"
            : $"column {ColumnNames[missing]} is missing among {Excerpt.Names(Array.ConvertAll(names, name => Excerpt.Of(name)))}");

        InvalidDataException HeaderFault(string got) => FaceDataFault.Exception(
            $"{Excerpt.Name(path)}, {csv.Place}: {got}; expected fer2013new.csv of FER+, with the columns {string.Join(", ", ColumnNames[..^1])} "
            + $"and {ColumnNames[^1]}, in any order.");
    }

    /// <summary>label.csv has no header: an image name, as published the place of the face, ten votes.</summary>
    private static bool IsRowOfLabelCsv(string[] values) =>
        values.Length is 11 or 12
        && values[0].EndsWith(".png", StringComparison.OrdinalIgnoreCase)
        && values[^10..].All(value => value.Length is 1 or 2 && value.All(char.IsAsciiDigit));
}
