namespace FacialAttention.Tests.Data;

public sealed class FaceDatasetTests
{
    private const int Height = 2;
    private const int Width = 3;

    private static readonly ExpressionLabels Labels = new("calm", "tense", "glad");

    /// <summary>Faces whose every pixel is ten times the given number, plus the pixel's place.</summary>
    private static FaceDataset Faces(byte[] numbers, byte[]? labels = null) => new(
        [.. numbers.SelectMany(number => Enumerable.Range(0, Height * Width).Select(place => (byte)((10 * number) + place)))],
        labels ?? new byte[numbers.Length],
        Height,
        Width,
        Labels);

    [Fact]
    public void Constructor_ValidArrays_ShowsThem()
    {
        FaceDataset faces = Faces([1, 2], [2, 0]);

        faces.Count.Should().Be(2);
        faces.Height.Should().Be(Height);
        faces.Width.Should().Be(Width);
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
        var faces = new FaceDataset(pixels, labels, 1, 2, Labels);

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
        Action act = () => new FaceDataset(new byte[count], new byte[2], Height, Width, Labels);

        act.Should().Throw<ArgumentException>().WithMessage($"Got {count} pixels; expected 12, which is 2 labels x 2 rows x 3 columns.*")
            .WithParameterName("pixels");
    }

    [Fact]
    public void Constructor_SizesBeyondArrays_SaysBothNumbers()
    {
        Action act = () => new FaceDataset(new byte[4], new byte[4], int.MaxValue, int.MaxValue, Labels);

        act.Should().Throw<ArgumentException>().WithMessage("Got 4 pixels; expected 18446744056529682436, which is*");
    }

    [Theory]
    [InlineData(2, new byte[] { 0, 2, 3 })]
    [InlineData(0, new byte[] { 3, 2, 3 })]
    public void Constructor_LabelBeyondSet_NamesIt(int index, byte[] labels)
    {
        Action act = () => Faces([1, 2, 3], labels);

        act.Should().Throw<ArgumentException>()
            .WithMessage($"The label at index {index} is 3; expected 0 to 2.*").WithParameterName("labels");
    }

    [Fact]
    public void Constructor_NoFaces_IsRefused()
    {
        Action act = () => Faces([]);

        act.Should().Throw<ArgumentException>().WithMessage("There are no labels; expected at least one face.*");
    }

    [Theory]
    [InlineData(0, 3, "height")]
    [InlineData(2, -1, "width")]
    public void Constructor_SizeBelowOne_NamesIt(int height, int width, string parameter)
    {
        Action act = () => new FaceDataset([1], [0], height, width, Labels);

        act.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(parameter);
    }

    [Fact]
    public void Constructor_Null_NamesIt()
    {
        ((Action)(() => new FaceDataset(null!, [0], 1, 1, Labels))).Should().Throw<ArgumentNullException>().WithParameterName("pixels");
        ((Action)(() => new FaceDataset([0], null!, 1, 1, Labels))).Should().Throw<ArgumentNullException>().WithParameterName("labels");
        ((Action)(() => new FaceDataset([0], [0], 1, 1, null!))).Should().Throw<ArgumentNullException>().WithParameterName("labelSet");
    }

    [Fact]
    public void Constructor_256Labels_TakesEveryByte()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];

        var faces = new FaceDataset(all, all, 1, 1, new ExpressionLabels(all.Select(i => $"look {i}")));

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
        (subset.Height, subset.Width).Should().Be((Height, Width));
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
    public void RowsNotIn_SomeShared_GivesTheOthersInOrder()
    {
        FaceDataset faces = Faces([5, 1, 4, 1, 2], [0, 0, 0, 1, 0]);

        faces.RowsNotIn(Faces([9, 1, 2, 1], [2, 2, 2, 2])).Should().Equal(0, 2);
    }

    [Fact]
    public void RowsNotIn_OnePixelDiffers_KeepsTheRow()
    {
        var faces = new FaceDataset([1, 2, 3, 1, 2, 4], [0, 0], 1, 3, Labels);

        faces.RowsNotIn(new FaceDataset([1, 2, 3], [0], 1, 3, Labels)).Should().Equal(1);
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
        var other = new FaceDataset(new byte[height * width], [0], height, width, Labels);

        Action act = () => Faces([1]).RowsNotIn(other);

        act.Should().Throw<ArgumentException>()
            .WithMessage($"The other faces are {height} x {width} pixels (height x width); expected 2 x 3.*");
    }

    [Fact]
    public void RowsNotIn_Null_NamesIt() =>
        Faces([1]).Invoking(it => it.RowsNotIn(null!)).Should().Throw<ArgumentNullException>().WithParameterName("other");

    [Fact]
    public void Subset_MoreThanAnArrayHolds_IsRefused()
    {
        var large = new FaceDataset(new byte[1 << 20], [0], 1 << 10, 1 << 10, Labels);

        Action act = () => large.Subset(new int[2048]);

        act.Should().Throw<ArgumentException>().WithMessage("Got 2048 rows; expected 1 to 2047.*").WithParameterName("rows");
    }
}
