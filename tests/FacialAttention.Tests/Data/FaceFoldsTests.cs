namespace FacialAttention.Tests.Data;

public sealed class FaceFoldsTests
{
    private static readonly ExpressionLabels Labels = new("a", "b", "c");

    [Theory]
    [InlineData(2, 1)]
    [InlineData(5, 7)]
    [InlineData(10, -3)]
    public void Assign_DifferentFaces_SpreadsEachLabelToTheFace(int folds, long seed)
    {
        FaceDataset faces = Faces([.. Enumerable.Range(0, 300)], [.. Enumerable.Range(0, 300).Select(i => i % 10 < 7 ? 0 : i % 10 < 9 ? 1 : 2)]);

        int[] fold = FaceFolds.Assign(faces, folds, seed);

        fold.Should().HaveCount(300).And.OnlyContain(it => it >= 0 && it < folds);
        for (int label = 0; label < 3; label++)
        {
            int[] counts = CountsOf(fold.Where((_, face) => faces.LabelIndices.Span[face] == label), folds);
            (counts.Max() - counts.Min()).Should().BeLessThanOrEqualTo(1, "of label {0}", label);
        }

        int[] sizes = CountsOf(fold, folds);
        (sizes.Max() - sizes.Min()).Should().BeLessThanOrEqualTo(3);
    }

    [Fact]
    public void Assign_EqualPixels_StayTogetherWhateverTheirLabels()
    {
        // 60 pictures, each 1 to 4 times, under changing labels.
        int[] pictures = [.. Enumerable.Range(0, 150).Select(i => i * i % 61)];
        FaceDataset faces = Faces(pictures, [.. Enumerable.Range(0, 150).Select(i => i % 3)]);

        int[] fold = FaceFolds.Assign(faces, 5);

        pictures.Distinct().Count().Should().BeLessThan(60);
        foreach (IGrouping<int, int> group in Enumerable.Range(0, 150).GroupBy(face => pictures[face]))
        {
            group.Select(face => fold[face]).Distinct().Should().ContainSingle();
        }

        int[] sizes = CountsOf(fold, 5);
        (sizes.Max() - sizes.Min()).Should().BeLessThan(12);
        sizes.Should().OnlyContain(size => size > 0);
    }

    [Fact]
    public void Assign_Subjects_KeepPersonsTogetherAndWhoSharesPixelsWithThem()
    {
        // Face 0 of person 1 has the pixels of face 5 of person 2: both persons are one group.
        FaceDataset faces = Faces([9, 1, 2, 3, 4, 9, 6, 7, 8, 10], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
            .WithColumns(new FaceColumns { Subjects = new[] { 1, 1, 1, 3, 3, 2, 2, 4, 4, 5 } });

        int[] fold = FaceFolds.Assign(faces, 4);

        fold[..3].Concat(fold[5..7]).Distinct().Should().ContainSingle();
        fold[3].Should().Be(fold[4]);
        fold[7].Should().Be(fold[8]);
        fold.Distinct().Should().HaveCount(4, "there are just four groups");
        FluentActions.Invoking(() => FaceFolds.Assign(faces, 5)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("folds")
            .WithMessage("Got 5 folds of 4 groups of faces; expected at least 2, and a group for each.*");
    }

    [Fact]
    public void Assign_FacesAndSeed_AloneDecide()
    {
        FaceDataset faces = Faces([.. Enumerable.Range(0, 40)], [.. Enumerable.Range(0, 40).Select(i => i % 3)]);
        int[] expected = FaceFolds.Assign(faces, 4, seed: 3);

        FaceFolds.Assign(faces, 4, seed: 3).Should().Equal(expected);
        FaceFolds.Assign(faces, 4, seed: 4).Should().NotEqual(expected);
        FluentActions.Invoking(() => FaceFolds.Assign(faces, 1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => FaceFolds.Assign(null!, 2)).Should().Throw<ArgumentNullException>();
    }

    private static int[] CountsOf(IEnumerable<int> fold, int folds)
    {
        int[] all = [.. fold];
        return [.. Enumerable.Range(0, folds).Select(number => all.Count(it => it == number))];
    }

    /// <summary>Faces of two pixels, the number of the picture.</summary>
    private static FaceDataset Faces(int[] pictures, int[] labels) => new(
        [.. pictures.SelectMany(picture => new[] { (byte)(picture >> 8), (byte)picture })],
        [.. labels.Select(label => (byte)label)],
        new ImageSize(Height: 1, Width: 2),
        Labels);
}
