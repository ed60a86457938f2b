using Samples;
using VariantTable;

namespace FacialAttention.Tests.Samples;

/// <summary>Made-up results of folds of persons.</summary>
public sealed class CrossValidationTests
{
    private const int Folds = 3;

    private readonly List<string> _notes = [];

    [Fact]
    public void Join_AllFolds_CountsEachTestFaceOnce()
    {
        Outcome whole = CrossValidation.Join([Fold(1, right: 4, of: 4), Fold(2, right: 1, of: 2), Fold(3, right: 0, of: 2)], _notes).Should().ContainSingle().Subject;

        whole.Accuracy.Should().Be(5.0 / 8, "a face has the same weight in whatever fold it tests");
        whole.Faces.Should().Be(8);
        whole.Confusion.Should().BeEquivalentTo(new long[][] { [5, 3], [0, 0] }, options => options.WithStrictOrdering());
        whole.Curves!.Training.Should().Equal(new TrainingPoint(100, 2, 0.5));
        whole.Job.Fold.Should().BeNull();
        whole.Folds.Should().Be(Folds);
        _notes.Should().BeEmpty();
    }

    [Fact]
    public void Join_FoldsInTwoOrders_IsTheSame()
    {
        Outcome[] folds = [Fold(1, 3, 7), Fold(2, 2, 3), Fold(3, 1, 9)];

        Outcome one = CrossValidation.Join(folds, _notes).Single(), other = CrossValidation.Join([.. folds.Reverse()], _notes).Single();

        other.Should().BeEquivalentTo(one);
    }

    [Fact]
    public void Join_FoldThatIsMissing_LeavesTheSeedOutAndSaysSo()
    {
        Outcome[] outcomes = [Fold(1, 1, 2), Fold(2, 1, 2), Fold(3, 1, 2), Fold(1, 1, 2, seed: 2), Fold(3, 1, 2, seed: 2)];

        CrossValidation.Join(outcomes, _notes).Select(outcome => outcome.Job.Seed).Should().Equal(1);

        _notes.Should().Equal("cnn-5000-seed2 is left out: 2 of its 3 folds have ended");
    }

    [Fact]
    public void Join_FoldOfOtherFaces_IsRefused()
    {
        Action join = () => CrossValidation.Join([Fold(1, 1, 2), Fold(2, 1, 2), Fold(2, 1, 3) with { Source = "elsewhere" }], _notes);

        join.Should().Throw<InvalidDataException>()
            .WithMessage("'made up' and 'elsewhere' are fold 2/3 of different faces; expected results of one data set.");
    }

    [Fact]
    public void Join_ResultsWithoutFolds_StayAsTheyAre()
    {
        Outcome[] outcomes = [ClaimsTests.Made("CNN", 1, 0.5, 0, 0, 5000), ClaimsTests.Made("CNN", 2, 0.6, 0, 0, 5000)];

        CrossValidation.Join(outcomes, _notes).Should().Equal(outcomes);
    }

    private static Outcome Fold(int number, int right, int of, int seed = 1)
    {
        Outcome made = ClaimsTests.Made("CNN", seed, 0.5, 0, 0, 5000);
        return made with
        {
            Job = made.Job with { Fold = new FoldChoice(number, Folds) },
            Data = new FacesInfo("CK+", $"fold {number}", ["Angry", "Happy"], [10, 10], [of, 0], of, [of, 0], $"{number}"),
            TestAccuracy = (double)right / of,
            Confusion = [[right, of - right], [0, 0]],
            Curves = new JobCurves([new TrainingPoint(100, number, 0.25 * number), .. number == 1 ? [new TrainingPoint(200, 1, 0)] : Array.Empty<TrainingPoint>()], []),
        };
    }
}
