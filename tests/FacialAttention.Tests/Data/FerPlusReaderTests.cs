using System.Text;
using FacialAttention.Tests.Files;

namespace FacialAttention.Tests.Data;

public sealed class FerPlusReaderTests : IDisposable
{
    private const int Emotions = 8;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private (string Faces, string Votes) Write(IEnumerable<Fer2013Row> faces, IEnumerable<FerPlusRow> votes) => (
        _folder.Write("fer2013.csv", new Fer2013CsvBuilder().BuildBytes(faces)),
        _folder.Write("fer2013new.csv", FerPlusCsv.BuildBytes(votes)));

    /// <summary>One face a row, all of Usage Training.</summary>
    private FaceDataset ReadVotes(FerPlusRule rule, params int[][] votes)
    {
        List<Fer2013Row> faces = Fer2013Row.Random(votes.Length, 1, "Training");
        (string path, string votesPath) = Write(faces, votes.Select(row => new FerPlusRow("Training", "", row)));
        return FerPlusReader.ReadPart(path, votesPath, SplitPart.Training, rule).Faces;
    }

    [Fact]
    public void Labels_OfTheColumns_AreThoseOfThePresetInItsOrder() =>
        FerPlusCsv.VoteColumns[..Emotions].Select(name => name switch { "happiness" => "Happy", "sadness" => "Sad", "anger" => "Angry", _ => name })
            .Should().Equal(ExpressionLabels.FerPlus.Names, (column, label) => column.Equals(label, StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void Read_BothFiles_TrainsOnVotesAndScoresByStrictMajority()
    {
        List<Fer2013Row> faces = Fer2013Row.Random(60, 1, Fer2013CsvBuilder.AllUsages);
        List<FerPlusRow> votes = FerPlusRow.For(faces, seed: 2);
        (string path, string votesPath) = Write(faces, votes);

        FerPlusFaces read = FerPlusReader.Read(path, votesPath);

        DatasetSplit split = read.Split;
        split.Description.Should().Be("official, FER+ labels of an unknown file: training by Votes, validation and test by StrictMajority");
        read.LabelFile.Should().Be(FerPlusLabelFile.Unknown);
        FaceDataset?[] parts = [split.Training, split.Validation, split.Test];
        for (int part = 0; part < parts.Length; part++)
        {
            int[] rows = [.. Enumerable.Range(0, 60).Where(row => faces[row].Usage == Fer2013CsvBuilder.AllUsages[part])];
            FaceDataset read8 = parts[part]!;
            read8.Labels.Should().Be(ExpressionLabels.FerPlus);
            read8.Count.Should().Be(rows.Length);
            for (int i = 0; i < rows.Length; i++)
            {
                int[] row = votes[rows[i]].Votes;
                read8.PixelsOf(i).SequenceEqual(faces[rows[i]].Pixels).Should().BeTrue();
                int[] left = [.. row.Select(count => count > 1 ? count : 0)];
                int winner = Array.FindIndex(left, count => 2 * count > left.Sum());
                bool counts = part == 0 ? row[..Emotions].Sum() > 0 : winner is >= 0 and < Emotions;
                read8.Columns.Weights!.Value.Span[i].Should().Be(counts ? 1 : 0);
                if (part > 0 && counts)
                {
                    read8.LabelOf(i).Should().Be((byte)winner);
                }
            }

            (read8.Columns.Votes is null).Should().Be(part > 0);
        }

        ReadOnlySpan<byte> own = split.Training.Columns.Votes!.Value.Span;
        own[..Emotions].ToArray().Select(count => (int)count).Should().Equal(votes[0].Votes[..Emotions]);
    }

    [Fact]
    public void Read_OtherRules_AreTakenAndNamed()
    {
        List<Fer2013Row> faces = Fer2013Row.Random(30, 1, "Training", "PublicTest");
        (string path, string votesPath) = Write(faces, FerPlusRow.For(faces, seed: 2));

        DatasetSplit split = FerPlusReader.Read(path, votesPath, FerPlusRule.StrictMajority, FerPlusRule.Votes).Split;

        split.Training.Columns.Votes.Should().BeNull();
        split.Validation.Columns.Votes.Should().NotBeNull();
        split.Test.Should().BeNull("there are no PrivateTest rows");
        split.Description.Should().EndWith("training by StrictMajority, validation and test by Votes");
    }

    [Fact]
    public void ReadPart_Votes_DropsUnknownAndNotAFace()
    {
        FaceDataset faces = ReadVotes(
            FerPlusRule.Votes, [4, 0, 0, 1, 3, 2, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0, 0, 4, 5], [0, 0, 0, 0, 0, 0, 0, 0, 3, 7],
            [0, 2, 0, 0, 2, 0, 0, 2, 4, 0], [0, 0, 0, 0, 0, 0, 0, 1, 0, 0]);

        faces.Columns.Votes!.Value.ToArray().Should().Equal(
            4, 0, 0, 1, 3, 2, 0, 0, /**/ 0, 1, 0, 0, 0, 0, 0, 0, /**/ 0, 0, 0, 0, 0, 0, 0, 0, /**/ 0, 2, 0, 0, 2, 0, 0, 2, /**/ 0, 0, 0, 0, 0, 0, 0, 1);
        faces.Columns.Weights!.Value.ToArray().Should().Equal(1, 1, 0, 1, 1);
        faces.LabelIndices.ToArray().Should().Equal(0, 1, 0, 1, 7);
    }

    [Theory]
    [InlineData("6 0 0 0 4 0 0 0 0 0", 0)]
    [InlineData("5 0 0 0 5 0 0 0 0 0", -1)] // half is not more than half
    [InlineData("4 1 1 1 1 1 0 0 1 0", 0)] // single votes are dropped first
    [InlineData("4 1 0 1 4 0 0 0 0 0", -1)]
    [InlineData("1 1 1 1 1 1 1 1 1 1", -1)] // nothing is left
    [InlineData("0 0 0 0 0 0 0 0 0 1", -1)]
    [InlineData("2 1 1 1 1 1 1 1 1 0", 0)]
    [InlineData("0 3 0 0 0 0 0 0 7 0", -1)] // unknown wins
    [InlineData("0 0 0 0 0 0 0 3 0 7", -1)] // no face
    [InlineData("0 0 0 0 0 0 0 7 0 3", 7)]
    [InlineData("0 0 4 0 0 0 2 0 2 2", -1)]
    [InlineData("0 0 6 0 0 0 2 0 2 0", 2)]
    public void ReadPart_StrictMajority_NeedsMoreThanHalfOfWhatIsLeft(string votes, int expected) =>
        ShouldChoose(FerPlusRule.StrictMajority, votes, expected);

    [Theory]
    [InlineData("4 0 0 4 2 0 0 0 0 0", 0)] // the first of equals
    [InlineData("0 0 0 0 0 0 0 5 5 0", 7)]
    [InlineData("0 0 0 0 0 0 0 0 5 5", -1)]
    [InlineData("3 0 0 0 0 0 0 3 4 0", -1)]
    [InlineData("1 1 1 1 1 1 1 1 1 1", 0)]
    [InlineData("0 0 1 0 0 0 9 0 0 0", 6)]
    public void ReadPart_Argmax_TakesTheFirstOfMost(string votes, int expected) => ShouldChoose(FerPlusRule.Argmax, votes, expected);

    private void ShouldChoose(FerPlusRule rule, string votes, int expected)
    {
        int[] sure = [0, 0, 0, 0, 0, 10, 0, 0, 0, 0]; // since one row must count
        FaceDataset faces = ReadVotes(rule, [.. votes.Split(' ').Select(int.Parse)], sure);

        faces.Columns.Weights!.Value.ToArray().Should().Equal(expected < 0 ? 0 : 1, 1);
        faces.Columns.Votes.Should().BeNull("the label alone is the target");
        faces.LabelOf(1).Should().Be(5);
        if (expected >= 0)
        {
            faces.LabelOf(0).Should().Be((byte)expected);
        }
    }

    [Fact]
    public void Read_OtherDialects_AreTheSame()
    {
        List<Fer2013Row> faces = Fer2013Row.Random(20, 1, Fer2013CsvBuilder.AllUsages);
        List<FerPlusRow> votes = FerPlusRow.For(faces, seed: 2);
        (string path, string votesPath) = Write(faces, votes);
        string expected = FerPlusReader.ReadPart(path, votesPath, null, FerPlusRule.Votes).Faces.Fingerprint();
        string text = FerPlusCsv.Build(votes);
        string[] reversed = [.. text.TrimEnd().Split('\n').Select(line => string.Join('\t', line.Split(',').Reverse()))];
        string[] quoted = [.. text.TrimEnd().Split('\n').Select(line => string.Join(';', line.Split(',').Select(value => $"\"{value}\"")))];
        byte[][] others =
        [
            Encoding.UTF8.GetBytes(text.Replace(FerPlusCsv.Header, FerPlusCsv.Header.ToUpperInvariant(), StringComparison.Ordinal)),
            Encoding.UTF8.GetBytes(string.Join("\r\n", reversed)),
            Encoding.UTF8.GetBytes("\uFEFFsep=;\n" + string.Join("\n\n", quoted)),
            Encoding.UTF8.GetBytes(text.Replace(",0", ", 0.0", StringComparison.Ordinal)),
            Fer2013CsvBuilder.Compress(Encoding.UTF8.GetBytes(text)),
        ];
        string packed = _folder.Write("fer2013.csv.gz", Fer2013CsvBuilder.Compress(new Fer2013CsvBuilder().BuildBytes(faces)));

        foreach (byte[] other in others)
        {
            string otherPath = _folder.Write("other.csv", other);
            FerPlusReader.ReadPart(packed, otherPath, null, FerPlusRule.Votes).Faces.Fingerprint().Should().Be(expected);
        }
    }

    [Fact]
    public void Read_OneFileWithTheColumnsOfBoth_IsReadAsBoth()
    {
        List<Fer2013Row> faces = Fer2013Row.Random(10, 1, Fer2013CsvBuilder.AllUsages);
        List<FerPlusRow> votes = FerPlusRow.For(faces, seed: 2);
        (string path, string votesPath) = Write(faces, votes);
        string[] left = File.ReadAllLines(path);
        string[] right = File.ReadAllLines(votesPath);
        string merged = _folder.Write(
            "merged.csv",
            Encoding.UTF8.GetBytes(string.Join('\n', left.Zip(right, (face, row) => $"{face[..face.LastIndexOf(',')]},{row}"))));

        var notes = new List<string>();
        FerPlusReader.ReadPart(merged, merged, null, note: notes.Add).Faces.Fingerprint()
            .Should().Be(FerPlusReader.ReadPart(path, votesPath, null).Faces.Fingerprint());
        Fer2013Reader.ReadPart(merged, null, note: notes.Add);
        notes.Should().HaveCount(2);
        notes[0].Should().EndWith(": not read is the column \"Image name\".");
        notes[1].Should().EndWith(
            "\"NF\". FerPlusReader reads the votes of FER+ among them, where this file is given both as faces and as votes.");
    }

    [Theory]
    [InlineData(SplitPart.Training, "Training")]
    [InlineData(SplitPart.Validation, "PublicTest")]
    [InlineData(SplitPart.Test, "PrivateTest")]
    public void ReadPart_OnePart_IsTheSameFromAFileCutToIt(SplitPart part, string usage)
    {
        List<Fer2013Row> faces = Fer2013Row.Random(40, 1, Fer2013CsvBuilder.AllUsages);
        List<FerPlusRow> votes = FerPlusRow.For(faces, seed: 2);
        (string path, string votesPath) = Write(faces, votes);
        string whole = FerPlusReader.ReadPart(path, votesPath, part).Faces.Fingerprint();

        Write(faces.Where(row => row.Usage == usage), votes.Where(row => row.Usage == usage));

        FerPlusReader.ReadPart(path, votesPath, part).Faces.Fingerprint().Should().Be(whole);
        FerPlusReader.ReadPart(path, votesPath, null).Faces.Fingerprint().Should().Be(whole);
    }

    [Fact]
    public void Fingerprint_OfEachRule_IsAnother()
    {
        List<Fer2013Row> faces = Fer2013Row.Random(40, 1, "Training");
        (string path, string votesPath) = Write(faces, FerPlusRow.For(faces, seed: 2));

        Enum.GetValues<FerPlusRule>().Select(rule => FerPlusReader.ReadPart(path, votesPath, null, rule).Faces.Fingerprint())
            .Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Read_NotesAndProgress_AreThoseOfTheFaces()
    {
        List<Fer2013Row> faces = Fer2013Row.Random(10, 1, "Training", "PublicTest");
        (string path, string votesPath) = Write(faces, FerPlusRow.For(faces, seed: 2));
        _folder.Write(
            "fer2013.csv",
            Encoding.UTF8.GetBytes(File.ReadAllText(path).Replace("\n", ",x\n", StringComparison.Ordinal).Replace("Usage,x", "Usage,id", StringComparison.Ordinal)));
        var notes = new List<string>();
        var progress = new ReportedProgress();

        FerPlusReader.Read(path, votesPath, note: notes.Add, progress: progress);

        notes.Should().ContainSingle().Which.Should().EndWith("not read is the column \"id\".");
        progress.Shares.Should().BeInAscendingOrder().And.EndWith(1);
    }

    [Fact]
    public void Read_Cancelled_Stops()
    {
        List<Fer2013Row> faces = Fer2013Row.Random(10, 1, "Training", "PublicTest");
        (string path, string votesPath) = Write(faces, FerPlusRow.For(faces, seed: 2));

        FluentActions.Invoking(() => FerPlusReader.Read(path, votesPath, cancellationToken: new CancellationToken(canceled: true)))
            .Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void CountByLabel_FacesThatDoNotCount_AreLeftOut() => ReadVotes(
            FerPlusRule.StrictMajority, [10, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0, 10], [5, 5, 0, 0, 0, 0, 0, 0, 0, 0])
        .CountByLabel().Should().Equal(1, 0, 0, 0, 0, 0, 0, 0);

    private sealed class ReportedProgress : IProgress<double>
    {
        public List<double> Shares { get; } = [];

        public void Report(double value) => Shares.Add(value);
    }
}
