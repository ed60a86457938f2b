using System.CommandLine;
using System.Globalization;
using FacialAttention;

namespace Samples;

/// <summary>CK+ as the data of a run: the option that chooses the protocol, and what is noted of the faces.</summary>
internal static class CkPlusData
{
    /// <summary>The folds by subject where nothing else is said.</summary>
    public const int Folds = 10;

    public const string ByPaper = "paper";
    public const string BySubject = "subject";

    public static Option<string?> Protocol() => new("--protocol")
    {
        Description = "Read --data as CK+, as handed out or as CK+48. subject: nobody in two parts, one fold of the persons tests, the next selects, "
            + "the others train and are enlarged three times. paper: enlarged three times, then divided 8:2 at random, so that persons and copies of "
            + "a face are in both parts.",
        HelpName = $"{ByPaper}|{BySubject}",
        CustomParser = result => CommonOptions.ParseWord(result, "--protocol", ByPaper, BySubject),
    };

    /// <summary>What a run says of its data.</summary>
    public static string NameOf(string path) => CkPlusStandIn.IsIn(path) ? DataNames.CkPlusStandIn : DataNames.CkPlus;

    /// <summary>The protocol that the options say.</summary>
    /// <param name="word">What <see cref="Protocol"/> has; null for none.</param>
    /// <param name="fold">The fold that tests; null for the first of <see cref="Folds"/>.</param>
    public static CkPlusProtocol? ProtocolOf(string? word, FoldChoice? fold)
    {
        switch (word)
        {
            case ByPaper when fold is not null:
                throw new ArgumentException("--fold was given with --protocol paper; expected it with --protocol subject, which has folds.");
            case ByPaper:
                return CkPlusProtocol.Paper();
            case BySubject:
                (int number, int count) = fold ?? new FoldChoice(1, Folds);
                return count >= 3
                    ? CkPlusProtocol.BySubject(number - 1, count)
                    : throw new ArgumentException($"--fold is {number}/{count} with --protocol subject; expected at least 3 folds: one tests, one selects.");
            default:
                return null;
        }
    }

    /// <summary>Reads CK+, whole pictures cut out by their landmarks, to the given size.</summary>
    public static CkPlusFaces Read(string path, ImageSize size, TextWriter notes, CancellationToken cancellationToken)
    {
        CkPlusFaces faces = CkPlusReader.Read(
            path, new CkPlusOptions { Preprocessor = new FacePreprocessor(size) }, cancellationToken: cancellationToken);
        int subjects = faces.Faces.Columns.Subjects!.Value.ToArray().Distinct().Count();
        notes.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{NameOf(path)} {(faces.Layout == CkPlusLayout.Cropped ? "in class folders" : "as handed out")}: {faces.Faces.Count} faces of {subjects} subjects in "
            + $"{faces.Sequences} labelled sequences; {faces.UnlabelledSequences} sequences without a label; {faces.ColourFaces} faces in colour"));
        return faces;
    }

    /// <summary>Reads CK+ and divides it.</summary>
    public static DatasetSplit ReadSplit(
        string path, CkPlusProtocol protocol, ImageSize size, TextWriter notes, CancellationToken cancellationToken)
    {
        CkPlusSplit split = protocol.Divide(Read(path, size, notes, cancellationToken));
        DatasetSplit faces = split.Faces;
        int heldOut = faces.Validation.Count + (faces.Test?.Count ?? 0);
        notes.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Of {split.HeldOutSubjects} persons held out {split.SharedSubjects} also train; of {heldOut} faces held out {split.SharedFaces} have a copy that trains"
            + $"{(protocol.Leaks ? ". Accuracies say nothing of other people" : "")}"));

        // The networks here learn from labels alone, and nothing else asks for the persons.
        return new DatasetSplit(Bare(faces.Training), Bare(faces.Validation), faces.Test is null ? null : Bare(faces.Test), faces.Description);
    }

    private static FaceDataset Bare(FaceDataset faces) => faces.WithColumns(FaceColumns.None);
}
