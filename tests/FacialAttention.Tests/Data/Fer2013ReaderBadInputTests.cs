using System.IO.Compression;
using System.Text;
using FacialAttention.Tests.Files;
using FacialAttention.Tests.Storage;

namespace FacialAttention.Tests.Data;

/// <summary>Every fault gives one message with the file, the row and the column, what was got and what was expected.</summary>
public sealed class Fer2013ReaderBadInputTests : IDisposable
{
    private const string CutOff = " The file ends in this row: it may be cut off.";

    private static readonly string Face = string.Join(' ', Enumerable.Repeat("7", 48 * 48));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private void ShouldBeRefused(ReadOnlySpan<byte> content, string expected)
    {
        string path = _folder.Write("fer2013.csv", content);
        string message = $"'{path}'{expected}";
        foreach (Action act in new Action[] { () => Fer2013Reader.Read(path), () => Fer2013Reader.ReadStratified(path) })
        {
            act.Should().Throw<InvalidDataException>().WithMessage(message);

            // The file is closed again.
            using FileStream stream = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
    }

    private void ShouldBeRefused(string content, string expected) => ShouldBeRefused(Encoding.UTF8.GetBytes(content), expected);

    /// <summary>A fault in the second row, which has a good row before and after it.</summary>
    private void ShouldRefuseRow(string row, string expected) => ShouldBeRefused(
        $"emotion,pixels,Usage\n0,{Face},Training\n{row}\n0,{Face},PublicTest\n", $", row 2 (line 3): {expected}.");

    [Theory]
    [InlineData("emotion,Usage", "column pixels is missing among \"emotion\", \"Usage\"")]
    [InlineData("pixels,Usage", "column emotion is missing among \"pixels\", \"Usage\"")]
    [InlineData("emotion", "column pixels is missing among \"emotion\"")]
    [InlineData("emotion;pixel;Usage", "column pixels is missing among \"emotion\", \"pixel\", \"Usage\"")]
    [InlineData("emotion,pixels\u0001,Usage", "column pixels is missing among \"emotion\", \"pixels\\u0001\", \"Usage\"")]
    [InlineData("emotion,pixels,emotion", "column emotion comes twice")]
    [InlineData("emotion,pixels,Usage,Pixels", "column pixels comes twice")]
    [InlineData("0,7 7 7,Training", "column emotion is missing among \"0\", \"7 7 7\", \"Training\"")]
    public void Read_BadHeader_SaysWhatIsExpected(string header, string got) => ShouldBeRefused(
        $"{header}\n0,{Face},Training\n",
        $", header (line 1): {got}; expected the columns emotion, pixels and Usage, in any order.");

    [Fact]
    public void Read_ManyColumns_NamesTheFirst() => ShouldBeRefused(
        $"emotion,{string.Join(',', Enumerable.Range(0, 2304).Select(i => $"pixel{i}"))},Usage\n0,{Face.Replace(' ', ',')},Training\n",
        ", header (line 1): column pixels is missing among \"emotion\", \"pixel0\", * and 2286 more; "
        + "expected the columns emotion, pixels and Usage, in any order.");

    [Fact]
    public void Read_NoUsage_NamesTheReaderThatNeedsNone()
    {
        string path = _folder.Write("train.csv", Encoding.UTF8.GetBytes($"emotion,pixels\n0,\"{Face}\"\n"));
        string fault = $"'{path}', header (line 1): column Usage is missing among \"emotion\", \"pixels\"; "
            + "expected the columns emotion, pixels and Usage, in any order.";

        FluentActions.Invoking(() => Fer2013Reader.Read(path)).Should().Throw<InvalidDataException>()
            .WithMessage($"{fault} ReadStratified divides what is not for test, and leaves the test part alone.")
            .Which.Should().Match<Exception>(exception => FaceDataFault.Of(exception).Text == fault)
            .And.Match<Exception>(exception => FaceDataFault.Of(exception).Remedy == FaceDataRemedy.Divide);
        FluentActions.Invoking(() => Fer2013Reader.ReadPart(path, SplitPart.Test)).Should().Throw<InvalidDataException>()
            .WithMessage($"{fault} ReadPart with null takes all faces.");
    }

    [Theory]
    [InlineData("<!DOCTYPE html>\n<html lang=en>", "an HTML page, not the file itself")]
    [InlineData("\uFEFF\n  <HTML>", "an HTML page, not the file itself")]
    [InlineData("version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer, not the file itself ('git lfs pull' fetches it)")]
    [InlineData("PK\u0003\u0004\0\0", "a zip archive")]
    [InlineData("BZh91AY", "bzip2-compressed data")]
    [InlineData("%PDF-1.7", "a PDF document")]
    public void Read_ForeignContent_IsNamed(string content, string kind) =>
        ShouldBeRefused(content, $" is {kind}; expected a csv, unpacked if it comes in a zip or tar archive.");

    [Fact]
    public void Read_CarriageReturnsAlone_AreNamed() => ShouldBeRefused(
        $"emotion,pixels,Usage\r0,{Face},Training\r", " has lines that end in carriage returns alone, as on old Macintoshes; expected line feeds.");

    [Fact]
    public void Read_UnclosedQuoteInHeader_IsRefused() => ShouldBeRefused(
        $"emotion,\"pixels,Usage\n0,{Face},Training\n",
        ", header (line 1): a quote is opened in field 2 and not closed; expected another quote on the same line.");

    [Theory]
    [InlineData("8")]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("1.5")]
    [InlineData(".0")]
    [InlineData("1.0.0")]
    [InlineData("0001")]
    [InlineData("/")]
    [InlineData(":")]
    [InlineData("٣")]
    public void Read_BadEmotion_SaysTheRange(string emotion) => ShouldRefuseRow(
        $"{emotion},{Face},Training", $"column emotion: \"{emotion}\"; expected a whole number from 0 to 6");

