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

    /// <summary>The size of every face.</summary>
    public static readonly ImageSize FaceSize = new(48, 48);

    private readonly string _path;
    private readonly CsvLineReader _lines;
    private readonly CsvRows _csv;
    private readonly ExpressionLabels _labels;
    private readonly bool _needsUsage;
    private readonly FaceRows _rows;
    private readonly int[] _fieldOf = [-1, -1, -1]; // by Emotion, Pixels, Usage
    private Range[] _fields = []; // up to the last one that is needed

    private Fer2013Parser(string path, CsvLineReader lines, ExpressionLabels labels, bool needsUsage)
    {
        _path = path;
        _lines = lines;
        _csv = new CsvRows(path, lines);
        _labels = labels;
        _needsUsage = needsUsage;
        _rows = new FaceRows(FaceSize, labels);
    }

    /// <summary>What the file calls a part.</summary>
    public static string UsageOf(SplitPart part) => UsageNames[(int)part];

    /// <summary>The part that a value of the column Usage means, in any case.</summary>
    public static SplitPart ReadUsage(CsvRows csv, ReadOnlySpan<byte> text)
    {
        for (int part = 0; part < UsageNames.Length; part++)
        {
            if (Ascii.EqualsIgnoreCase(text, UsageNames[part]))
            {
                return (SplitPart)part;
            }
        }

        throw csv.Fault($"column Usage: {Excerpt.Of(text)}; expected {string.Join(", ", UsageNames[..2])} or {UsageNames[2]}");
    }

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
        string[] names = parser._csv.ReadHeader(ColumnNames) ?? throw parser.HeaderFault("there are only blank lines");
        string[] others = parser.FindColumns(names, usage);
        string votes = "";
        if (FerPlusParser.IsHeader(names))
        {
            if (usage == UsageColumn.ForVotes)
            {
                others = [.. others.Where(name => !FerPlusParser.IsColumn(name))]; // what reads the votes finds them, here or elsewhere
            }
            else
            {
                votes = $" {nameof(FerPlusReader)} reads the votes of FER+ among them, where this file is given both as faces and as votes.";
            }
        }

        if (others.Length > 0)
        {
            string columns = Excerpt.Names(Array.ConvertAll(others, name => Excerpt.Of(name)));
            note?.Invoke($"{Excerpt.Name(path)}: not read {(others.Length == 1 ? "is the column" : "are the columns")} {columns}.{votes}");
        }

        parser.ReadRows();
        return parser._rows;
    }

    /// <summary>Finds the columns.</summary>
    /// <returns>The columns that are not needed.</returns>
    private string[] FindColumns(string[] names, UsageColumn usage)
    {
        var others = new List<string>();
        for (int i = 0; i < names.Length; i++)
        {
            int column = Array.FindIndex(ColumnNames, name => name.Equals(names[i], StringComparison.OrdinalIgnoreCase));
            if (column < 0)
            {
                others.Add(names[i]);
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
        if (missing >= 0 && (missing != Usage || usage is UsageColumn.ForDivision or UsageColumn.ForPart or UsageColumn.ForVotes))
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
        if (FerPlusParser.IsHeader(names))
        {
            return HeaderFault(
                _fieldOf[Pixels] < 0
                    ? "these are the votes of FER+ (fer2013new.csv), which have no pixels"
                    : $"column {ColumnNames[missing]} is missing beside the votes of FER+",
                FaceDataRemedy.JoinVotes);
        }

        FaceDataRemedy remedy = missing != Usage ? FaceDataRemedy.None : usage switch
        {
            UsageColumn.ForPart => FaceDataRemedy.ReadAll,
            UsageColumn.ForDivision => FaceDataRemedy.Divide,
            _ => FaceDataRemedy.None,
        };
        return HeaderFault($"column {ColumnNames[missing]} is missing among {Excerpt.Names(Array.ConvertAll(names, name => Excerpt.Of(name)))}", remedy);
    }

    private void ReadRows()
    {
        while (_csv.TryRead(_fields, out ReadOnlySpan<byte> line))
        {
            byte label = ParseEmotion(line[_fields[_fieldOf[Emotion]]]);
            SplitPart part = _fieldOf[Usage] >= 0 ? ReadUsage(_csv, line[_fields[_fieldOf[Usage]]]) : SplitPart.Training;
            if (_rows.Count == _rows.MaxCount)
            {
                throw _csv.Fault($"more rows than fit into memory; expected at most {_rows.MaxCount}");
            }

            ParsePixels(line[_fields[_fieldOf[Pixels]]], _rows.PixelsOf(_rows.Add(label, part, _lines.FractionRead)));
        }

        if (_rows.Count == 0)
        {
            throw FaceDataFault.Exception($"{Excerpt.Name(_path)} has a header and no rows; expected rows of faces.");
        }
    }

    private byte ParseEmotion(ReadOnlySpan<byte> text)
    {
        int max = _labels.Count - 1;
        int label = text.Length == 1 ? text[0] - '0' : CsvRows.WholeNumber(text);
        if (label >= 0 && label <= Math.Min(max, byte.MaxValue) && (text.Length > 1 || label <= 9))
        {
            return (byte)label;
        }

        // Eight classes are read as soon as they are named.
        bool isOfALargerSet = label > max && label < ExpressionLabels.CkExtended.Count;
        throw _csv.Fault(
            $"column emotion: {Excerpt.Of(text)}; expected a whole number from 0 to {max}",
            isOfALargerSet ? FaceDataRemedy.NameLabels : FaceDataRemedy.None);
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
            throw _csv.Fault($"column pixels: {count} values; expected {pixels.Length}, which is "
                + $"{FaceSize.Height} x {FaceSize.Width}");
        }
    }

    private InvalidDataException PixelFault(ReadOnlySpan<byte> rest, int number)
    {
        int end = rest.IndexOf((byte)' ');
        return _csv.Fault($"column pixels: value {number} is {Excerpt.Of(end < 0 ? rest : rest[..end])}; "
            + "expected a whole number from 0 to 255");
    }

    private InvalidDataException HeaderFault(string got, FaceDataRemedy remedy = FaceDataRemedy.None) => FaceDataFault.Exception(
        $"{Excerpt.Name(_path)}, {_csv.Place}: {got}; expected the columns emotion, pixels and Usage, in any order.", remedy);
}
