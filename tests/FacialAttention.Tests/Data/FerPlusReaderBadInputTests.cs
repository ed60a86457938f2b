using System.Text;
using FacialAttention.Tests.Files;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace FacialAttention.Tests.Data;

/// <summary>Votes that are not for the faces, or no votes: one message with the file, the row, what was got and what was expected.</summary>
public sealed class FerPlusReaderBadInputTests : IDisposable
{
    private const string Columns =
        "expected fer2013new.csv of FER+, with the columns Usage, neutral, happiness, surprise, sadness, anger, disgust, fear, contempt, "
        + "unknown and NF, in any order.";

    private const string Rows = "expected a row for each of its rows, in the same order, as fer2013new.csv has for fer2013.csv.";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Ten faces, six to train and four of PublicTest, and their votes.</summary>
    private static (List<Fer2013Row> Faces, List<FerPlusRow> Votes) Ten()
    {
        List<Fer2013Row> faces = [.. Fer2013Row.Random(6, 1, "Training"), .. Fer2013Row.Random(4, 2, "PublicTest")];
        return (faces, FerPlusRow.For(faces, seed: 3));
    }

    private void ShouldRefuse(IEnumerable<Fer2013Row> faces, string votes, string expected)
    {
        string path = _folder.Write("fer2013.csv", new Fer2013CsvBuilder().BuildBytes(faces));
        string votesPath = _folder.Write("votes.csv", Encoding.UTF8.GetBytes(votes));
        foreach (Action reading in new Action[]
        {
            () => FerPlusReader.Read(path, votesPath),
            () => FerPlusReader.ReadPart(path, votesPath, SplitPart.Validation),
            () => FerPlusReader.ReadPart(path, votesPath, null, FerPlusRule.Votes),
        })
        {
            reading.Should().Throw<InvalidDataException>()
                .WithMessage(expected.Replace("VOTES", $"'{votesPath}'", StringComparison.Ordinal).Replace("FACES", $"'{path}'", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Read_RowMissing_GivesBothCountsAndTheFirstDifference()
    {
        (List<Fer2013Row> faces, List<FerPlusRow> votes) = Ten();

        ShouldRefuse(
            faces, FerPlusCsv.Build(votes.Skip(1)), $"VOTES has 9 rows and FACES 10; {Rows} The Usage first differs in row 6.");
        ShouldRefuse(faces, FerPlusCsv.Build(votes.SkipLast(1)), $"VOTES has 9 rows and FACES 10; {Rows}");
        ShouldRefuse(faces.Take(9), FerPlusCsv.Build(votes), $"VOTES has 10 rows and FACES 9; {Rows}");
    }

    [Fact]
    public void Read_RowsShiftedByOne_NamesTheFirstThatDiffers()
    {
        (List<Fer2013Row> faces, List<FerPlusRow> votes) = Ten();

        ShouldRefuse(
            faces,
            FerPlusCsv.Build([.. votes.Skip(1), votes[0]]),
            $"VOTES, row 6: the Usage is PublicTest, and in row 6 of FACES Training; {Rows}");
        ShouldRefuse(
            faces,
            FerPlusCsv.Build([votes[^1], .. votes.SkipLast(1)]),
            $"VOTES, row 1: the Usage is PublicTest, and in row 1 of FACES Training; {Rows}");
    }

    [Property(MaxTest = 60)]
    public Property Read_RowsOfAnotherUsageInAnyOrder_AreRefused() => Prop.ForAll(
        Gen.Shuffle(Enumerable.Range(0, 10).ToArray()).ToArbitrary(),
        order =>
        {
            (List<Fer2013Row> faces, List<FerPlusRow> votes) = Ten();
            int first = Array.FindIndex(order, 0, row => votes[row].Usage != faces[Array.IndexOf(order, row)].Usage);
            string path = _folder.Write("fer2013.csv", new Fer2013CsvBuilder().BuildBytes(faces));
            string votesPath = _folder.Write("votes.csv", FerPlusCsv.BuildBytes(order.Select(row => votes[row])));

            Action reading = () => FerPlusReader.ReadPart(path, votesPath, null, FerPlusRule.Votes);

            if (first < 0)
            {
                reading.Should().NotThrow("each row has the Usage of its face");
            }
            else
            {
                reading.Should().Throw<InvalidDataException>().WithMessage($"'{votesPath}', row {first + 1}: the Usage is *");
            }
        });

    [Theory]
    [InlineData(1, 0)] // shifted by one within Training
    [InlineData(400, 1000)] // from the second thousand rows on
    public void Read_RowsShiftedWithinAPart_AreSeenByTheLabels(int shift, int from)
    {
        List<Fer2013Row> faces = Many(2200);
        List<FerPlusRow> votes = FerPlusRow.For(faces, seed: 3);
        (string path, string votesPath) = Write(faces, votes);
        FluentActions.Invoking(() => FerPlusReader.ReadPart(path, votesPath, null)).Should().NotThrow();
        List<FerPlusRow> moved = votes[from..];

        Write(faces, [.. votes[..from], .. moved[shift..], .. moved[..shift]]);

        FluentActions.Invoking(() => FerPlusReader.ReadPart(path, votesPath, null)).Should().Throw<InvalidDataException>().WithMessage(
            $"'{votesPath}', rows {from + 1} to {from + 1000}: most votes agree with the label of '{path}' in * of * rows; expected at least half, "
            + "as of the same faces: rows are shifted or in another order, or columns have one another's names.");
    }

    [Fact]
    public void Read_FewerThanAThousandRows_AreNotComparedByLabel()
    {
        List<Fer2013Row> faces = Many(999);
        List<FerPlusRow> votes = FerPlusRow.For(faces, seed: 3);
        (string path, string votesPath) = Write(faces, [.. votes[1..], votes[0]]);

        FluentActions.Invoking(() => FerPlusReader.ReadPart(path, votesPath, null)).Should().NotThrow("so few may differ by chance");
    }

    [Theory]
    [InlineData(0, 1, "neutral")]
    [InlineData(5, 6, "disgust")]
    [InlineData(3, 4, "sadness")]
    public void Read_ColumnsWithOneAnothersNames_AreSeenByTheLabels(int column, int other, string named)
    {
        List<Fer2013Row> faces = Many(1000);
        string[] columns = FerPlusCsv.Header.Split(',');
        (columns[column + 2], columns[other + 2]) = (columns[other + 2], columns[column + 2]);
        (string path, string votesPath) = Write(faces, FerPlusRow.For(faces, seed: 3), string.Join(',', columns));

        FluentActions.Invoking(() => FerPlusReader.ReadPart(path, votesPath, null)).Should().Throw<InvalidDataException>().WithMessage(
            $"'{votesPath}': * rows have most votes in column {named}, and '{path}' calls * of them * and * *; expected * most often: "
            + "columns have one another's names.");
    }

    /// <summary>Black faces, which are read fast.</summary>
    private static List<Fer2013Row> Many(int count)
    {
        var random = new SeededRandom(5);
        var black = new byte[48 * 48];
        return [.. Enumerable.Range(0, count).Select(_ => new Fer2013Row((byte)random.NextInt32(7), black, "Training"))];
    }

    private (string Faces, string Votes) Write(IEnumerable<Fer2013Row> faces, IEnumerable<FerPlusRow> votes, string header = FerPlusCsv.Header) => (
        _folder.Write("fer2013.csv", new Fer2013CsvBuilder().BuildBytes(faces)),
        _folder.Write("votes.csv", FerPlusCsv.BuildBytes(votes, header)));

    [Theory]
    [InlineData("Usage,Image name,neutral,happy,surprise,sadness,anger,disgust,fear,contempt,unknown,NF", "column happiness is missing among \"Usage\", \"Image name\", *")]
    [InlineData("Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,non-face", "column NF is missing among *")]
    [InlineData("Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF", "column Usage is missing among *")]
    [InlineData("Usage,neutral,Neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF", "column neutral comes twice")]
    [InlineData("emotion,pixels,Usage", "these are the labels of FER2013 and no votes")]
    [InlineData("fer0028638.png,\"(0, 0, 48, 48)\",4,0,0,0,1,0,0,4,1,0", "this is label.csv of FER+, which leaves out the faces without an image name, so that row and face do not pair")]
    [InlineData("fer0028638.png,4,0,0,0,1,0,0,4,1,0", "this is label.csv of FER+, which leaves out the faces without an image name, so that row and face do not pair")]
    public void Read_OtherColumns_SayWhatTheFileIs(string header, string got)
    {
        (List<Fer2013Row> faces, List<FerPlusRow> votes) = Ten();

        ShouldRefuse(faces, FerPlusCsv.Build(votes, header), $"VOTES, header (line 1): {got}; {Columns}");
    }

    [Fact]
    public void Read_FilesInEachOthersPlace_AreTold()
    {
        (List<Fer2013Row> faces, List<FerPlusRow> votes) = Ten();
        string path = _folder.Write("fer2013.csv", new Fer2013CsvBuilder().BuildBytes(faces));
        string votesPath = _folder.Write("fer2013new.csv", FerPlusCsv.BuildBytes(votes));

        FluentActions.Invoking(() => FerPlusReader.Read(votesPath, path)).Should().Throw<InvalidDataException>()
            .WithMessage($"'{path}', header (line 1): these are the labels of FER2013 and no votes; {Columns}");
        FluentActions.Invoking(() => FerPlusReader.Read(votesPath, votesPath)).Should().Throw<InvalidDataException>().WithMessage(
            $"'{votesPath}', header (line 1): these are the votes of FER+ (fer2013new.csv), which have no pixels; expected the columns emotion, "
            + "pixels and Usage, in any order. FerPlusReader reads votes beside the csv of the faces, fer2013.csv.")
            .Which.Should().Match<Exception>(exception => FaceDataFault.Of(exception).Remedy == FaceDataRemedy.JoinVotes);
    }

    [Theory]
    [InlineData("0,0,0,0,0,0,0,0,0,0", "the votes have a sum of 0; expected 1 to 10, a vote of each of the people who were asked")]
    [InlineData("6,0,0,0,5,0,0,0,0,0", "the votes have a sum of 11; expected 1 to 10, a vote of each of the people who were asked")]
    [InlineData("10,10,10,10,10,10,10,10,10,10", "the votes have a sum of 100; expected 1 to 10, a vote of each of the people who were asked")]
    [InlineData("0,11,0,0,0,0,0,0,0,0", "column happiness: \"11\"; expected a whole number from 0 to 10")]
    [InlineData("0,0,-1,0,0,0,0,0,0,9", "column surprise: \"-1\"; expected a whole number from 0 to 10")]
    [InlineData("0,0,0,0.5,0,0,0,0,0,9", "column sadness: \"0.5\"; expected a whole number from 0 to 10")]
    [InlineData("0,0,0,0,x,0,0,0,0,9", "column anger: \"x\"; expected a whole number from 0 to 10")]
    [InlineData("0,0,0,0,0,0,0,,0,9", "column contempt: \"\"; expected a whole number from 0 to 10")]
    [InlineData("0,0,0,0,0,0,0,0,0,1e1", "column NF: \"1e1\"; expected a whole number from 0 to 10")]
    [InlineData("9", "3 fields; expected 12, as in the header")]
    public void Read_BadVotes_NameRowAndColumn(string votes, string expected)
    {
        (List<Fer2013Row> faces, List<FerPlusRow> rows) = Ten();
        string[] lines = FerPlusCsv.Build(rows).Split('\n');
        lines[3] = $"Training,,{votes}";

        ShouldRefuse(faces, string.Join('\n', lines), $"VOTES, row 3 (line 4): {expected}.");
    }

    [Fact]
    public void Read_BadUsage_SaysWhichThereAre()
    {
        (List<Fer2013Row> faces, List<FerPlusRow> votes) = Ten();

        ShouldRefuse(
            faces,
            FerPlusCsv.Build([votes[0] with { Usage = "Test" }, .. votes.Skip(1)]),
            "VOTES, row 1 (line 2): column Usage: \"Test\"; expected Training, PublicTest or PrivateTest.");
    }

    [Fact]
    public void Read_NoRows_IsRefused() => ShouldRefuse(
        Ten().Faces, FerPlusCsv.Header, "VOTES has a header and no rows; expected rows of votes.");

    [Fact]
    public void Read_NoRowThatCounts_IsRefused()
    {
        List<Fer2013Row> faces = Ten().Faces;

        ShouldRefuseRule(FerPlusRule.StrictMajority, 9);
        ShouldRefuseRule(FerPlusRule.Votes, 8);

        void ShouldRefuseRule(FerPlusRule rule, int column)
        {
            string path = _folder.Write("fer2013.csv", new Fer2013CsvBuilder().BuildBytes(faces));
            string votesPath = _folder.Write("votes.csv", FerPlusCsv.BuildBytes(faces.Select(face => FerPlusRow.Sure(face.Usage, column))));

            FluentActions.Invoking(() => FerPlusReader.ReadPart(path, votesPath, SplitPart.Validation, rule)).Should().Throw<InvalidDataException>()
                .WithMessage($"'{votesPath}': none of the 4 PublicTest rows counts by the rule {rule}; expected at least one.");
            FluentActions.Invoking(() => FerPlusReader.ReadPart(path, votesPath, null, rule)).Should().Throw<InvalidDataException>()
                .WithMessage($"'{votesPath}': none of the 10 rows counts by the rule {rule}; expected at least one.");
        }
    }

    [Fact]
    public void Read_NoUsageAmongTheFaces_NamesNoReaderThatNeedsNone()
    {
        (List<Fer2013Row> faces, List<FerPlusRow> votes) = Ten();
        string path = _folder.Write("fer2013.csv", new Fer2013CsvBuilder { Columns = ["emotion", "pixels"] }.BuildBytes(faces));
        string votesPath = _folder.Write("votes.csv", FerPlusCsv.BuildBytes(votes));

        FluentActions.Invoking(() => FerPlusReader.ReadPart(path, votesPath, null)).Should().Throw<InvalidDataException>().WithMessage(
            $"'{path}', header (line 1): column Usage is missing among \"emotion\", \"pixels\"; expected the columns emotion, pixels and Usage, in any order.");
    }

    [Fact]
    public void Read_PartWithoutRows_IsNamed()
    {
        List<Fer2013Row> faces = Fer2013Row.Random(3, 1, "Training");
        string path = _folder.Write("fer2013.csv", new Fer2013CsvBuilder().BuildBytes(faces));
        string votesPath = _folder.Write("votes.csv", FerPlusCsv.BuildBytes(FerPlusRow.For(faces, seed: 3)));

        FluentActions.Invoking(() => FerPlusReader.Read(path, votesPath)).Should().Throw<InvalidDataException>()
            .WithMessage($"'{path}': none of the 3 rows has the Usage PublicTest; expected at least one.");
        FluentActions.Invoking(() => FerPlusReader.ReadPart(path, votesPath, SplitPart.Test)).Should().Throw<InvalidDataException>()
            .WithMessage($"'{path}': none of the 3 rows has the Usage PrivateTest; expected at least one. ReadPart with null takes all faces.");
    }

    [Fact]
    public void Read_BadArguments_AreRefused()
    {
        FluentActions.Invoking(() => FerPlusReader.Read("", "x")).Should().Throw<ArgumentException>().WithParameterName("path");
        FluentActions.Invoking(() => FerPlusReader.Read("x", "")).Should().Throw<ArgumentException>().WithParameterName("votesPath");
        FluentActions.Invoking(() => FerPlusReader.Read("x", "x", (FerPlusRule)3)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("trainingRule");
        FluentActions.Invoking(() => FerPlusReader.Read("x", "x", scoringRule: (FerPlusRule)(-1))).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("scoringRule");
        FluentActions.Invoking(() => FerPlusReader.ReadPart("x", "x", (SplitPart)3)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("part");
        FluentActions.Invoking(() => FerPlusReader.ReadPart("x", "x", null, (FerPlusRule)3)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("rule");
        FluentActions.Invoking(() => FerPlusReader.Read(_folder.File("none"), _folder.File("none"))).Should().Throw<FileNotFoundException>();
    }
}
