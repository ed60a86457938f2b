namespace FacialAttention;

/// <summary>The faces of CK+ divided by a <see cref="CkPlusProtocol"/>, and how much the held-out ones know of those that train.</summary>
public sealed class CkPlusSplit
{
    internal CkPlusSplit(DatasetSplit faces, int[] trainingOriginals, int[] validationOriginals, int[] testOriginals)
    {
        Faces = faces;
        TrainingOriginals = trainingOriginals;
        ValidationOriginals = validationOriginals;
        TestOriginals = testOriginals;
    }

    /// <summary>The parts.</summary>
    public DatasetSplit Faces { get; }

    /// <summary>The number of persons of the held-out parts (validation and test).</summary>
    public int HeldOutSubjects => Subjects(HeldOut).Count();

    /// <summary>How many of them also train; 0 by <see cref="CkPlusProtocol.BySubject"/>.</summary>
    public int SharedSubjects => Subjects(HeldOut).Intersect(Subjects([Faces.Training])).Count();

    /// <summary>How many of the held-out faces are, or were made of, a face of CK+ of which another copy trains; 0 by <see cref="CkPlusProtocol.BySubject"/>.</summary>
    public int SharedFaces
    {
        get
        {
            HashSet<int> trained = [.. TrainingOriginals];
            return ValidationOriginals.Concat(TestOriginals).Count(trained.Contains);
        }
    }

    /// <summary>For each training face the row that it was made of, among <see cref="CkPlusFaces.Faces"/>; of the other parts likewise.</summary>
    internal IReadOnlyList<int> TrainingOriginals { get; }

    internal IReadOnlyList<int> ValidationOriginals { get; }

    internal IReadOnlyList<int> TestOriginals { get; }

    private FaceDataset[] HeldOut => Faces.Test is null ? [Faces.Validation] : [Faces.Validation, Faces.Test];

    private static IEnumerable<int> Subjects(FaceDataset[] parts) =>
        parts.SelectMany(part => part.Columns.Subjects!.Value.ToArray()).Distinct();
}
