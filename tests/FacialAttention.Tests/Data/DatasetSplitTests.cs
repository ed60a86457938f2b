using System.Globalization;

namespace FacialAttention.Tests.Data;

public sealed class DatasetSplitTests
{
    private static readonly ExpressionLabels Labels = new("calm", "tense", "glad");

    /// <summary>Faces of 1 x 2 pixels that hold their own number, high byte first.</summary>
    private static FaceDataset Faces(params byte[] labels) => new(
        [.. Enumerable.Range(0, labels.Length).SelectMany(i => new[] { (byte)(i >> 8), (byte)i })], labels, 1, 2, Labels);

    private static int[] Numbers(FaceDataset faces) =>
        [.. Enumerable.Range(0, faces.Count).Select(i => (faces.PixelsOf(i)[0] << 8) | faces.PixelsOf(i)[1])];

    private static byte[] RandomLabels(int count)
    {
        var random = new SeededRandom(7);
        var labels = new byte[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = (byte)Math.Min(random.NextInt32(5), 2); // unequal classes
        }

        return labels;
    }

    [Fact]
    public void Stratified_AnyRows_IsCompleteDisjointAndInOrder()
    {
        FaceDataset all = Faces(RandomLabels(1000));

        DatasetSplit split = DatasetSplit.Stratified(all);

        Numbers(split.Training).Should().BeInAscendingOrder();
        Numbers(split.Validation).Should().BeInAscendingOrder();
        Numbers(split.Training).Concat(Numbers(split.Validation)).Order().Should().Equal(Enumerable.Range(0, 1000));
        split.Test.Should().BeNull();
        split.Description.Should().Be("stratified 8:2, seed 1");
    }

    [Fact]
    public void Stratified_AnyRows_KeepsPixelsAndLabelsTogether()
    {
        FaceDataset all = Faces(RandomLabels(300));

        DatasetSplit split = DatasetSplit.Stratified(all, 0.5);

        foreach (FaceDataset part in new[] { split.Training, split.Validation })
        {
            Numbers(part).Select(number => all.LabelOf(number)).Should().Equal(part.LabelIndices.ToArray());
        }
    }

    [Theory]
    [InlineData(0.8)]
    [InlineData(0.5)]
    [InlineData(0.123)]
    public void Stratified_AnyShare_GivesEachLabelThatShare(double share)
    {
        FaceDataset all = Faces(RandomLabels(1000));

        DatasetSplit split = DatasetSplit.Stratified(all, share);

        int[] expected = [.. all.CountByLabel().Select(count => (int)Math.Round(count * share))];
        split.Training.CountByLabel().Should().Equal(expected);
    }

    [Fact]
    public void Stratified_SmallLabels_AreInBothPartsIfTheyCanBe()
    {
        DatasetSplit split = DatasetSplit.Stratified(Faces(0, 0, 1, 2, 2, 2), 0.99);
        DatasetSplit other = DatasetSplit.Stratified(Faces(0, 0, 1, 2, 2, 2), 0.01);

        split.Training.CountByLabel().Should().Equal(1, 1, 2);
        other.Training.CountByLabel().Should().Equal(1, 1, 1);
    }

    [Fact]
    public void Stratified_SameSeed_GivesTheSameParts()
    {
        FaceDataset all = Faces(RandomLabels(200));

        int[] first = Numbers(DatasetSplit.Stratified(all, seed: 5).Validation);

        Numbers(DatasetSplit.Stratified(all, seed: 5).Validation).Should().Equal(first);
        Numbers(DatasetSplit.Stratified(all, seed: 6).Validation).Should().NotEqual(first);
    }

    [Fact]
    public void Stratified_Seed1_IsPinned()
    {
        // A published result names its seed, so the parts may never change.
        DatasetSplit split = DatasetSplit.Stratified(Faces(0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2));

        Numbers(split.Validation).Should().Equal(3, 6, 14);
    }

