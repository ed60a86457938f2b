using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace FacialAttention.Tests.Properties;

/// <summary>What <see cref="DatasetSplit.Stratified"/> promises for any labels, share and seed.</summary>
[Properties(Arbitrary = new[] { typeof(DatasetSplitProperties) })]
public sealed class DatasetSplitProperties
{
    public sealed record Division(byte[] Labels, double Share, int Seed)
    {
        public override string ToString() => FormattableString.Invariant($"{string.Join(' ', Labels)}; share {Share}, seed {Seed}");
    }

    /// <summary>Up to 200 faces in five classes, some of them rare or without a face; at least two faces of one class.</summary>
    public static Arbitrary<Division> Divisions() =>
        (from commonest in Gen.Choose(0, 4)
         from count in Gen.Choose(0, 198)
         from labels in Gen.Frequency((3, Gen.Constant(commonest)), (4, Gen.Choose(0, 2)), (1, Gen.Choose(0, 4))).ArrayOf(count)
         from share in Gen.OneOf(Gen.Elements(0.8, 0.5, 0.75, 1e-9, 1 - 1e-9), Some.Number(0.001, 0.999))
         from seed in Some.Seed
         select new Division([2, 2, .. labels.Select(label => (byte)label)], share, seed)).ToArbitrary();

    [Property(MaxTest = 100)]
    public void Stratified_AnyFaces_PutsEachIntoOnePartInItsOrderWithItsLabel(Division it)
    {
        DatasetSplit split = DatasetSplit.Stratified(Faces(it.Labels), it.Share, it.Seed);

        (int[] training, int[] validation) = (Rows(split.Training), Rows(split.Validation));
        training.Concat(validation).Order().Should().Equal(Enumerable.Range(0, it.Labels.Length));
        training.Should().BeInAscendingOrder();
        validation.Should().BeInAscendingOrder();
        training.Select(row => it.Labels[row]).Should().Equal(split.Training.LabelIndices.ToArray());
        validation.Select(row => it.Labels[row]).Should().Equal(split.Validation.LabelIndices.ToArray());
    }

    [Property(MaxTest = 100)]
    public void Stratified_AnyFaces_GivesEachLabelItsShareToTheNearestFace(Division it)
    {
        DatasetSplit split = DatasetSplit.Stratified(Faces(it.Labels), it.Share, it.Seed);

        int[] training = split.Training.CountByLabel();
        for (byte label = 0; label < 5; label++)
        {
            int all = it.Labels.Count(other => other == label);
            if (all < 2)
            {
                training[label].Should().Be(all, "a single face trains");
                continue;
            }

            training[label].Should().BeInRange(1, all - 1, "both parts have the label");
            bool isNearest = Math.Abs(training[label] - (all * it.Share)) <= 0.5;
            bool isBound = (training[label] == 1 && all * it.Share < 0.5) || (training[label] == all - 1 && all * it.Share > all - 0.5);
            (isNearest || isBound).Should().BeTrue("label {0} has {1} of {2} faces in training", label, training[label], all);
        }
    }

    [Property(MaxTest = 100)]
    public void Stratified_SeedAndLabels_AloneDecide(Division it)
    {
        int[] expected = Rows(DatasetSplit.Stratified(Faces(it.Labels), it.Share, it.Seed).Training);

        Rows(DatasetSplit.Stratified(Faces(it.Labels, background: 77), it.Share, it.Seed).Training).Should().Equal(expected);
    }

    /// <summary>Half of 40 faces or more can be chosen in over 10^11 ways.</summary>
    [Property(MaxTest = 100)]
    public void Stratified_AnotherSeed_GivesAnotherDivision(Division it, int other)
    {
        FaceDataset faces = Faces([.. it.Labels, .. new byte[40]]);
        long seed = other == it.Seed ? it.Seed + 1L : other;

        int[] first = Rows(DatasetSplit.Stratified(faces, 0.5, it.Seed).Training);

        Rows(DatasetSplit.Stratified(faces, 0.5, seed).Training).Should().NotEqual(first);
    }

    /// <summary>Faces of two pixels: the number of the row, and something that must not matter.</summary>
    private static FaceDataset Faces(byte[] labels, byte background = 0) => new(
        [.. Enumerable.Range(0, labels.Length).SelectMany(row => new[] { (byte)row, background })],
        labels,
        new ImageSize(Height: 1, Width: 2),
        new ExpressionLabels("a", "b", "c", "d", "e"));

    private static int[] Rows(FaceDataset faces) => [.. Enumerable.Range(0, faces.Count).Select(i => (int)faces.PixelsOf(i)[0])];
}
