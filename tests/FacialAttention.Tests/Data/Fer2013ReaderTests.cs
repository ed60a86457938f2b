using System.Globalization;
using System.IO.Compression;
using System.Text;
using FacialAttention.Tests.Files;
using FacialAttention.Tests.Storage;

namespace FacialAttention.Tests.Data;

public sealed class Fer2013ReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private DatasetSplit Read(ReadOnlySpan<byte> content, string name = "fer2013.csv") => Fer2013Reader.Read(_folder.Write(name, content));

    private static void ShouldHold(FaceDataset? faces, IEnumerable<Fer2013Row> rows, string because = "")
    {
        Fer2013Row[] expected = [.. rows];
        faces.Should().NotBeNull();
        faces!.Size.Should().Be(new ImageSize(48, 48));
        faces.Labels.Should().Be(ExpressionLabels.Fer2013);
        faces.LabelIndices.ToArray().Should().Equal([.. expected.Select(row => row.Emotion)], because);
        Enumerable.Range(0, expected.Length).All(i => faces.PixelsOf(i).SequenceEqual(expected[i].Pixels)).Should().BeTrue(because);
    }

    private static void ShouldHoldOfficial(DatasetSplit split, List<Fer2013Row> rows, string because = "")
    {
        split.Description.Should().Be("official");
        ShouldHold(split.Training, rows.Where(row => row.Usage == "Training"), because);
        ShouldHold(split.Validation, rows.Where(row => row.Usage == "PublicTest"), because);
        ShouldHold(split.Test, rows.Where(row => row.Usage == "PrivateTest"), because);
    }

    [Fact]
    public void Read_KaggleFile_DividesItOfficially()
    {
        List<Fer2013Row> rows = Fer2013Row.Random(20, 1, Fer2013CsvBuilder.AllUsages);

        ShouldHoldOfficial(Read(new Fer2013CsvBuilder().BuildBytes(rows)), rows);
    }

    [LinuxFact]
    public async Task Read_Pipe_IsReadToItsEnd()
    {
        List<Fer2013Row> rows = Fer2013Row.Random(60, 3, Fer2013CsvBuilder.AllUsages);
        Task writing = NamedPipe.Write(_folder.File("pipe"), new Fer2013CsvBuilder().BuildBytes(rows));

        DatasetSplit split = Fer2013Reader.Read(_folder.File("pipe"));

        await writing;
        ShouldHoldOfficial(split, rows);
    }

    [LinuxFact]
    public void Read_PipeThatNobodyWritesTo_EndsOnCancellation()
    {
        string path = _folder.File("pipe");
        NamedPipe.Create(path);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        FluentActions.Invoking(() => Fer2013Reader.Read(path, cancellationToken: stop.Token)).Should().Throw<OperationCanceledException>();
        new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite).Dispose(); // frees the thread that opens it
    }

    [Fact]
    public void Read_IcmlFile_DividesItOfficially()
    {
        List<Fer2013Row> rows = Fer2013Row.Random(20, 2, Fer2013CsvBuilder.AllUsages);
        string csv = new Fer2013CsvBuilder { Columns = ["emotion", "Usage", "pixels"] }.Build(rows);
        csv = csv.Replace("emotion,Usage,pixels", "emotion, Usage, pixels", StringComparison.Ordinal);

        ShouldHoldOfficial(Read(Encoding.UTF8.GetBytes(csv), "icml_face_data.csv"), rows);
    }

    [Fact]
    public void Read_NoPrivateTest_HasNoTestSplit()
    {
        List<Fer2013Row> rows = Fer2013Row.Random(5, 3, "Training", "PublicTest");

        Read(new Fer2013CsvBuilder().BuildBytes(rows)).Test.Should().BeNull();
    }

    [Theory]
    [InlineData(SplitPart.Training, "Training")]
    [InlineData(SplitPart.Validation, "PublicTest")]
    [InlineData(SplitPart.Test, "PrivateTest")]
    public void ReadPart_OnePart_HoldsItsRowsInOrder(SplitPart part, string usage)
    {
        List<Fer2013Row> rows = Fer2013Row.Random(20, 4, Fer2013CsvBuilder.AllUsages);
        string path = _folder.Write("fer2013.csv", new Fer2013CsvBuilder().BuildBytes(rows));

        ShouldHold(Fer2013Reader.ReadPart(path, part), rows.Where(row => row.Usage == usage));
    }

    [Fact]
    public void ReadPart_AllOfAFileWithPrivateTestAlone_HoldsEveryRow()
    {
        List<Fer2013Row> rows = Fer2013Row.Random(6, 5, "PrivateTest");
        string path = _folder.Write("fer2013.csv", new Fer2013CsvBuilder().BuildBytes(rows));

        ShouldHold(Fer2013Reader.ReadPart(path, null), rows);
        ShouldHold(Fer2013Reader.ReadPart(path, SplitPart.Test), rows);
    }

    [Fact]
    public void ReadPart_AllOfAMixedFile_KeepsTheOrderOfTheFile()
    {
        List<Fer2013Row> rows = Fer2013Row.Random(20, 6, "PrivateTest", "Training", "PublicTest");
        string path = _folder.Write("fer2013.csv", new Fer2013CsvBuilder().BuildBytes(rows));

        ShouldHold(Fer2013Reader.ReadPart(path, null), rows);
    }

    [Fact]
    public void ReadPart_PartWithoutRows_NamesFileAndUsage()
    {
        string path = _folder.Write("fer2013.csv", new Fer2013CsvBuilder().BuildBytes(Fer2013Row.Random(3, 7, "Training")));

        Action reading = () => Fer2013Reader.ReadPart(path, SplitPart.Test);

        reading.Should().Throw<InvalidDataException>()
            .WithMessage($"'{path}': none of the 3 rows has the Usage PrivateTest; expected at least one. ReadPart with null takes all faces.");
    }

    [Fact]
    public void ReadPart_UndefinedPart_Throws()
    {
        Action reading = () => Fer2013Reader.ReadPart("fer2013.csv", (SplitPart)3);

        reading.Should().Throw<ArgumentOutOfRangeException>().WithMessage("The part 3 is not defined; expected a SplitPart.*");
    }

    [Fact]
    public void Read_EveryPixelValue_IsKept()
    {
        byte[] pixels = [.. Enumerable.Range(0, 48 * 48).Select(i => (byte)i)];
        List<Fer2013Row> rows = [new(0, pixels, "Training"), new(6, [.. pixels.Reverse()], "PublicTest")];

        DatasetSplit split = Read(new Fer2013CsvBuilder().BuildBytes(rows));

        split.Training.PixelsOf(0).ToArray().Should().Equal(pixels);
        split.Validation.PixelsOf(0).ToArray().Should().Equal(pixels.Reverse());
    }

    /// <summary>A plain reader to compare with: no quotes, no spaces beyond those it trims.</summary>
    private static List<Fer2013Row> ParseNaively(string csv)
    {
        string[] lines = csv.Trim('\uFEFF').Split('\n').Select(line => line.Trim('\r')).Where(line => line.Trim().Length > 0).ToArray();
        string[] columns = [.. lines[0].Split(',').Select(column => column.Trim(' ', '"'))];
        return
        [
            .. lines.Skip(1).Select(line =>
            {
                string[] fields = [.. line.Split(',').Select(field => field.Trim(' ', '"'))];
                return new Fer2013Row(
                    byte.Parse(fields[Array.IndexOf(columns, "emotion")], CultureInfo.InvariantCulture),
                    [
                        .. fields[Array.IndexOf(columns, "pixels")].Split(' ', StringSplitOptions.RemoveEmptyEntries)
                            .Select(pixel => byte.Parse(pixel, CultureInfo.InvariantCulture)),
                    ],
                    fields[Array.IndexOf(columns, "Usage")]);
            }),
        ];
    }

    [Fact]
    public void Read_RandomFilesInEveryAllowedForm_AgreesWithANaiveReader()
    {
        for (long seed = 0; seed < 40; seed++)
        {
            var random = new SeededRandom(seed, 11);
            string[] columns = ["emotion", "pixels", "Usage"];
            random.Shuffle(columns.AsSpan());
            string lineEnd = random.NextInt32(2) == 0 ? "\n" : "\r\n";
            var form = new Fer2013CsvBuilder
            {
                Columns = columns,
                LineEnd = random.NextInt32(4) == 0 ? lineEnd + lineEnd : lineEnd,
                Separator = random.NextInt32(2) == 0 ? "," : ", ",
                QuotesHeader = random.NextInt32(2) == 0,
                QuotesValues = random.NextInt32(2) == 0,
                Padding = random.NextInt32(3) == 0 ? " " : "",
                Start = random.NextInt32(2) == 0 ? "\uFEFF" : "",
                End = new[] { "", lineEnd, lineEnd + lineEnd, lineEnd + " \t" + lineEnd, "\n\n\n \n" }[random.NextInt32(5)],
            };
            List<Fer2013Row> rows = Fer2013Row.Random(3 + random.NextInt32(40), seed, Fer2013CsvBuilder.AllUsages);
            string csv = form.Build(rows);
            byte[] content = Encoding.UTF8.GetBytes(csv);
            content = random.NextInt32(3) == 0 ? Fer2013CsvBuilder.Compress(content) : content;

            ShouldHoldOfficial(Read(content), ParseNaively(csv), $"{form}, seed {seed}");
        }
    }

    [Theory]
    [InlineData("fer2013.csv")]
    [InlineData("fer2013.csv.gz")]
    [InlineData("noname")]
    public void Read_AnyName_GoesByTheContent(string name)
    {
        List<Fer2013Row> rows = Fer2013Row.Random(40, 4, Fer2013CsvBuilder.AllUsages);
        byte[] content = new Fer2013CsvBuilder().BuildBytes(rows);

        ShouldHoldOfficial(Read(content, name), rows);
        ShouldHoldOfficial(Read(Fer2013CsvBuilder.Compress(content), name), rows);
    }

    [Fact]
    public void Read_ManyRows_GrowsItsStoreWithoutLoss()
    {
        // More than the first 256 rows, highly compressible, so every guess at the number of rows is off.
        var rows = new List<Fer2013Row>();
        for (int i = 0; i < 700; i++)
        {
            byte[] pixels = new byte[48 * 48];
            pixels[3 * i] = 1;
            rows.Add(new Fer2013Row((byte)(i % 7), pixels, Fer2013CsvBuilder.AllUsages[i % 11 % 3]));
        }

        byte[] content = new Fer2013CsvBuilder().BuildBytes(rows);

        ShouldHoldOfficial(Read(content), rows);
        ShouldHoldOfficial(Read(Fer2013CsvBuilder.Compress(content, CompressionLevel.SmallestSize)), rows);
    }

    [Fact]
    public void Read_LinesAtEveryPlaceOfTheBuffer_AreWhole()
    {
        // The buffer has 256 KB; leading blank lines shift every row through its end.
        List<Fer2013Row> rows = Fer2013Row.Random(60, 5, Fer2013CsvBuilder.AllUsages);
        byte[] content = new Fer2013CsvBuilder { LineEnd = "\r\n" }.BuildBytes(rows);
        for (int shift = 0; shift < 9000; shift += 701) // a row has about 8,400 bytes
        {
            byte[] shifted = [.. Enumerable.Repeat((byte)'\n', shift), .. content];

            ShouldHoldOfficial(Read(shifted), rows, $"{shift} blank lines");
        }
    }

    [Fact]
    public void ReadStratified_TrainingAndPublicTest_AreDividedAnew()
    {
        List<Fer2013Row> rows = Fer2013Row.Random(300, 6, Fer2013CsvBuilder.AllUsages);
        string path = _folder.Write("fer2013.csv", new Fer2013CsvBuilder().BuildBytes(rows));
        Fer2013Row[] divided = [.. rows.Where(row => row.Usage != "PrivateTest")];
        var all = new FaceDataset(
            [.. divided.SelectMany(row => row.Pixels)], [.. divided.Select(row => row.Emotion)], new ImageSize(48, 48), ExpressionLabels.Fer2013);
        DatasetSplit expected = DatasetSplit.Stratified(all, 0.7, seed: 3);

        DatasetSplit split = Fer2013Reader.ReadStratified(path, 0.7, seed: 3);

        split.Description.Should().Be("stratified 7:3, seed 3");
        split.Training.Pixels.Span.SequenceEqual(expected.Training.Pixels.Span).Should().BeTrue();
        split.Training.LabelIndices.ToArray().Should().Equal(expected.Training.LabelIndices.ToArray());
        split.Validation.Pixels.Span.SequenceEqual(expected.Validation.Pixels.Span).Should().BeTrue();
        split.Validation.LabelIndices.ToArray().Should().Equal(expected.Validation.LabelIndices.ToArray());
        ShouldHold(split.Test, rows.Where(row => row.Usage == "PrivateTest"));
    }

    [Fact]
    public void ReadStratified_Defaults_AreEightToTwoWithSeed1()
    {
        List<Fer2013Row> rows = Fer2013Row.Random(100, 7, "Training");
        string path = _folder.Write("fer2013.csv", new Fer2013CsvBuilder().BuildBytes(rows));

        DatasetSplit split = Fer2013Reader.ReadStratified(path);

        split.Description.Should().Be("stratified 8:2, seed 1");
        split.Training.Count.Should().BeInRange(77, 83);
        split.Test.Should().BeNull();
    }

    [Fact]
    public void Read_WithProgress_ReportsRisingFractionsUpToOne()
    {
        byte[] content = new Fer2013CsvBuilder().BuildBytes(Fer2013Row.Random(150, 8, "Training", "PublicTest")); // 1.2 MB
        foreach (byte[] file in new[] { content, Fer2013CsvBuilder.Compress(content) })
        {
            var reports = new Reports();

            Fer2013Reader.Read(_folder.Write("fer2013.csv", file), progress: reports);

            reports.Should().HaveCountGreaterThan(2);
            reports.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
            reports[0].Should().BeInRange(0.01, 0.9);
            reports[^1].Should().Be(1);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_SmallFileWithProgress_ReportsOneOnce(bool isCompressed)
    {
        byte[] content = new Fer2013CsvBuilder().BuildBytes(Fer2013Row.Random(3, 8, "Training", "PublicTest"));
        var reports = new Reports();

        Fer2013Reader.Read(_folder.Write("fer2013.csv", isCompressed ? Fer2013CsvBuilder.Compress(content) : content), progress: reports);

        reports.Should().Equal(1);
    }

    [Fact]
    public void Read_CancelledMidway_StopsAndClosesTheFile()
    {
        string path = _folder.Write("fer2013.csv", new Fer2013CsvBuilder().BuildBytes(Fer2013Row.Random(150, 9, "Training", "PublicTest")));
        using var cancellation = new CancellationTokenSource();
        var reports = new Reports(fraction => cancellation.Cancel());
        Action act = () => Fer2013Reader.Read(path, progress: reports, cancellationToken: cancellation.Token);

        act.Should().Throw<OperationCanceledException>();
        reports.Should().ContainSingle();
        ShouldBeClosed(path);
    }

    [Fact]
    public void Read_CancelledBefore_ReadsNothing()
    {
        string path = _folder.Write("fer2013.csv", "no csv at all"u8);
        Action act = () => Fer2013Reader.ReadStratified(path, cancellationToken: new CancellationToken(canceled: true));

        act.Should().Throw<OperationCanceledException>();
        ShouldBeClosed(path);
    }

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public void Read_OtherCultures_ReadTheSame(string name)
    {
        List<Fer2013Row> rows = Fer2013Row.Random(5, 10, Fer2013CsvBuilder.AllUsages);
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(name);
            ShouldHoldOfficial(Read(new Fer2013CsvBuilder().BuildBytes(rows)), rows);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    private static void ShouldBeClosed(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    /// <summary>Reports at once, where Progress would post them to other threads.</summary>
    private sealed class Reports(Action<double>? act = null) : List<double>, IProgress<double>
    {
        public void Report(double value)
        {
            Add(value);
            act?.Invoke(value);
        }
    }
}
