namespace FacialAttention.Tests.Data;

public sealed class FaceDatasetTests
{
    private const int Height = 2;
    private const int Width = 3;
    private static readonly ImageSize Size = new(Height, Width);

    private static readonly ExpressionLabels Labels = new("calm", "tense", "glad");

    /// <summary>Faces whose every pixel is ten times the given number, plus the pixel's place.</summary>
    private static FaceDataset Faces(byte[] numbers, byte[]? labels = null) => new(
        [.. numbers.SelectMany(number => Enumerable.Range(0, Height * Width).Select(place => (byte)((10 * number) + place)))],
        labels ?? new byte[numbers.Length],
        Size,
        Labels);

    [Fact]
    public void Constructor_ValidArrays_ShowsThem()
    {
        FaceDataset faces = Faces([1, 2], [2, 0]);

        faces.Count.Should().Be(2);
        faces.Size.Should().Be(Size);
        faces.Labels.Should().BeSameAs(Labels);
        faces.PixelsOf(1).ToArray().Should().Equal(20, 21, 22, 23, 24, 25);
        faces.LabelOf(0).Should().Be(2);
        faces.Pixels.ToArray().Should().Equal(10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25);
        faces.LabelIndices.ToArray().Should().Equal(2, 0);
    }

    [Fact]
    public void Constructor_Arrays_AreNotCopied()
    {
        byte[] pixels = [1, 2];
        byte[] labels = [0];
        var faces = new FaceDataset(pixels, labels, new ImageSize(1, 2), Labels);

        pixels[1] = 7;
        labels[0] = 1;

        faces.PixelsOf(0).ToArray().Should().Equal(1, 7);
        faces.LabelOf(0).Should().Be(1);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(13)]
    [InlineData(0)]
    public void Constructor_WrongNumberOfPixels_SaysBothNumbers(int count)
    {
        Action act = () => new FaceDataset(new byte[count], new byte[2], Size, Labels);

        act.Should().Throw<ArgumentException>().WithMessage($"Got {count} pixels; expected 12, which is 2 labels x 2 rows x 3 columns.*")
            .WithParameterName("pixels");
    }

    [Fact]
    public void Constructor_SizesBeyondArrays_SaysBothNumbers()
    {
        Action act = () => new FaceDataset(new byte[4], new byte[4], new ImageSize(int.MaxValue, int.MaxValue), Labels);

        act.Should().Throw<ArgumentException>().WithMessage("Got 4 pixels; expected 18446744056529682436, which is*");
    }

    [Theory]
    [InlineData(2, new byte[] { 0, 2, 3 })]
    [InlineData(0, new byte[] { 3, 2, 3 })]
    public void Constructor_LabelBeyondSet_NamesIt(int index, byte[] labels)
    {
        Action act = () => Faces([1, 2, 3], labels);

        act.Should().Throw<ArgumentException>()
            .WithMessage($"The label at index {index} is 3; expected 0 to 2.*").WithParameterName("labelIndices");
    }

    [Fact]
    public void Constructor_NoFaces_IsRefused()
    {
        Action act = () => Faces([]);

        act.Should().Throw<ArgumentException>().WithMessage("There are no labels; expected at least one face.*");
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(2, -1)]
    public void Constructor_SizeBelowOne_NamesIt(int height, int width)
    {
        Action act = () => new FaceDataset([1], [0], new ImageSize(height, width), Labels);

        act.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("size")
            .WithMessage(FormattableString.Invariant($"The faces are {height}x{width} pixels (height x width); expected at least 1 a side.*"));
    }

    [Fact]
    public void Constructor_Null_NamesIt()
    {
        ((Action)(() => new FaceDataset(null!, [0], new ImageSize(1, 1), Labels))).Should().Throw<ArgumentNullException>().WithParameterName("pixels");
        ((Action)(() => new FaceDataset([0], null!, new ImageSize(1, 1), Labels))).Should().Throw<ArgumentNullException>().WithParameterName("labelIndices");
        ((Action)(() => new FaceDataset([0], [0], new ImageSize(1, 1), null!))).Should().Throw<ArgumentNullException>().WithParameterName("labels");
    }

