using System.Buffers;
using System.Text;

namespace FacialAttention;

/// <summary>
/// The header and the rows of a csv in every dialect that is read: separators, quotes, spaces, blank lines. It parses bytes where they lie,
/// and says where a fault is.
/// </summary>
internal sealed class CsvRows(string path, CsvLineReader lines)
{
    private static readonly SearchValues<byte> Blank = SearchValues.Create(" \t,;"u8);

    private byte _separator = (byte)',';
    private int _fieldCount;

    /// <summary>The row read last, from 1; 0 is the header.</summary>
    public int Row { get; private set; }

    /// <summary>Where the line read last stands.</summary>
    public string Place => (Row == 0 ? "header" : $"row {Row}") + $" (line {lines.LineNumber})";

    /// <summary>Reads the header, and finds the separator by it.</summary>
    /// <param name="known">The columns that are looked for, in any case: the separator that gives most of them is the one.</param>
    /// <returns>The names of all columns, as they stand there; null where there are only blank lines.</returns>
    public string[]? ReadHeader(string[] known)
    {
        if (!TryReadLine(out ReadOnlySpan<byte> line) || (IsSeparatorHint(line) && !TryReadLine(out line)))
        {
            return null;
        }

        string[] names = [];
        int most = -1;
        byte chosen = _separator;
        InvalidDataException? fault = null;
        foreach (char separator in ",;\t")
        {
            _separator = (byte)separator;
            if (separator != ',' && !line.Contains(_separator))
            {
                continue;
            }

            string[] divided;
            try
            {
                divided = Divide(line);
            }
            catch (InvalidDataException exception)
            {
                fault ??= exception; // of its quotes, which another separator may put right
                continue;
            }

            int found = known.Count(name => divided.Contains(name, StringComparer.OrdinalIgnoreCase));
            if (found > most)
            {
                (names, most, _fieldCount) = (divided, found, divided.Length);
                chosen = _separator;
            }
        }

        _separator = chosen;
        return most < 1 && fault is not null ? throw fault : names;
    }

    /// <summary>Reads the next row that is not blank.</summary>
    /// <param name="fields">Receives where its first values are, without surrounding spaces and quotes.</param>
    /// <param name="line">The row; it is valid until the next call.</param>
    /// <returns>False at the end of the file.</returns>
    public bool TryRead(Span<Range> fields, out ReadOnlySpan<byte> line)
    {
        if (!TryReadLine(out line))
        {
            return false;
        }

        Row++;
        int count = Split(line, fields);
        return count == _fieldCount
            ? true
            : throw Fault($"{count} {(count == 1 ? "field" : "fields")}; expected {_fieldCount}, as in the header");
    }

    /// <summary>A fault of the line read last.</summary>
    public InvalidDataException Fault(string gotAndExpected, FaceDataRemedy remedy = FaceDataRemedy.None) => FaceDataFault.Exception(
        $"{Excerpt.Name(path)}, {Place}: {gotAndExpected}."
        + (lines.IsUnfinished ? " The file ends in this row: it may be cut off." : ""),
        remedy);

    /// <summary>A whole number of up to three digits, also as 3.0, which tools make of a column with gaps; -1 for anything else.</summary>
    public static int WholeNumber(ReadOnlySpan<byte> text)
    {
        int point = text.IndexOf((byte)'.');
        if (point >= 0 && text[(point + 1)..].ContainsAnyExcept((byte)'0'))
        {
            return -1;
        }

        ReadOnlySpan<byte> digits = point < 0 ? text : text[..point];
        int value = 0;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return -1;
            }

            value = (value * 10) + digit - '0';
        }

        return digits.Length is >= 1 and <= 3 ? value : -1;
    }

    /// <summary>The first line that Excel takes as a hint: sep=; and the like.</summary>
    private static bool IsSeparatorHint(ReadOnlySpan<byte> line) => line.Length == 5 && Ascii.EqualsIgnoreCase(line[..4], "sep=");

    private bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        while (lines.TryRead(out line))
        {
            // Excel writes empty rows as separators alone.
            if (line.ContainsAnyExcept(Blank))
            {
                return true;
            }
        }

        return false;
    }

    private string[] Divide(ReadOnlySpan<byte> line)
    {
        var fields = new Range[Split(line, [])];
        Split(line, fields);
        var names = new string[fields.Length];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = Encoding.UTF8.GetString(line[fields[i]]);
        }

        return names;
    }

    /// <summary>Divides a line at its separators into values without surrounding spaces and quotes.</summary>
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
                end = ClosingQuote(line, start, count);
                at = end + 1;
                at += SpacesAt(line[at..]);
                if (at < line.Length && line[at] != _separator)
                {
                    throw Fault($"{Excerpt.Of(line[at..])} follows the closing quote in field {count + 1}; expected a {SeparatorName}");
                }
            }
            else
            {
                int length = line[at..].IndexOf(_separator);
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

            at++; // the separator
        }
    }

    /// <summary>Where the quote that is opened before <paramref name="start"/> closes; two quotes stand for one in the value.</summary>
    private int ClosingQuote(ReadOnlySpan<byte> line, int start, int field)
    {
        for (int at = start; at < line.Length; at += 2)
        {
            int length = line[at..].IndexOf((byte)'"');
            if (length < 0)
            {
                break;
            }

            at += length;
            if (at + 1 == line.Length || line[at + 1] != '"')
            {
                return at;
            }
        }

        throw Fault($"a quote is opened in field {field + 1} and not closed; expected another quote on the same line");
    }

    private string SeparatorName => (char)_separator switch { ';' => "semicolon", '\t' => "tab", _ => "comma" };

    private static int SpacesAt(ReadOnlySpan<byte> text)
    {
        int length = text.IndexOfAnyExcept((byte)' ');
        return length < 0 ? text.Length : length;
    }
}
