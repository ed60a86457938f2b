using FacialAttention.Tests.Files;
using Samples;

namespace FacialAttention.Tests.Data;

/// <summary>Who and what stands on both sides of a division of CK+: proven on a stand-in, by the reader's bookkeeping and by the pixels.</summary>
public sealed class CkPlusProtocolTests(CkPlusProtocolTests.StandIn standIn) : IClassFixture<CkPlusProtocolTests.StandIn>
{
    private const int Folds = 4;

    // Copies that can be told by their pixels: the second is the mirror image, the third equal to the first.
    private static readonly FaceEnlargement Still = new() { MaxRotationDegrees = 0, MaxBrightness = 0, MaxSaturation = 0 };

    private static IEnumerable<CkPlusSplit> AllFolds(CkPlusFaces faces, FaceEnlargement? enlargement = null) =>
        Enumerable.Range(0, Folds).Select(fold => CkPlusProtocol.BySubject(fold, Folds, enlargement: enlargement).Divide(faces));

    private static int[] SubjectsOf(FaceDataset faces) => [.. faces.Columns.Subjects!.Value.ToArray().Distinct()];

    /// <summary>A text for the pixels of each face that its mirror image has too.</summary>
    private static HashSet<string> LooksOf(FaceDataset faces) => [.. Enumerable.Range(0, faces.Count).Select(i =>
    {
        byte[] face = faces.PixelsOf(i).ToArray(), mirrored = faces.PixelsOf(i).ToArray();
        for (int row = 0; row < faces.Size.Height; row++)
        {
            mirrored.AsSpan(row * faces.Size.Width, faces.Size.Width).Reverse();
        }

        string[] looks = [Convert.ToBase64String(face), Convert.ToBase64String(mirrored)];
        return looks.Min(StringComparer.Ordinal)!;
    })];

    [Fact]
    public void BySubject_AllFolds_TestEveryFaceOnceAsItIs()
    {
        int[] tested = [.. AllFolds(standIn.Faces).SelectMany(split => split.TestOriginals)];
        int[] selected = [.. AllFolds(standIn.Faces).SelectMany(split => split.ValidationOriginals)];

        tested.Order().Should().Equal(Enumerable.Range(0, standIn.Faces.Faces.Count));
        selected.Order().Should().Equal(Enumerable.Range(0, standIn.Faces.Faces.Count));
        foreach (CkPlusSplit split in AllFolds(standIn.Faces))
        {
            split.Faces.Test!.Fingerprint().Should().Be(standIn.Faces.Faces.Subset([.. split.TestOriginals]).Fingerprint());
            split.Faces.Validation.Fingerprint().Should().Be(standIn.Faces.Faces.Subset([.. split.ValidationOriginals]).Fingerprint());
            split.Faces.Training.Count.Should().Be(3 * (standIn.Faces.Faces.Count - split.Faces.Validation.Count - split.Faces.Test.Count));
        }
    }

    [Fact]
    public void BySubject_NobodyAndNoCopy_StandsInTwoParts()
    {
        foreach (CkPlusSplit split in AllFolds(standIn.Faces, Still))
        {
            FaceDataset[] parts = [split.Faces.Training, split.Faces.Validation, split.Faces.Test!];
            parts.Sum(part => SubjectsOf(part).Length).Should().Be(SubjectsOf(standIn.Faces.Faces).Length);
            parts.SelectMany(SubjectsOf).Should().OnlyHaveUniqueItems();
            IReadOnlyList<int>[] originals = [split.TrainingOriginals, split.ValidationOriginals, split.TestOriginals];
            originals.SelectMany(rows => rows.Distinct()).Should().OnlyHaveUniqueItems().And.HaveCount(standIn.Faces.Faces.Count);
            parts.SelectMany(LooksOf).Should().OnlyHaveUniqueItems("no copy looks like a face of another part, mirrored or not");
            (split.SharedSubjects, split.SharedFaces).Should().Be((0, 0));
            split.HeldOutSubjects.Should().Be(SubjectsOf(parts[1]).Length + SubjectsOf(parts[2]).Length);
        }

        CkPlusProtocol.BySubject(0).Leaks.Should().BeFalse();
    }

    [Fact]
    public void Paper_PersonsAndCopies_StandInBothParts()
    {
        CkPlusSplit split = CkPlusProtocol.Paper(enlargement: Still).Divide(standIn.Faces);

        int all = 3 * standIn.Faces.Faces.Count;
        (split.Faces.Training.Count + split.Faces.Validation.Count).Should().Be(all);
        split.Faces.Training.Count.Should().BeInRange((int)(0.78 * all), (int)(0.82 * all));
        split.Faces.Test.Should().BeNull();
        SubjectsOf(split.Faces.Validation).Should().BeSubsetOf(SubjectsOf(split.Faces.Training));
        split.SharedSubjects.Should().Be(split.HeldOutSubjects).And.Be(SubjectsOf(split.Faces.Validation).Length);
        HashSet<string> trained = LooksOf(split.Faces.Training);
        FaceDataset validation = split.Faces.Validation;
        int seen = Enumerable.Range(0, validation.Count).Count(i => trained.Overlaps(LooksOf(validation.Subset([i]))));
        seen.Should().Be(split.SharedFaces).And.BeGreaterThan((int)(0.9 * validation.Count), "with two of three chances in five");
        CkPlusProtocol.Paper().Leaks.Should().BeTrue();
    }