    [Fact]
    public void Stratified_ManySeeds_GiveEveryFaceItsChance()
    {
        FaceDataset all = Faces(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        var timesInValidation = new int[10];
        for (long seed = 0; seed < 500; seed++)
        {
            foreach (int number in Numbers(DatasetSplit.Stratified(all, 0.8, seed).Validation))
            {
                timesInValidation[number]++;
            }
        }

        // Binomial with n = 500, p = 0.2: mean 100, standard deviation 9.
        timesInValidation.Should().OnlyContain(times => times > 60 && times < 140);
    }

    [Fact]
    public void Stratified_TestFaces_ArePassedOn()
    {
        FaceDataset test = Faces(0);

        DatasetSplit.Stratified(Faces(0, 0), test: test).Test.Should().BeSameAs(test);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.5)]
    [InlineData(80)]
    [InlineData(double.NaN)]
    public void Stratified_ShareOutOfRange_IsRefused(double share)
    {
        Action act = () => DatasetSplit.Stratified(Faces(0, 0), share);

        act.Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage(FormattableString.Invariant($"The training share is {share}; expected a number above 0 and below 1.*"));
    }

    [Fact]
    public void Stratified_NothingToDivide_IsRefused()
    {
        Action act = () => DatasetSplit.Stratified(Faces(0, 1, 2));

        act.Should().Throw<ArgumentException>()
            .WithMessage("No label has two of the 3 faces; expected at least one such label to divide.*");
    }

    [Theory]
    [InlineData(0.8, 1, "stratified 8:2, seed 1")]
    [InlineData(0.7, -3, "stratified 7:3, seed -3")]
    [InlineData(0.75, 1, "stratified, training share 0.75, seed 1")]
    [InlineData(0.0001, 1, "stratified, training share 0.0001, seed 1")]
    public void Describe_AnyShare_ReadsTheSameInEveryCulture(double share, long seed, string expected)
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("sv-SE"); // comma, and another minus sign
            DatasetSplit.Describe(share, seed).Should().Be(expected);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(2, 2)]
    [InlineData(1, 1)]
    public void Constructor_OtherImageSize_IsRefused(int height, int width)
    {
        var other = new FaceDataset(new byte[height * width], [0], height, width, Labels);

        ((Action)(() => new DatasetSplit(Faces(0), other, null, "own"))).Should().Throw<ArgumentException>()
            .WithMessage($"The validation faces are {height} x {width} pixels (height x width); expected 1 x 2 as in training.*");
        ((Action)(() => new DatasetSplit(Faces(0), Faces(0), other, "own"))).Should().Throw<ArgumentException>()
            .WithMessage($"The test faces are {height} x {width} pixels*");
    }

    [Fact]
    public void ConstructorAndStratified_Null_NameIt()
    {
        ((Action)(() => new DatasetSplit(null!, Faces(0), null, "own"))).Should().Throw<ArgumentNullException>().WithParameterName("training");
        ((Action)(() => new DatasetSplit(Faces(0), null!, null, "own"))).Should().Throw<ArgumentNullException>().WithParameterName("validation");
        ((Action)(() => DatasetSplit.Stratified(null!))).Should().Throw<ArgumentNullException>().WithParameterName("all");
    }

    [Fact]
    public void Constructor_OtherLabels_IsRefused()
    {
        var other = new FaceDataset([1, 2], [0], 1, 2, new ExpressionLabels("calm", "glad", "tense"));

        Action act = () => new DatasetSplit(Faces(0), other, null, "own");

        act.Should().Throw<ArgumentException>()
            .WithMessage("The validation labels are calm, glad, tense; expected calm, tense, glad as in training.*");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    public void Constructor_NoDescription_IsRefused(string? description)
    {
        Action act = () => new DatasetSplit(Faces(0), Faces(0), null, description!);

        act.Should().Throw<ArgumentException>().WithParameterName("description");
    }
}
