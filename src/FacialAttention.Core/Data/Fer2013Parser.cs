using System.Runtime.CompilerServices;
using System.Text;

namespace FacialAttention;

/// <summary>From the lines of a FER2013 csv to rows. It parses bytes where they lie; a string exists only in an error message.</summary>
internal sealed class Fer2013Parser
{
    private const int Emotion = 0;
    private const int Pixels = 1;
    private const int Usage = 2;

    private static readonly string[] ColumnNames = ["emotion", "pixels", "Usage"];
    private static readonly string[] UsageNames = ["Training", "PublicTest", "PrivateTest"]; // as SplitPart

    private readonly string _path;
    private readonly CsvLineReader _lines;
    private readonly Fer2013Rows _rows = new();
    private readonly int[] _fieldOf = [-1, -1, -1]; // by Emotion, Pixels, Usage
    private int _row; // from 1; 0 is the header

    private Fer2013Parser(string path, CsvLineReader lines)
    {
        _path = path;
        _lines = lines;
    }

    /// <summary>What the file calls a part.</summary>
    public static string UsageOf(SplitPart part) => UsageNames[(int)part];

    /// <summary>Reads all rows of a file, at least one.</summary>
    public static Fer2013Rows Read(string path, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        using var lines = new CsvLineReader(path, progress, cancellationToken);
        var parser = new Fer2013Parser(path, lines);
        parser.ReadHeader();
        parser.ReadRows();
        return parser._rows;
    }

    private void ReadHeader()
    {
        if (!TryReadLine(out ReadOnlySpan<byte> line))
        {
            throw HeaderFault("there are only blank lines");
        }

        // Four fields suffice to meet a column that is unknown or comes twice.
        Span<Range> fields = stackalloc Range[4];
        int count = Split(line, fields);
        for (int i = 0; i < Math.Min(count, fields.Length); i++)
        {
            int column = IndexOf(ColumnNames, line[fields[i]]);
            if (column < 0)
            {
                throw HeaderFault($"unknown column {Excerpt.Of(line[fields[i]])}");
            }

            if (_fieldOf[column] >= 0)
            {
                throw HeaderFault($"column {ColumnNames[column]} comes twice");
            }

            _fieldOf[column] = i;
        }

        int missing = _fieldOf.AsSpan().IndexOf(-1);
        if (missing >= 0)
        {
            throw HeaderFault($"column {ColumnNames[missing]} is missing");
        }
    }

    private void ReadRows()
    {
        Span<Range> fields = stackalloc Range[ColumnNames.Length];
        while (TryReadLine(out ReadOnlySpan<byte> line))
        {
            _row++;
            int count = Split(line, fields);
            if (count != fields.Length)
            {
                throw RowFault($"{count} {(count == 1 ? "field" : "fields")}; expected {fields.Length}, as in the header");
            }

            byte label = ParseEmotion(line[fields[_fieldOf[Emotion]]]);
            SplitPart part = ParseUsage(line[fields[_fieldOf[Usage]]]);
            if (_rows.Count == Fer2013Rows.MaxCount)
            {
                throw RowFault($"more rows than fit into memory; expected at most {Fer2013Rows.MaxCount}");
            }

            ParsePixels(line[fields[_fieldOf[Pixels]]], _rows.Add(label, part, _lines.FractionRead));
        }

        if (_rows.Count == 0)
        {
            throw new InvalidDataException($"'{_path}' has a header and no rows; expected rows of faces.");
        }
    }

