using System.Text;
using FacialAttention.Tests.Files;
using FacialAttention.Tests.Storage;

namespace FacialAttention.Tests.Data;

/// <summary>FER2013 as the tools of others leave it: Excel, pandas, gzip, Kaggle's competition, CK+ in its format.</summary>
public sealed class Fer2013DialectTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static List<Fer2013Row> Rows { get; } = Fer2013Row.Random(30, 1, Fer2013CsvBuilder.AllUsages);

    private string Write(string csv, string name = "fer2013.csv") => _folder.Write(name, Encoding.UTF8.GetBytes(csv));

    private static void ShouldHoldAll(DatasetSplit split)
    {
        ShouldHold(split.Training, "Training");
        ShouldHold(split.Validation, "PublicTest");
        ShouldHold(split.Test!, "PrivateTest");
    }

    private static void ShouldHold(FaceDataset faces, params string[] usages)
    {
        Fer2013Row[] rows = [.. Rows.Where(row => usages.Contains(row.Usage))];
        faces.LabelIndices.ToArray().Should().Equal(rows.Select(row => row.Emotion));
        faces.Pixels.ToArray().Should().Equal(rows.SelectMany(row => row.Pixels));
    }

    [Theory]
    [InlineData(";")]
    [InlineData("\t")]
    [InlineData("; ")]
    public void Read_OtherSeparator_IsFoundInTheHeader(string separator)
    {
        var form = new Fer2013CsvBuilder { Separator = separator, LineEnd = "\r\n", Start = "\uFEFF" };

        ShouldHoldAll(Fer2013Reader.Read(Write(form.Build(Rows))));
        ShouldHoldAll(Fer2013Reader.Read(Write((form with { QuotesValues = true, QuotesHeader = true }).Build(Rows))));
    }

    [Fact]
    public void Read_ExcelsHintAndEmptyRows_AreNoRows()
    {
        string csv = new Fer2013CsvBuilder { Separator = ";", LineEnd = "\r\n", Start = "sep=;\r\n", End = "\r\n;;\r\n;;\r\n" }.Build(Rows);

        ShouldHoldAll(Fer2013Reader.Read(Write(csv)));
    }

    [Theory]
    [InlineData("Emotion,Pixels,usage")]
    [InlineData("EMOTION,PIXELS,USAGE")]
    [InlineData("\"emotion\", pixels , Usage")]
    public void Read_ColumnsInOtherCase_AreFound(string header)
    {
        string csv = new Fer2013CsvBuilder().Build(Rows).Replace("emotion,pixels,Usage", header, StringComparison.Ordinal);

        ShouldHoldAll(Fer2013Reader.Read(Write(csv)));
    }

    [Fact]
    public void Read_UsageInOtherCase_IsTheSame()
    {
        string csv = new Fer2013CsvBuilder().Build(Rows).Replace("Training", "training", StringComparison.Ordinal)
            .Replace("PublicTest", "PUBLICTEST", StringComparison.Ordinal);

        ShouldHoldAll(Fer2013Reader.Read(Write(csv)));
    }

    [Theory]
    [InlineData("", "\"\"", "17")]
    [InlineData("Unnamed: 0", "\"Unnamed: 0\"", "17")]
    [InlineData("emotion_name", "\"emotion_name\"", "\"a, \"\"quoted\"\" word\"")]
    [InlineData("note\u001b", "\"note\\u001B\"", "5;7 inches\"")]
    public void Read_ColumnThatIsNotNeeded_IsNamedOnceAndNotRead(string column, string named, string value)
    {
        string[] lines = new Fer2013CsvBuilder().Build(Rows).TrimEnd('\n').Split('\n');
        foreach (bool isFirst in new[] { true, false })
        {
            string path = Write(string.Join('\n', lines.Select((line, i) =>
                isFirst ? $"{(i == 0 ? column : value)},{line}" : $"{line},{(i == 0 ? column : value)}")));
            var notes = new List<string>();

            ShouldHoldAll(Fer2013Reader.Read(path, note: notes.Add));

            notes.Should().Equal($"'{path}': not read is the column {named}.");
        }
    }

    [Fact]
    public void Read_NeededColumnsAlone_NotesNothing()
    {
        var notes = new List<string>();

        Fer2013Reader.Read(Write(new Fer2013CsvBuilder().Build(Rows)), note: notes.Add);

        notes.Should().BeEmpty();
    }

    [Fact]
    public void Read_LabelsAsPandasWritesThem_AreWholeNumbers()
    {
        string csv = string.Join('\n', new Fer2013CsvBuilder().Build(Rows).Split('\n').Select((line, i) =>
            i == 0 || line.Length == 0 ? line : $"{line[0]}.{new string('0', 1 + (i % 3))}{line[1..]}"));

        ShouldHoldAll(Fer2013Reader.Read(Write(csv)));
    }

    [Fact]
    public void ReadStratified_NoUsage_DividesAllRows()
    {
        string path = Write(new Fer2013CsvBuilder { Columns = ["emotion", "pixels"], QuotesValues = true }.Build(Rows));

        DatasetSplit split = Fer2013Reader.ReadStratified(path);

        (split.Training.Count + split.Validation.Count).Should().Be(30);
        split.Test.Should().BeNull();
        ShouldHold(Fer2013Reader.ReadPart(path, part: null), Fer2013CsvBuilder.AllUsages);
    }

    [Fact]
    public void ReadPart_AllRows_DoesNotLookAtUsage()
    {
        string path = Write(new Fer2013CsvBuilder().Build(Rows).Replace("PublicTest", "dev", StringComparison.Ordinal));
        var notes = new List<string>();

        ShouldHold(Fer2013Reader.ReadPart(path, part: null, note: notes.Add), Fer2013CsvBuilder.AllUsages);
        notes.Should().BeEmpty("Usage is a column of the file");
    }

    [Fact]
    public void Read_EightLabels_AreReadByTheSetThatIsNamed()
    {
        List<Fer2013Row> rows = [.. Rows, new Fer2013Row(7, new byte[48 * 48], "Training")];
        string path = Write(new Fer2013CsvBuilder().Build(rows), "ckextended.csv");

        FluentActions.Invoking(() => Fer2013Reader.Read(path)).Should().Throw<InvalidDataException>().WithMessage(
            $"'{path}', row 31 (line 32): column emotion: \"7\"; expected a whole number from 0 to 6. "
            + "Other label sets are named by labels, such as CkExtended.");
        DatasetSplit split = Fer2013Reader.Read(path, ExpressionLabels.CkExtended);

        split.Training.Labels.Should().Be(ExpressionLabels.CkExtended);
        split.Training.LabelOf(split.Training.Count - 1).Should().Be(7);
        split.Training.Labels[7].Should().Be("Contempt");
        Fer2013Reader.ReadStratified(path, labels: ExpressionLabels.FerPlus).Validation.Labels.Should().Be(ExpressionLabels.FerPlus);
        Fer2013Reader.ReadPart(path, SplitPart.Test, ExpressionLabels.CkExtended).Labels.Should().Be(ExpressionLabels.CkExtended);
    }

    [Fact]
    public void Read_TwelveLabels_AreReadByTwoDigits()
    {
        List<Fer2013Row> rows = [.. Enumerable.Range(0, 12).Select(i => new Fer2013Row((byte)i, new byte[48 * 48], i < 9 ? "Training" : "PublicTest"))];
        var labels = new ExpressionLabels(Enumerable.Range(0, 12).Select(i => $"class{i}"));

        Fer2013Reader.Read(Write(new Fer2013CsvBuilder().Build(rows)), labels).Validation.LabelIndices.ToArray().Should().Equal(9, 10, 11);
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(100)]
    public void Read_GzipOfSeveralMembers_IsReadWhole(int memberBytes)
    {
        byte[] csv = new Fer2013CsvBuilder().BuildBytes(Rows);
        byte[] gzip = [.. csv.Chunk(memberBytes).SelectMany(piece => Fer2013CsvBuilder.Compress(piece)), .. Fer2013CsvBuilder.Compress([])];

        ShouldHoldAll(Fer2013Reader.Read(_folder.Write("fer2013.csv.gz", gzip)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(20_000)]
    public void Read_ZerosAfterGzip_ArePassedOver(int zeros)
    {
        byte[] padded = [.. Fer2013CsvBuilder.Compress(new Fer2013CsvBuilder().BuildBytes(Rows)), .. new byte[zeros]];

        ShouldHoldAll(Fer2013Reader.Read(_folder.Write("fer2013.csv.gz", padded)));
        FluentActions.Invoking(() => Fer2013Reader.Read(_folder.Write("fer2013.csv.gz", [.. padded, 1]))).Should()
            .Throw<InvalidDataException>().WithMessage("* has something else after its gzip data; expected gzip alone.");
        FluentActions.Invoking(() => Fer2013Reader.Read(_folder.Write("fer2013.csv.gz", [.. padded[..500], .. new byte[zeros]]))).Should()
            .Throw<InvalidDataException>();
    }
}
