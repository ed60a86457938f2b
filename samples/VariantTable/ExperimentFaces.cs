using FacialAttention;
using Samples;

namespace VariantTable;

/// <summary>Where the faces of an experiment come from.</summary>
/// <param name="Path">A FER2013 csv or csv.gz; null for drawn faces.</param>
/// <param name="IsStratified">Whether a csv is divided 8:2 at random instead of by its own parts.</param>
internal sealed record ExperimentFaces(string? Path, bool IsStratified)
{
    /// <summary>The word of <c>--data</c> for drawn faces.</summary>
    public const string SyntheticWord = "synthetic";

    // Fewer than the table alone draws: wide LSTMs look at each of them several times.
    private const int TrainingPersons = 120;

    public string Name => Path is null ? DataNames.Drawn : DataNames.Fer2013;

    /// <summary>As the command line names the division; what is drawn has one.</summary>
    public string Division => Path is null ? "as drawn" : IsStratified ? "8:2" : "official";

    public DatasetSplit Read(CancellationToken cancellationToken)
    {
        if (Path is not { } path)
        {
            return DrawnFaces.Read(TrainingPersons);
        }

        DatasetSplit faces = DataNotes.Read(() => IsStratified
            ? Fer2013Reader.ReadStratified(path, note: Console.WriteLine, cancellationToken: cancellationToken)
            : Fer2013Reader.Read(path, note: Console.WriteLine, cancellationToken: cancellationToken));
        DataNotes.NoteMissingClasses(faces.Training);
        return faces;
    }
}
