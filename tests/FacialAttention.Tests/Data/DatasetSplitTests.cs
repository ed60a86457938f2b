using System.Globalization;

namespace FacialAttention.Tests.Data;

public sealed class DatasetSplitTests
{
    private static readonly ExpressionLabels Labels = new("calm", "tense", "glad");

    /// <summary>Faces of 1 x 2 pixels that hold their own number, high byte first.</summary>
    private static FaceDataset Faces(params byte[] labels) => new(
        [.. Enumerable.Range(0, labels.Length).SelectMany(i => new[] { (byte)(i >> 8), (byte)i })], labels, new ImageSize(1, 2), Labels);

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
        var other = new FaceDataset(new byte[height * width], [0], new ImageSize(height, width), Labels);

        ((Action)(() => new DatasetSplit(Faces(0), other, null, "own"))).Should().Throw<ArgumentException>()
            .WithMessage($"In validation the faces are {height}x{width} pixels (height x width); expected 1x2 as in training.*");
        ((Action)(() => new DatasetSplit(Faces(0), Faces(0), other, "own"))).Should().Throw<ArgumentException>()
            .WithMessage($"In test the faces are {height}x{width} pixels*");
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
        var other = new FaceDataset([1, 2], [0], new ImageSize(1, 2), new ExpressionLabels("calm", "glad", "tense"));

        Action act = () => new DatasetSplit(Faces(0), other, null, "own");

        act.Should().Throw<ArgumentException>()
            .WithMessage("In validation the labels are calm, glad, tense; expected calm, tense, glad as in training.*");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    public void Constructor_NoDescription_IsRefused(string? description)
    {
        Action act = () => new DatasetSplit(Faces(0), Faces(0), null, description!);

        act.Should().Throw<ArgumentException>().WithParameterName("description");
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(5, 7)]
    [InlineData(10, -3)]
    public void BySubject_AllFolds_KeepPersonsTogetherAndValidateEachFaceOnce(int folds, long seed)
    {
        int[] subjects = [.. Enumerable.Range(0, 400).Select(i => (i * i % 41) - 20)]; // of very unequal counts
        FaceDataset all = Faces(RandomLabels(400)).WithColumns(new FaceColumns { Subjects = subjects });
        var validated = new List<int>();
        var sizes = new List<int>();
        for (int fold = 0; fold < folds; fold++)
        {
            DatasetSplit split = DatasetSplit.BySubject(all, folds, fold, seed);
            split.Description.Should().Be($"by subject, fold {fold + 1} of {folds}, seed {seed}");
            split.Training.Columns.Subjects!.Value.ToArray().Should().NotIntersectWith(split.Validation.Columns.Subjects!.Value.ToArray());
            Numbers(split.Training).Should().BeInAscendingOrder();
            Numbers(split.Validation).Should().BeInAscendingOrder();
            (split.Training.Count + split.Validation.Count).Should().Be(400);
            split.Validation.Columns.Subjects!.Value.ToArray().Should().Equal(Numbers(split.Validation).Select(i => subjects[i]));
            validated.AddRange(Numbers(split.Validation));
            sizes.Add(split.Validation.Count);
        }

        validated.Should().HaveCount(400).And.OnlyHaveUniqueItems();
        int largest = subjects.GroupBy(subject => subject).Max(group => group.Count());
        (sizes.Max() - sizes.Min()).Should().BeLessThanOrEqualTo(largest);
    }

    [Fact]
    public void BySubject_SeedAndTest_MatterAsTheySay()
    {
        FaceDataset all = Faces(new byte[60]).WithColumns(new FaceColumns { Subjects = Enumerable.Range(0, 60).ToArray() });
        FaceDataset test = Faces(1);

        DatasetSplit split = DatasetSplit.BySubject(all, 5, 2, seed: 4, test);

        split.Test.Should().BeSameAs(test);
        Numbers(DatasetSplit.BySubject(all, 5, 2, seed: 4).Validation).Should().Equal(Numbers(split.Validation));
        Numbers(DatasetSplit.BySubject(all, 5, 2, seed: 5).Validation).Should().NotEqual(Numbers(split.Validation));
        Numbers(split.Validation).Should().HaveCount(12);
    }

    [Fact]
    public void BySubject_WhatCannotBe_IsRefused()
    {
        FaceDataset none = Faces(0, 1, 2);
        FaceDataset two = none.WithColumns(new FaceColumns { Subjects = new[] { 1, 2, 1 } });

        FluentActions.Invoking(() => DatasetSplit.BySubject(none, 2, 0)).Should().Throw<ArgumentException>()
            .WithMessage("The faces have no subjects; expected the column, to divide by it.*").WithParameterName("all");
        FluentActions.Invoking(() => DatasetSplit.BySubject(two, 3, 0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Got 3 folds of 2 subjects; expected at least 2, and a subject for each.*").WithParameterName("folds");
        FluentActions.Invoking(() => DatasetSplit.BySubject(two, 1, 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => DatasetSplit.BySubject(two, 2, 2)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("The fold is 2; expected 0 to 1.*").WithParameterName("fold");
        FluentActions.Invoking(() => DatasetSplit.BySubject(two, 2, -1)).Should().Throw<ArgumentOutOfRangeException>();
    }
}