    [Theory]
    [InlineData("Test")]
    [InlineData("PublicTest2")]
    [InlineData("Public Test")]
    [InlineData("")]
    public void Read_BadUsage_SaysWhichThereAre(string usage) => ShouldRefuseRow(
        $"0,{Face},{usage}", $"column Usage: \"{usage}\"; expected Training, PublicTest or PrivateTest");

    [Fact]
    public void Read_LongGarbageUsage_IsShortenedAndVisible() => ShouldRefuseRow(
        $"0,{Face},\u001b[31m{new string('x', 9000)}",
        $"column Usage: \"\\u001B[31m{new string('x', 15)}...\"; expected Training, PublicTest or PrivateTest");

    [Theory]
    [InlineData("256", "256")]
    [InlineData("-1", "-1")]
    [InlineData("x", "x")]
    [InlineData("7x", "7x")]
    [InlineData("7.0", "7.0")]
    [InlineData("+7", "+7")]
    [InlineData("0x7", "0x7")]
    [InlineData("٣", "٣")]
    [InlineData("7\t7", "7\\u00097")]
    [InlineData("4294967296", "4294967296")]
    [InlineData("12345678901234567890", "12345678901234567890")]
    [InlineData("123456789012345678901", "12345678901234567890...")]
    [InlineData("00000000000000000000256", "00000000000000000000...")]
    public void Read_BadPixel_NamesItAndItsPlace(string pixel, string shown)
    {
        string[] pixels = Face.Split(' ');
        foreach (int index in new[] { 0, 4, (48 * 48) - 1 })
        {
            pixels[index] = pixel;
            ShouldRefuseRow(
                $"0,{string.Join(' ', pixels)},Training",
                $"column pixels: value {index + 1} is \"{shown}\"; expected a whole number from 0 to 255");
            pixels[index] = "7";
        }
    }