    [Fact]
    public void Paper_NearestFaceOfTraining_KnowsWhatItDoesNotByPersons()
    {
        double paper = NearestNeighbour(CkPlusProtocol.Paper().Divide(standIn.Faces).Faces.Training, CkPlusProtocol.Paper().Divide(standIn.Faces).Faces.Validation);
        double bySubject = AllFolds(standIn.Faces).Average(split => NearestNeighbour(split.Faces.Training, split.Faces.Test!));

        paper.Should().BeGreaterThan(0.9);
        bySubject.Should().BeLessThan(0.6, "that is how much of the paper's figure is the person");
    }

    [Fact]
    public void Divide_Description_SaysWhatWasDone()
    {
        CkPlusProtocol.Paper().Divide(standIn.Faces).Faces.Description.Should().Be(
            "enlarged to 3 times, then at random: stratified 8:2, seed 1; persons and copies of a face are in both parts");
        CkPlusProtocol.BySubject(3, Folds, seed: 2).Divide(standIn.Faces).Faces.Description.Should().Be(
            "by subject: fold 4 of 4 tests, fold 1 selects, seed 2; training faces alone enlarged to 3 times");
    }

    [Fact]
    public void Divide_SeedShareAndEnlargement_HaveTheirEffect()
    {
        string Test(CkPlusProtocol protocol) => protocol.Divide(standIn.Faces).Faces.Validation.Fingerprint();
        int Trained(CkPlusProtocol protocol) => protocol.Divide(standIn.Faces).Faces.Training.Count;

        Test(CkPlusProtocol.Paper()).Should().Be(Test(CkPlusProtocol.Paper())).And.NotBe(Test(CkPlusProtocol.Paper(seed: 2)));
        Test(CkPlusProtocol.BySubject(0, Folds)).Should().NotBe(Test(CkPlusProtocol.BySubject(0, Folds, seed: 2)));
        Trained(CkPlusProtocol.Paper(trainingShare: 0.5)).Should().BeLessThan(Trained(CkPlusProtocol.Paper()));
        Trained(CkPlusProtocol.BySubject(0, Folds, enlargement: new FaceEnlargement { Copies = 0 })).Should()
            .Be(Trained(CkPlusProtocol.BySubject(0, Folds)) / 3);
    }

    [Fact]
    public void Divide_ColourPictures_ChangeTheirSaturation()
    {
        FaceDataset Training(double saturation) => CkPlusProtocol.BySubject(0, Folds, enlargement: Still with { MaxSaturation = saturation })
            .Divide(standIn.Faces).Faces.Training;
        FaceDataset without = Training(0), with = Training(0.5);

        int[] changed = [.. Enumerable.Range(0, with.Count).Where(i => !with.PixelsOf(i).SequenceEqual(without.PixelsOf(i)))];

        changed.Should().NotBeEmpty().And.OnlyContain(i => i % 3 != 0, "originals stay");
        changed.Select(i => with.Columns.Subjects!.Value.Span[i]).Should().OnlyContain(subject => (subject - 5) % 4 == 3, "the others are gray");
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(-1, 10)]
    [InlineData(10, 10)]
    public void BySubject_NoSuchFold_IsRefused(int fold, int folds) =>
        FluentActions.Invoking(() => CkPlusProtocol.BySubject(fold, folds)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("fold* is *; expected *");

    [Fact]
    public void Divide_FewerSubjectsThanFolds_IsRefused()
    {
        FluentActions.Invoking(() => CkPlusProtocol.BySubject(0, 10).Divide(standIn.Faces)).Should().Throw<ArgumentException>()
            .WithMessage("Got faces of 8 subjects; expected at least 10, one for each fold.*");
        FluentActions.Invoking(() => CkPlusProtocol.Paper(trainingShare: 1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => CkPlusProtocol.Paper().Divide(null!)).Should().Throw<ArgumentNullException>();
    }

    /// <summary>The share of faces whose nearest training face by pixels has their label.</summary>
    private static double NearestNeighbour(FaceDataset training, FaceDataset held)
    {
        int right = 0;
        Parallel.For(0, held.Count, i =>
        {
            (long Distance, byte Label) nearest = Enumerable.Range(0, training.Count)
                .Select(t => (Distance(held.PixelsOf(i), training.PixelsOf(t)), training.LabelIndices.Span[t])).Min();
            if (nearest.Label == held.LabelIndices.Span[i])
            {
                Interlocked.Increment(ref right);
            }
        });
        return (double)right / held.Count;
    }

    private static long Distance(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        long sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }

        return sum;
    }

    /// <summary>Eight persons with four emotions each, read once.</summary>
    public sealed class StandIn
    {
        public StandIn()
        {
            using var folder = new TemporaryFolder();
            CkPlusStandIn.Write(folder.Path, CkPlusLayout.Distributed, persons: 8, sequences: 4, seed: 1);
            Faces = CkPlusReader.Read(folder.Path);
        }

        internal CkPlusFaces Faces { get; }
    }
}
