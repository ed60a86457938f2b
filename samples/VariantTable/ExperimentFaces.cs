using FacialAttention;
using Samples;

namespace VariantTable;

/// <summary>Where the faces of an experiment come from.</summary>
/// <param name="Path">A FER2013 csv or csv.gz, or a folder of CK+; null for drawn faces.</param>
/// <param name="IsStratified">Whether a csv is divided 8:2 at random instead of by its own parts.</param>
/// <param name="Protocol">How CK+ is divided, which the path then is; null for other faces.</param>
/// <param name="Folds">The folds of persons of CK+; null where it is not divided by them.</param>
internal sealed record ExperimentFaces(string? Path, bool IsStratified, string? Protocol, int? Folds)
{
    /// <summary>The word of <c>--data</c> for drawn faces.</summary>
    public const string SyntheticWord = "synthetic";

    // Fewer than the table alone draws: wide LSTMs look at each of them several times.
    private const int TrainingPersons = 120;

    private static readonly ImageSize CkPlusSize = new(Height: 48, Width: 48);

    public string Name => Path is null ? DataNames.Drawn : Protocol is null ? DataNames.Fer2013 : CkPlusData.NameOf(Path);

    /// <summary>As the command line names the division; what is drawn has one.</summary>
    public string Division => Path is null ? "as drawn"
        : Protocol is null ? (IsStratified ? "8:2" : "official")
        : Folds is null ? Protocol : FormattableString.Invariant($"{Protocol}, {Folds} folds");

    /// <summary>The folds, each of which tests in jobs of its own; or null alone.</summary>
    public IEnumerable<FoldChoice?> FoldChoices =>
        Folds is { } count ? Enumerable.Range(1, count).Select<int, FoldChoice?>(number => new FoldChoice(number, count)) : [null];

    /// <param name="fold">One of <see cref="FoldChoices"/>.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public DatasetSplit Read(FoldChoice? fold, CancellationToken cancellationToken)
    {
        if (Path is not { } path)
        {
            return DrawnFaces.Read(TrainingPersons);
        }

        DatasetSplit faces = DataNotes.Read(() => CkPlusData.ProtocolOf(Protocol, fold) is { } protocol
            ? CkPlusData.ReadSplit(path, protocol, CkPlusSize, Console.Out, cancellationToken)
            : IsStratified
            ? Fer2013Reader.ReadStratified(path, note: Console.WriteLine, cancellationToken: cancellationToken)
            : Fer2013Reader.Read(path, note: Console.WriteLine, cancellationToken: cancellationToken));
        DataNotes.NoteMissingClasses(faces.Training);
        return faces;
    }
}