    [Theory]
    [InlineData(2303)]
    [InlineData(2305)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4608)]
    public void Read_WrongNumberOfPixels_SaysBothNumbers(int count) => ShouldRefuseRow(
        $"0,{string.Join(' ', Enumerable.Repeat("7", count))},Training", $"column pixels: {count} values; expected 2304, which is 48 x 48");

    [Theory]
    [InlineData("0,7", "2 fields; expected 3, as in the header")]
    [InlineData("0", "1 field; expected 3, as in the header")]
    [InlineData("0,7,Training,", "4 fields; expected 3, as in the header")]
    [InlineData("0,7,7,7,7,7,7,Training", "8 fields; expected 3, as in the header")]
    [InlineData("0,\"7 7,Training", "a quote is opened in field 2 and not closed; expected another quote on the same line")]
    [InlineData("0,\"7 7\" x,Training", "\"x,Training\" follows the closing quote in field 2; expected a comma")]
    [InlineData("\"\",7,Training", "column emotion: \"\"; expected a whole number from 0 to 6")]
    [InlineData("\"0\"\"\",7,Training", "column emotion: \"0\"\"\"; expected a whole number from 0 to 6")]
    [InlineData("\"0\"\",7,Training", "a quote is opened in field 1 and not closed; expected another quote on the same line")]
    public void Read_BadFields_SaysWhatIsExpected(string row, string expected) => ShouldRefuseRow(row, expected);

    [Fact]
    public void Read_BlankLinesBeforeAFault_CountAsLinesAndNotAsRows() => ShouldBeRefused(
        $"\n\nemotion,pixels,Usage\r\n\r\n0,{Face},Training\r\n \r\n9,{Face},Training\r\n",
        ", row 2 (line 7): column emotion: \"9\"; expected a whole number from 0 to 6.");

    [Fact]
    public void Read_NoTrainingOrPublicTestRows_NamesTheMissing()
    {
        string path = _folder.Write(
            "fer2013.csv", Encoding.UTF8.GetBytes($"emotion,pixels,Usage\n0,{Face},PublicTest\n1,{Face},PrivateTest\n"));
        ((Action)(() => Fer2013Reader.Read(path))).Should().Throw<InvalidDataException>()
            .WithMessage($"'{path}': none of the 2 rows has the Usage Training; expected at least one. "
                + "ReadStratified divides what is not for test, and leaves the test part alone.");

        path = _folder.Write("fer2013.csv", Encoding.UTF8.GetBytes($"emotion,pixels,Usage\n0,{Face},Training\n1,{Face},PrivateTest\n"));
        ((Action)(() => Fer2013Reader.Read(path))).Should().Throw<InvalidDataException>()
            .WithMessage($"'{path}': none of the 2 rows has the Usage PublicTest; expected at least one. "
                + "ReadStratified divides what is not for test, and leaves the test part alone.");
    }

    [Fact]
    public void ReadStratified_NothingToDivide_SaysWhatIsExpected()
    {
        string path = _folder.Write(
            "fer2013.csv",
            Encoding.UTF8.GetBytes($"emotion,pixels,Usage\n0,{Face},Training\n1,{Face},PublicTest\n1,{Face},PrivateTest\n"));
        Action act = () => Fer2013Reader.ReadStratified(path);

        act.Should().Throw<InvalidDataException>().WithMessage(
            $"'{path}': of the 3 rows no two with the Usage Training or PublicTest share an emotion; "
            + "expected at least one such pair to divide.");
    }

    [Fact]
    public void ReadStratified_OnlyPrivateTest_SaysWhatIsExpected()
    {
        string path = _folder.Write(
            "fer2013.csv", Encoding.UTF8.GetBytes($"emotion,pixels,Usage\n1,{Face},PrivateTest\n1,{Face},PrivateTest\n"));
        Action act = () => Fer2013Reader.ReadStratified(path);

        act.Should().Throw<InvalidDataException>().WithMessage("*of the 2 rows no two with the Usage Training or PublicTest share*");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void ReadStratified_ShareOutOfRange_IsRefusedBeforeReading(double share)
    {
        Action act = () => Fer2013Reader.ReadStratified(_folder.File("nothing"), share);

        act.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("trainingShare");
    }

    [Fact]
    public void Read_EmptyFile_IsRefused() => ShouldBeRefused("", " is empty; expected a header and rows.");

    [Fact]
    public void Read_OnlyByteOrderMark_IsRefused() => ShouldBeRefused("\uFEFF", " is empty; expected a header and rows.");

    [Fact]
    public void Read_CompressedNothing_IsRefused() =>
        ShouldBeRefused(Fer2013CsvBuilder.Compress("\n"u8), ", header (line 1): there are only blank lines; *");

    [Theory]
    [InlineData("emotion,pixels,Usage")]
    [InlineData("emotion,pixels,Usage\n")]
    [InlineData("emotion,pixels,Usage\r\n\r\n")]
    public void Read_HeaderOnly_IsRefused(string content) =>
        ShouldBeRefused(content, " has a header and no rows; expected rows of faces.");

    [Fact]
    public void Read_BinaryFile_IsRefused() => ShouldBeRefused(
        "emotion,pix\0els"u8, " is not a text file (byte 11 is zero); expected a csv, unpacked if it comes in a zip or tar archive.");

    [Fact]
    public void Read_BinaryFileThatStartsWithAZeroByte_IsRefused() => ShouldBeRefused(
        "\0emotion"u8, " is not a text file (byte 0 is zero); expected a csv, unpacked if it comes in a zip or tar archive.");

    [LinuxFact]
    public async Task Read_CompressedPipe_IsRefused()
    {
        string path = _folder.File("pipe");
        Task writing = NamedPipe.Write(path, Fer2013CsvBuilder.Compress("emotion,pixels,Usage\n"u8));

        FluentActions.Invoking(() => Fer2013Reader.Read(path)).Should().Throw<InvalidDataException>()
            .WithMessage($"'{path}' is compressed and not a regular file; expected the uncompressed csv from a pipe.");
        await writing;
    }

    /// <summary>Of the long line the buffer that it begins in holds more than a line may have, or less.</summary>
    [Theory]
    [InlineData(100)]
    [InlineData(120)]
    public void Read_LineTooLongBeyondTheFirstBuffer_IsRefused(int rows) => ShouldBeRefused(
        $"emotion,pixels,Usage\n{string.Concat(Enumerable.Repeat($"0,{Face},Training\n", rows))}{new string('7', 500_000)}",
        $" has more than 65536 bytes in line {rows + 2}; expected a row of FER2013 of at most about 9300.");

    [Fact]
    public void Read_ZeroByteFarIntoTheFile_NamesTheRow()
    {
        byte[] content = Encoding.UTF8.GetBytes(
            $"emotion,pixels,Usage\n{string.Concat(Enumerable.Repeat($"0,{Face},Training\n", 100))}0,7\0,Training\n");

        ShouldBeRefused(content, ", row 101 (line 102): column pixels: value 1 is \"7\\u0000\"; expected a whole number from 0 to 255.");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_Utf16_SaysSo(bool bigEndian)
    {
        Encoding encoding = new UnicodeEncoding(bigEndian, byteOrderMark: true);
        byte[] content = [.. encoding.GetPreamble(), .. encoding.GetBytes($"emotion,pixels,Usage\n0,{Face},Training\n")];

        ShouldBeRefused(content, " is UTF-16 text; expected UTF-8 or ASCII.");
    }

    [Theory]
    [InlineData("0,7 7 7", "2 fields; expected 3, as in the header")]
    [InlineData("0,\"7 7 7", "a quote is opened in field 2 and not closed; expected another quote on the same line")]
    [InlineData("0,7 7 7,PublicTe", "column Usage: \"PublicTe\"; expected Training, PublicTest or PrivateTest")]
    public void Read_CutOffInARow_SaysSo(string lastRow, string expected) => ShouldBeRefused(
        $"emotion,pixels,Usage\n0,{Face},Training\n{lastRow}", $", row 2 (line 3): {expected}.{CutOff}");

    [Fact]
    public void Read_CutOffInTheLastColumn_SaysSo() => ShouldBeRefused(
        $"emotion,Usage,pixels\n0,Training,{Face}\n0,PublicTest,{Face[..^2]}",
        $", row 2 (line 3): column pixels: 2303 values; expected 2304, which is 48 x 48.{CutOff}");

    [Fact]
    public void Read_CsvCutOffAnywhere_IsRefusedOrLacksWholeRowsOnly()
    {
        List<Fer2013Row> rows = Fer2013Row.Random(4, 1, "Training", "PublicTest");
        byte[] content = new Fer2013CsvBuilder().BuildBytes(rows);
        int readable = 0;
        for (int length = 0; length < content.Length; length += 131)
        {
            string path = _folder.Write("fer2013.csv", content.AsSpan(0, length));
            try
            {
                DatasetSplit split = Fer2013Reader.Read(path);
                content[length - 1].Should().BeOneOf((byte)'\n', (byte)'t', (byte)'g');
                readable++;
            }
            catch (InvalidDataException exception)
            {
                exception.Message.Should().StartWith($"'{path}'");
            }
        }

        readable.Should().BeLessThan(5);
    }

    [Fact]
    public void Read_GzipCutOffAnywhere_IsRefused()
    {
        byte[] content = new Fer2013CsvBuilder().BuildBytes(Fer2013Row.Random(3, 2, "Training", "PublicTest"));
        byte[] gzip = Fer2013CsvBuilder.Compress(content, CompressionLevel.SmallestSize);
        Fer2013Reader.Read(_folder.Write("whole.csv.gz", gzip)).Training.Count.Should().BePositive();
        foreach (int length in Enumerable.Range(2, 30).Concat(Enumerable.Range(gzip.Length - 30, 30)).Append(gzip.Length / 2))
        {
            ShouldBeRefused(gzip.AsSpan(0, length), " is cut off: its gzip data end in the middle, beyond line *");
        }
    }

    [Fact]
    public void Read_GzipCutOffBetweenRows_IsRefused()
    {
        // Two flushed halves: what is left unpacks to whole rows.
        string[] halves = [$"emotion,pixels,Usage\n0,{Face},Training\n0,{Face},PublicTest\n", $"0,{Face},PublicTest\n"];
        using var memory = new MemoryStream();
        int firstHalf;
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(halves[0]));
            gzip.Flush();
            firstHalf = (int)memory.Length;
            gzip.Write(Encoding.UTF8.GetBytes(halves[1]));
        }

        ShouldBeRefused(
            memory.ToArray().AsSpan(0, firstHalf),
            " is cut off: its gzip data end in the middle, beyond line 0; expected the whole file.");
    }

    [Fact]
    public void Read_GzipWithAnyByteChanged_IsRefusedOrUnharmed()
    {
        List<Fer2013Row> rows = Fer2013Row.Random(3, 3, "Training", "PublicTest");
        byte[] gzip = Fer2013CsvBuilder.Compress(new Fer2013CsvBuilder().BuildBytes(rows));
        for (int i = 0; i < gzip.Length; i += i < 20 || i > gzip.Length - 20 ? 1 : 53)
        {
            byte[] changed = [.. gzip];
            changed[i] ^= 0x10;
            string path = _folder.Write("fer2013.csv.gz", changed);
            try
            {
                DatasetSplit split = Fer2013Reader.Read(path);
                i.Should().BeLessThan(10, "only the header of gzip has bytes without meaning");
                split.Training.Pixels.ToArray().Should().Equal(rows.Where(row => row.Usage == "Training").SelectMany(row => row.Pixels));
            }
            catch (InvalidDataException exception)
            {
                exception.Message.Should().StartWith($"'{path}'");
            }
        }
    }

    [Fact]
    public void Read_GzipInsideGzip_SaysSo() => ShouldBeRefused(
        Fer2013CsvBuilder.Compress(Fer2013CsvBuilder.Compress(Encoding.UTF8.GetBytes($"emotion,pixels,Usage\n0,{Face},Training\n"))),
        " is compressed twice (gzip inside gzip); expected a csv inside.");

    [Fact]
    public void Read_CompressedTar_SaysWhatIsExpected()
    {
        byte[] tar = new byte[10240];
        "fer2013/fer2013.csv"u8.CopyTo(tar);

        ShouldBeRefused(
            Fer2013CsvBuilder.Compress(tar),
            " is not a text file (byte 19 is zero); expected a csv, unpacked if it comes in a zip or tar archive.");

        "ustar"u8.CopyTo(tar.AsSpan(257));
        ShouldBeRefused(
            Fer2013CsvBuilder.Compress(tar), " is a tar archive; expected a csv, unpacked if it comes in a zip or tar archive.");
    }

    [Theory]
    [InlineData(8)] // the checksum
    [InlineData(4)] // the length
    public void Read_WrongGzipTrailer_IsDamaged(int fromEnd)
    {
        byte[] gzip = Fer2013CsvBuilder.Compress(Encoding.UTF8.GetBytes($"emotion,pixels,Usage\n0,{Face},Training\n0,{Face},PublicTest\n"));
        gzip[^fromEnd] ^= 1;

        ShouldBeRefused(
            gzip,
            " is damaged: beyond line * its gzip data cannot be unpacked, or their checksum (CRC-32) or length is wrong; "
            + "expected the whole file as it was made.");
    }

    [Fact]
    public void Read_SomethingElseAfterGzip_IsNamed() => ShouldBeRefused(
        [.. Fer2013CsvBuilder.Compress(Encoding.UTF8.GetBytes($"emotion,pixels,Usage\n0,{Face},Training\n")), .. "more"u8],
        " has something else after its gzip data; expected gzip alone.");

    [Fact]
    public void Read_LastMemberCutOffAnywhere_IsRefused()
    {
        byte[] head = Fer2013CsvBuilder.Compress(Encoding.UTF8.GetBytes($"emotion,pixels,Usage\n0,{Face},Training\n0,{Face},PublicTest\n"));
        byte[] tail = Fer2013CsvBuilder.Compress(Encoding.UTF8.GetBytes($"0,{Face},Training\n"), CompressionLevel.NoCompression);
        for (int length = 1; length < tail.Length; length += length is < 20 or > 2300 ? 1 : 97)
        {
            string path = _folder.Write("fer2013.csv.gz", [.. head, .. tail.AsSpan(0, length)]);
            FluentActions.Invoking(() => Fer2013Reader.Read(path)).Should().Throw<InvalidDataException>(
                "{0} of {1} bytes of the last member are there", length, tail.Length);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("emotion,pixels,Usage\n0,")]
    public void Read_EndlessLine_IsRefusedWithoutReadingIt(string start)
    {
        // 16 MB without a line end. Reading stops at the limit, so the memory it takes does not grow with the file.
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(start));
            byte[] block = Enumerable.Repeat((byte)'7', 1 << 20).ToArray();
            for (int i = 0; i < 16; i++)
            {
                gzip.Write(block);
            }
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        ShouldBeRefused(
            memory.ToArray(),
            $" has more than 65536 bytes in line {(start.Length > 0 ? 2 : 1)}; expected a row of FER2013 of at most about 9300.");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(4 << 20);
    }

    [Fact]
    public void Read_GzipOfAThousandTimesItsSize_IsRefusedEarly()
    {
        byte[] rows = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"0,{Face},Training\n", 200)));
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write("emotion,pixels,Usage\n"u8);
            for (long written = 0; written < 66L << 20; written += rows.Length)
            {
                gzip.Write(rows);
            }
        }

        memory.Length.Should().BeLessThan((66L << 20) / 100, "black faces are packed to nearly nothing");

        ShouldBeRefused(memory.ToArray(), " unpacks to more than * bytes; expected at most 100 times its size, which is *, or 67108864.");
    }

    [Theory]
    [InlineData(65536, false)]
    [InlineData(65537, true)]
    public void Read_LineAtTheLimit_IsReadAndBeyondItRefused(int length, bool isTooLong)
    {
        string row = $"0,{Face},Training";
        string content = $"emotion,pixels,Usage\n{row.PadRight(length)}\n0,{Face},PublicTest\n";
        string path = _folder.Write("fer2013.csv", Encoding.UTF8.GetBytes(content));
        Action act = () => Fer2013Reader.Read(path);

        if (isTooLong)
        {
            act.Should().Throw<InvalidDataException>().WithMessage("*has more than 65536 bytes in line 2;*");
        }
        else
        {
            act.Should().NotThrow();
        }
    }

    [Fact]
    public void Read_MissingFile_IsFileNotFound()
    {
        foreach (string path in new[] { _folder.File("nothing.csv"), Path.Combine(_folder.Path, "nowhere", "nothing.csv") })
        {
            Action act = () => Fer2013Reader.Read(path);

            act.Should().Throw<FileNotFoundException>().WithMessage($"There is no file '{path}'; expected a csv or csv.gz file.")
                .Which.FileName.Should().Be(path);
        }
    }

    [Fact]
    public void Read_Folder_IsRefused()
    {
        Action act = () => Fer2013Reader.Read(_folder.Path);

        act.Should().Throw<IOException>().WithMessage($"'{_folder.Path}' is a folder; expected a csv or csv.gz file.");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Read_NoPath_IsRefused(string? path)
    {
        ((Action)(() => Fer2013Reader.Read(path!))).Should().Throw<ArgumentException>().WithParameterName("path");
        ((Action)(() => Fer2013Reader.ReadStratified(path!))).Should().Throw<ArgumentException>().WithParameterName("path");
    }
}