    private bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        while (_lines.TryRead(out line))
        {
            if (line.ContainsAnyExcept((byte)' ', (byte)'\t'))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Divides a line at its commas into values without surrounding spaces and quotes.</summary>
    /// <returns>The number of fields; those beyond <paramref name="fields"/> are counted only.</returns>
    private int Split(ReadOnlySpan<byte> line, Span<Range> fields)
    {
        int count = 0;
        int at = 0;
        while (true)
        {
            at += SpacesAt(line[at..]);
            int start = at;
            int end;
            if (at < line.Length && line[at] == '"')
            {
                start++;
                int length = line[start..].IndexOf((byte)'"');
                if (length < 0)
                {
                    throw RowFault($"a quote is opened in field {count + 1} and not closed; expected another quote on the same line");
                }

                end = start + length;
                at = end + 1;
                at += SpacesAt(line[at..]);
                if (at < line.Length && line[at] != ',')
                {
                    throw RowFault($"{Excerpt.Of(line[at..])} follows the closing quote in field {count + 1}; expected a comma");
                }
            }
            else
            {
                int length = line[at..].IndexOf((byte)',');
                at = end = length < 0 ? line.Length : at + length;
            }

            if (count < fields.Length)
            {
                start += SpacesAt(line[start..end]);
                fields[count] = start..(start + line[start..end].TrimEnd((byte)' ').Length);
            }

            count++;
            if (at == line.Length)
            {
                return count;
            }

            at++; // the comma
        }
    }

    private static int SpacesAt(ReadOnlySpan<byte> text)
    {
        int length = text.IndexOfAnyExcept((byte)' ');
        return length < 0 ? text.Length : length;
    }

    private static int IndexOf(string[] names, ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < names.Length; i++)
        {
            if (Ascii.Equals(name, names[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private byte ParseEmotion(ReadOnlySpan<byte> text)
    {
        int max = ExpressionLabels.Fer2013.Count - 1;
        int label = text.Length == 1 ? text[0] - '0' : -1;
        return label >= 0 && label <= max
            ? (byte)label
            : throw RowFault($"column emotion: {Excerpt.Of(text)}; expected a whole number from 0 to {max}");
    }

    private SplitPart ParseUsage(ReadOnlySpan<byte> text)
    {
        int part = IndexOf(UsageNames, text);
        return part >= 0
            ? (SplitPart)part
            : throw RowFault($"column Usage: {Excerpt.Of(text)}; expected {string.Join(", ", UsageNames[..2])} or {UsageNames[2]}");
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // Most programs read once: it is worth full optimisation at the start.
    private void ParsePixels(ReadOnlySpan<byte> text, Span<byte> pixels)
    {
        (int count, int at) = PlainPixels.Read(text, pixels);
        while (at < text.Length)
        {
            int start = at;
            int value = 0;
            do
            {
                uint digit = (uint)(text[at] - '0');
                value = (value * 10) + (int)digit;
                if (digit > 9 || value > byte.MaxValue)
                {
                    throw PixelFault(text[start..], count + 1);
                }

                at++;
            }
            while (at < text.Length && text[at] != ' ');

            if (count < pixels.Length)
            {
                pixels[count] = (byte)value;
            }

            count++;
            while (at < text.Length && text[at] == ' ')
            {
                at++;
            }
        }

        if (count != pixels.Length)
        {
            throw RowFault($"column pixels: {count} values; expected {pixels.Length}, which is "
                + $"{Fer2013Rows.ImageSize} x {Fer2013Rows.ImageSize}");
        }
    }

    private InvalidDataException PixelFault(ReadOnlySpan<byte> rest, int number)
    {
        int end = rest.IndexOf((byte)' ');
        return RowFault($"column pixels: value {number} is {Excerpt.Of(end < 0 ? rest : rest[..end])}; "
            + "expected a whole number from 0 to 255");
    }

    private string Place => (_row == 0 ? "header" : $"row {_row}") + $" (line {_lines.LineNumber})";

    private InvalidDataException HeaderFault(string got) => new(
        $"'{_path}', {Place}: {got}; expected the columns emotion, pixels and Usage, in any order.");

    private InvalidDataException RowFault(string gotAndExpected) => new(
        $"'{_path}', {Place}: {gotAndExpected}."
        + (_lines.IsUnfinished ? " The file ends in this row: it may be cut off." : ""));
}
