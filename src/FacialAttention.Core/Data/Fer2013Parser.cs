using System.Buffers;
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

    private static readonly SearchValues<byte> Blank = SearchValues.Create(" \t,;"u8);

    /// <summary>The size of every face.</summary>
    public static readonly ImageSize FaceSize = new(48, 48);

    private readonly string _path;
    private readonly CsvLineReader _lines;
    private readonly ExpressionLabels _labels;
    private readonly bool _needsUsage;
    private readonly FaceRows _rows;
    private readonly int[] _fieldOf = [-1, -1, -1]; // by Emotion, Pixels, Usage
    private byte _separator = (byte)',';
    private int _fieldCount;
    private Range[] _fields = []; // up to the last one that is needed
    private int _row; // from 1; 0 is the header

    private Fer2013Parser(string path, CsvLineReader lines, ExpressionLabels labels, bool needsUsage)
    {
        _path = path;
        _lines = lines;
        _labels = labels;
        _needsUsage = needsUsage;
        _rows = new FaceRows(FaceSize, labels);
    }

    /// <summary>What the file calls a part.</summary>
    public static string UsageOf(SplitPart part) => UsageNames[(int)part];

    /// <summary>Reads all rows of a file, at least one.</summary>
    /// <param name="path">The csv or csv.gz file.</param>
    /// <param name="labels">The names behind its emotions; null for those of FER2013.</param>
    /// <param name="usage">What the column Usage is needed for.</param>
    /// <param name="note">Called with a sentence that names the columns that are not read.</param>
    /// <param name="progress">Receives the share that was read.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static FaceRows Read(
        string path,
        ExpressionLabels? labels,
        UsageColumn usage,
        Action<string>? note,
        IProgress<double>? progress,
        CancellationToken cancellationToken)
    {
        using var lines = new CsvLineReader(path, progress, cancellationToken);
        var parser = new Fer2013Parser(path, lines, labels ?? ExpressionLabels.Fer2013, usage != UsageColumn.Ignored);
        string[] others = parser.ReadHeader(usage);
        if (others.Length > 0)
        {
            note?.Invoke($"{Excerpt.Name(path)}: not read {(others.Length == 1 ? "is the column" : "are the columns")} {Excerpt.Names(others)}.");
        }

        parser.ReadRows();
        return parser._rows;
    }

    /// <summary>Finds the separator and the columns.</summary>
    /// <returns>The columns that are not needed, as the note names them.</returns>
    private string[] ReadHeader(UsageColumn usage)
    {
        if (!TryReadLine(out ReadOnlySpan<byte> line) || (IsSeparatorHint(line) && !TryReadLine(out line)))
        {
            throw HeaderFault("there are only blank lines");
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

            int known = ColumnNames.Count(name => divided.Contains(name, StringComparer.OrdinalIgnoreCase));
            if (known > most)
            {
                (names, most, _fieldCount) = (divided, known, divided.Length);
                chosen = _separator;
            }
        }

        _separator = chosen;
        if (most < 1 && fault is not null)
        {
            throw fault;
        }

        return FindColumns(names, usage);
    }

    private string[] FindColumns(string[] names, UsageColumn usage)
    {
        var others = new List<string>();
        for (int i = 0; i < names.Length; i++)
        {
            int column = Array.FindIndex(ColumnNames, name => name.Equals(names[i], StringComparison.OrdinalIgnoreCase));
            if (column < 0)
            {
                others.Add(Excerpt.Of(names[i]));
            }
            else if (_fieldOf[column] >= 0)
            {
                throw HeaderFault($"column {ColumnNames[column]} comes twice");
            }
            else
            {
                _fieldOf[column] = i;
            }
        }

        int missing = _fieldOf.AsSpan().IndexOf(-1);
        if (missing >= 0 && (missing != Usage || usage is UsageColumn.ForDivision or UsageColumn.ForPart))
        {
            throw MissingColumn(missing, names, usage);
        }

        if (!_needsUsage)
        {
            _fieldOf[Usage] = -1;
        }

        _fields = new Range[_fieldOf.Max() + 1];
        return [.. others];
    }

    private InvalidDataException MissingColumn(int missing, string[] names, UsageColumn usage)
    {
        if (names.Contains("NF", StringComparer.OrdinalIgnoreCase) && names.Contains("contempt", StringComparer.OrdinalIgnoreCase))
        {
            return HeaderFault("these are the votes of FER+ (fer2013new.csv), which have no pixels and are not read");
        }

        FaceDataRemedy remedy = missing != Usage ? FaceDataRemedy.None
            : usage == UsageColumn.ForPart ? FaceDataRemedy.ReadAll : FaceDataRemedy.Divide;
        return HeaderFault($"column {ColumnNames[missing]} is missing among {Excerpt.Names(Array.ConvertAll(names, name => Excerpt.Of(name)))}", remedy);
    }

    /// <summary>The first line that Excel takes as a hint: sep=; and the like.</summary>
    private static bool IsSeparatorHint(ReadOnlySpan<byte> line) => line.Length == 5 && Ascii.EqualsIgnoreCase(line[..4], "sep=");

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

    private void ReadRows()
    {
        while (TryReadLine(out ReadOnlySpan<byte> line))
        {
            _row++;
            int count = Split(line, _fields);
            if (count != _fieldCount)
            {
                throw RowFault($"{count} {(count == 1 ? "field" : "fields")}; expected {_fieldCount}, as in the header");
            }

            byte label = ParseEmotion(line[_fields[_fieldOf[Emotion]]]);
            SplitPart part = _fieldOf[Usage] >= 0 ? ParseUsage(line[_fields[_fieldOf[Usage]]]) : SplitPart.Training;
            if (_rows.Count == _rows.MaxCount)
            {
                throw RowFault($"more rows than fit into memory; expected at most {_rows.MaxCount}");
            }

            ParsePixels(line[_fields[_fieldOf[Pixels]]], _rows.PixelsOf(_rows.Add(label, part, _lines.FractionRead)));
        }

        if (_rows.Count == 0)
        {
            throw FaceDataFault.Exception($"{Excerpt.Name(_path)} has a header and no rows; expected rows of faces.");
        }
    }

    private bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        while (_lines.TryRead(out line))
        {
            // Excel writes empty rows as separators alone.
            if (line.ContainsAnyExcept(Blank))
            {
                return true;
            }
        }

        return false;
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
                    throw RowFault($"{Excerpt.Of(line[at..])} follows the closing quote in field {count + 1}; expected a {SeparatorName}");
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

        throw RowFault($"a quote is opened in field {field + 1} and not closed; expected another quote on the same line");
    }

    private string SeparatorName => (char)_separator switch { ';' => "semicolon", '\t' => "tab", _ => "comma" };

    private static int SpacesAt(ReadOnlySpan<byte> text)
    {
        int length = text.IndexOfAnyExcept((byte)' ');
        return length < 0 ? text.Length : length;
    }

    private byte ParseEmotion(ReadOnlySpan<byte> text)
    {
        int max = _labels.Count - 1;
        int label = text.Length == 1 ? text[0] - '0' : ParseLongEmotion(text);
        if (label >= 0 && label <= Math.Min(max, byte.MaxValue) && (text.Length > 1 || label <= 9))
        {
            return (byte)label;
        }

        // Eight classes are read as soon as they are named.
        bool isOfALargerSet = label > max && label < ExpressionLabels.CkExtended.Count;
        throw RowFault(
            $"column emotion: {Excerpt.Of(text)}; expected a whole number from 0 to {max}",
            isOfALargerSet ? FaceDataRemedy.NameLabels : FaceDataRemedy.None);
    }

    /// <summary>A whole number of up to three digits, also as 3.0, which tools make of a column with gaps; -1 for anything else.</summary>
    private static int ParseLongEmotion(ReadOnlySpan<byte> text)
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

    private SplitPart ParseUsage(ReadOnlySpan<byte> text)
    {
        for (int part = 0; part < UsageNames.Length; part++)
        {
            if (Ascii.EqualsIgnoreCase(text, UsageNames[part]))
            {
                return (SplitPart)part;
            }
        }

        throw RowFault($"column Usage: {Excerpt.Of(text)}; expected {string.Join(", ", UsageNames[..2])} or {UsageNames[2]}");
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
                + $"{FaceSize.Height} x {FaceSize.Width}");
        }
    }

    private InvalidDataException PixelFault(ReadOnlySpan<byte> rest, int number)
    {
        int end = rest.IndexOf((byte)' ');
        return RowFault($"column pixels: value {number} is {Excerpt.Of(end < 0 ? rest : rest[..end])}; "
            + "expected a whole number from 0 to 255");
    }

    private string Place => (_row == 0 ? "header" : $"row {_row}") + $" (line {_lines.LineNumber})";

    private InvalidDataException HeaderFault(string got, FaceDataRemedy remedy = FaceDataRemedy.None) => FaceDataFault.Exception(
        $"{Excerpt.Name(_path)}, {Place}: {got}; expected the columns emotion, pixels and Usage, in any order.", remedy);

    private InvalidDataException RowFault(string gotAndExpected, FaceDataRemedy remedy = FaceDataRemedy.None) => FaceDataFault.Exception(
        $"{Excerpt.Name(_path)}, {Place}: {gotAndExpected}."
        + (_lines.IsUnfinished ? " The file ends in this row: it may be cut off." : ""),
        remedy);
}