    [Fact]
    public void Constructor_256Labels_TakesEveryByte()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];

        var faces = new FaceDataset(all, all, new ImageSize(1, 1), new ExpressionLabels(all.Select(i => $"look {i}")));

        faces.LabelOf(255).Should().Be(255);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void PixelsOfAndLabelOf_NoSuchFace_SayTheRange(int index)
    {
        FaceDataset faces = Faces([1, 2]);

        ((Action)(() => faces.PixelsOf(index))).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage($"There is no face {index}; expected 0 to 1.*");
        ((Action)(() => faces.LabelOf(index))).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage($"There is no face {index}; expected 0 to 1.*");
    }

    [Fact]
    public void CountByLabel_LabelWithoutFaces_CountsZero() => Faces([1, 2, 3], [2, 0, 2]).CountByLabel().Should().Equal(1, 0, 2);

    [Fact]
    public void Subset_AnyOrderAndTwice_KeepsPixelsAndLabelsTogether()
    {
        FaceDataset subset = Faces([1, 2, 3], [0, 1, 2]).Subset([2, 0, 2]);

        subset.LabelIndices.ToArray().Should().Equal(2, 0, 2);
        subset.Pixels.ToArray().Should().Equal(Faces([3, 1, 3]).Pixels.ToArray());
        subset.Size.Should().Be(Size);
        subset.Labels.Should().BeSameAs(Labels);
    }

    [Fact]
    public void Subset_NoRows_IsRefused()
    {
        Action act = () => Faces([1]).Subset([]);

        act.Should().Throw<ArgumentException>().WithMessage("Got 0 rows; expected 1 to *").WithParameterName("rows");
    }

    [Fact]
    public void Subset_NoSuchFace_NamesIt()
    {
        Action act = () => Faces([1, 2]).Subset([0, 2]);

        act.Should().Throw<ArgumentOutOfRangeException>().WithMessage("There is no face 2; expected 0 to 1.*").WithParameterName("rows");
    }

    [Fact]
    public void GroupsOfEqualFaces_SomeEqual_HaveTheNumberOfTheFirst()
    {
        Faces([5, 1, 4, 1, 5, 1], [0, 0, 0, 1, 0, 2]).GroupsOfEqualFaces().Should().Equal(0, 1, 2, 1, 0, 1);
        new FaceDataset([1, 2, 3, 1, 2, 4], [0, 0], new ImageSize(1, 3), Labels).GroupsOfEqualFaces().Should().Equal(0, 1);
    }

    [Fact]
    public void RowsNotIn_SomeShared_GivesTheOthersInOrder()
    {
        FaceDataset faces = Faces([5, 1, 4, 1, 2], [0, 0, 0, 1, 0]);

        faces.RowsNotIn(Faces([9, 1, 2, 1], [2, 2, 2, 2])).Should().Equal(0, 2);
    }

    [Fact]
    public void RowsNotIn_OnePixelDiffers_KeepsTheRow()
    {
        var faces = new FaceDataset([1, 2, 3, 1, 2, 4], [0, 0], new ImageSize(1, 3), Labels);

        faces.RowsNotIn(new FaceDataset([1, 2, 3], [0], new ImageSize(1, 3), Labels)).Should().Equal(1);
    }

    [Fact]
    public void RowsNotIn_Itself_IsEmpty()
    {
        FaceDataset faces = Faces([1, 2, 3]);

        faces.RowsNotIn(faces).Should().BeEmpty();
    }

    [Theory]
    [InlineData(3, 2)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    public void RowsNotIn_OtherSize_IsRefused(int height, int width)
    {
        var other = new FaceDataset(new byte[height * width], [0], new ImageSize(height, width), Labels);

        Action act = () => Faces([1]).RowsNotIn(other);

        act.Should().Throw<ArgumentException>()
            .WithMessage($"The other faces are {height}x{width} pixels (height x width); expected 2x3.*");
    }

    [Fact]
    public void RowsNotIn_Null_NamesIt() =>
        Faces([1]).Invoking(it => it.RowsNotIn(null!)).Should().Throw<ArgumentNullException>().WithParameterName("other");

    [Fact]
    public void Subset_MoreThanAnArrayHolds_IsRefused()
    {
        var large = new FaceDataset(new byte[1 << 20], [0], new ImageSize(1 << 10, 1 << 10), Labels);

        Action act = () => large.Subset(new int[2048]);

        act.Should().Throw<ArgumentException>().WithMessage("Got 2048 rows; expected 1 to 2047.*").WithParameterName("rows");
    }

    /// <summary>States of stopped runs hold this text: without columns it never changes.</summary>
    [Fact]
    public void Fingerprint_WithoutColumns_IsTheHashOfNamesLabelsAndPixels()
    {
        byte[] content = [.. "calm,tense,glad"u8, 2, 0, .. Faces([1, 2]).Pixels.Span];

        Faces([1, 2], [2, 0]).Fingerprint().Should()
            .Be($"2 faces of 2 x 3, sha256 {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content))}");
    }

    [Fact]
    public void Fingerprint_AnyColumnChanged_Differs()
    {
        var two = new LandmarkScheme("two", 1, 0);
        FaceColumns[] columns =
        [
            FaceColumns.None,
            new() { Votes = new byte[] { 1, 0, 0, 0, 1, 0 } },
            new() { Votes = new byte[] { 1, 0, 0, 0, 0, 1 } },
            new() { Weights = new[] { 1f, 0 } },
            new() { Weights = new[] { 1f, 0.5f } },
            new() { Subjects = new[] { 1, 0 } },
            new() { Subjects = new[] { 1, 2 } },
            new() { Landmarks = new(two, new float[8]) },
            new() { Landmarks = new(two, new float[] { 0, 0, 0, 0, 0, 0, 0, 1 }) },
            new() { Landmarks = new(new LandmarkScheme("zwei", 1, 0), new float[8]) },
            new() { Landmarks = new(new LandmarkScheme("two", 0, 1), new float[8]) },
            new() { Teacher = new float[] { 1, 0, 0, 0, 1, 0 } },
            new() { Teacher = new float[] { 1, 0, 0, 0, 0, 1 } },
        ];

        string[] fingerprints = [.. columns.Select(column => Faces([1, 2]).WithColumns(column).Fingerprint())];

        fingerprints.Should().OnlyHaveUniqueItems();
        fingerprints[0].Should().Be(Faces([1, 2]).Fingerprint());
        Faces([1, 2]).WithColumns(columns[7] with { }).Fingerprint().Should().Be(fingerprints[7]);
    }

    [Fact]
    public void Concat_SeveralParts_KeepsFacesAndColumnsInOrder()
    {
        var two = new LandmarkScheme("two", 1, 0);
        FaceDataset first = Faces([1, 2], [0, 2]).WithColumns(new FaceColumns
        {
            Votes = new byte[] { 1, 2, 3, 4, 5, 6 },
            Subjects = new[] { 8, 9 },
            Landmarks = new(two, new float[] { 1, 2, 3, 4, 5, 6, 7, 8 }),
        });
        FaceDataset second = Faces([3], [1]).WithColumns(new FaceColumns
        {
            Votes = new byte[] { 7, 8, 9 },
            Subjects = new[] { 9 },
            Landmarks = new(two, new float[] { 9, 10, 11, 12 }),
            Weights = new[] { 0.5f },
        });

        FaceDataset all = FaceDataset.Concat(first, second);

        all.Pixels.ToArray().Should().Equal(Faces([1, 2, 3]).Pixels.ToArray());
        all.LabelIndices.ToArray().Should().Equal(0, 2, 1);
        all.Columns.Votes!.Value.ToArray().Should().Equal(1, 2, 3, 4, 5, 6, 7, 8, 9);
        all.Columns.Subjects!.Value.ToArray().Should().Equal(8, 9, 9);
        all.Columns.Landmarks!.Points.ToArray().Should().Equal(Enumerable.Range(1, 12).Select(i => (float)i));
        all.Columns.Weights!.Value.ToArray().Should().Equal(1, 1, 0.5f); // 1 where there were none
        all.Columns.Teacher.Should().BeNull();
    }

    [Fact]
    public void Concat_PartsThatDoNotFit_SayWhichAndWhy()
    {
        FaceDataset faces = Faces([1]);
        FaceDataset withSubjects = faces.WithColumns(new FaceColumns { Subjects = new[] { 1 } });
        FaceDataset one = faces.WithColumns(new FaceColumns { Landmarks = new(new LandmarkScheme("one", 0), new float[2]) });
        FaceDataset two = faces.WithColumns(new FaceColumns { Landmarks = new(new LandmarkScheme("two", 1, 0), new float[4]) });

        Fails([], "Got no datasets; expected at least one.*");
        Fails([faces, new FaceDataset([1], [0], new ImageSize(1, 1), Labels)], "Dataset 1: the faces are 1x1 pixels (height x width); expected 2x3 as in dataset 0.*");
        Fails(
            [faces, faces, new FaceDataset(new byte[6], [0], Size, new ExpressionLabels("calm", "glad", "tense"))],
            "Dataset 2: the labels are calm, glad, tense; expected calm, tense, glad as in dataset 0.*");
        Fails([faces, withSubjects], "Dataset 1 has Subjects and dataset 0 has not; expected them in all or in none.*");
        Fails([one, two], "Dataset 1 has landmarks of the scheme 'two'; expected 'one' as in dataset 0.*");

        static void Fails(FaceDataset[] parts, string message) =>
            FluentActions.Invoking(() => FaceDataset.Concat(parts)).Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void WithLabels_OtherOrderAndCase_MovesLabelsVotesAndTeacherByName()
    {
        FaceDataset faces = Faces([1, 2], [0, 2]).WithColumns(new FaceColumns
        {
            Votes = new byte[] { 1, 2, 3, 4, 5, 6 },
            Teacher = new[] { 0.5f, 0.25f, 0.25f, 0, 0.125f, 0.875f },
            Subjects = new[] { 4, 5 },
        });

        FaceDataset renamed = faces.WithLabels(new ExpressionLabels("GLAD", "sad", "Calm", "tense"));

        renamed.LabelIndices.ToArray().Should().Equal(2, 0);
        renamed.Labels.Names.Should().Equal("GLAD", "sad", "Calm", "tense");
        renamed.Columns.Votes!.Value.ToArray().Should().Equal(3, 0, 1, 2, 6, 0, 4, 5);
        renamed.Columns.Teacher!.Value.ToArray().Should().Equal(0.25f, 0, 0.5f, 0.25f, 0.875f, 0, 0, 0.125f);
        renamed.Columns.Subjects.Should().Be(faces.Columns.Subjects);
        renamed.Pixels.Should().Be(faces.Pixels);
        faces.WithLabels(new ExpressionLabels("calm", "tense", "glad")).Should().BeSameAs(faces);
    }

    [Fact]
    public void WithLabels_MissingName_IsRefusedOnlyWhereFacesHaveIt()
    {
        var labels = new ExpressionLabels("tense", "calm");

        Faces([1, 2], [0, 1]).WithLabels(labels).LabelIndices.ToArray().Should().Equal(1, 0);
        FluentActions.Invoking(() => Faces([1], [2]).WithLabels(labels)).Should().Throw<ArgumentException>()
            .WithMessage("The labels are tense, calm; expected glad as well, which faces have.*").WithParameterName("labels");
        FluentActions.Invoking(() => Faces([1]).WithColumns(new FaceColumns { Votes = new byte[] { 1, 0, 1 } }).WithLabels(labels))
            .Should().Throw<ArgumentException>().WithMessage("*expected glad as well*");
        FluentActions.Invoking(() => Faces([1]).WithColumns(new FaceColumns { Teacher = new[] { 0.5f, 0, 0.5f } }).WithLabels(labels))
            .Should().Throw<ArgumentException>().WithMessage("*expected glad as well*");
    }
}
