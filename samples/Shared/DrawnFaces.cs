using FacialAttention;

namespace Samples;

/// <summary>The embedded default data: no person stands in two splits.</summary>
internal static class DrawnFaces
{
    // 400 persons train, 60 others select, 60 others test, each with all seven expressions.
    private const int TrainingPersons = 400;
    private const int HeldOutPersons = 60;

    /// <param name="trainingPersons">At most 400, so that those of the other parts are others.</param>
    public static DatasetSplit Read(int trainingPersons = TrainingPersons) => new(
        Draw(trainingPersons, firstPerson: 0),
        Draw(HeldOutPersons, firstPerson: TrainingPersons),
        Draw(HeldOutPersons, firstPerson: TrainingPersons + HeldOutPersons),
        "synthetic, no person in two splits");

    // Landmarks and subjects go: the networks here learn from labels alone, and would carry them along.
    private static FaceDataset Draw(int persons, int firstPerson) =>
        SyntheticFaces.Generate(persons * ExpressionLabels.Fer2013.Count, seed: 1, firstPerson).WithColumns(FaceColumns.None);
}
