namespace FacialAttention;

/// <summary>
/// Reads FER2013 (Goodfellow et al., 2013; 48 x 48 gray faces with seven expressions) from the csv of its Kaggle competition: columns
/// <c>emotion</c>, <c>pixels</c> and <c>Usage</c> in any order, as in fer2013.csv and icml_face_data.csv, plain or gzip-compressed; and
/// files of that format with other labels, such as ckextended.csv.
/// </summary>
/// <remarks>
/// The separator is a comma, a semicolon or a tab; the header tells. Upper and lower case do not matter in column names and in Usage.
/// Other columns are not read. <c>Usage</c> is needed only to find parts: <see cref="ReadStratified"/>, and <see cref="ReadPart"/> with
/// null, read files without it. A label may be written 3 or 3.0. Spaces around column names and values, double quotes around values,
/// either line end, a UTF-8 byte order mark and blank lines are accepted; anything else that is not as expected is an error that names
/// the file, the row and the column.
/// The datasets of one call share one array, so memory peaks at little more than the pixels. A compressed file that unpacks to more than
/// 100 times its size and more than 64 MB is refused, so a small file cannot fill the memory.
/// </remarks>
public static class Fer2013Reader
{
    /// <summary>
    /// Reads the file in its official division: Training rows train, PublicTest rows are the validation (selection) split, PrivateTest
    /// rows are the test split, which is null when the file has none.
    /// </summary>
    /// <param name="path">The csv or csv.gz file; which of them it is shows in its content, not in its name.</param>
    /// <param name="labels">The names behind the emotions 0, 1, ... of the file; null for those of FER2013.</param>
    /// <param name="note">Called, at most once, with a sentence that names the columns that are not read.</param>
    /// <param name="progress">Receives the share of the file's bytes that was read, rising to 1.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The content is not FER2013, is damaged, or has no Training or no PublicTest rows; the message says where and what was expected.
    /// </exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public static DatasetSplit Read(
        string path,
        ExpressionLabels? labels = null,
        Action<string>? note = null,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FaceRows rows = Fer2013Parser.Read(path, labels, UsageColumn.ForDivision, note, progress, cancellationToken);
        CheckDivision(path, rows, rows.Parts.ContainsAnyExcept(SplitPart.Test) ? FaceDataRemedy.Divide : FaceDataRemedy.None);
        return rows.ToSplit("official");
    }

    /// <summary>
    /// Reads the file and divides its Training and PublicTest rows anew, at random and each label on its own, as
    /// <see cref="DatasetSplit.Stratified"/> does. PrivateTest rows stay the test split: they never train or select.
    /// </summary>
    /// <param name="path">The csv or csv.gz file; which of them it is shows in its content, not in its name.</param>
    /// <param name="trainingShare">The share of each label that trains, above 0 and below 1. Default 0.8.</param>
    /// <param name="seed">Any number; another seed gives another division. Default 1.</param>
    /// <param name="labels">The names behind the emotions 0, 1, ... of the file; null for those of FER2013.</param>
    /// <param name="note">Called, at most once, with a sentence that names the columns that are not read.</param>
    /// <param name="progress">Receives the share of the file's bytes that was read, rising to 1.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The content is not FER2013, is damaged, or has too few Training and PublicTest rows; the message says where and what was expected.
    /// </exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public static DatasetSplit ReadStratified(
        string path,
        double trainingShare = 0.8,
        long seed = 1,
        ExpressionLabels? labels = null,
        Action<string>? note = null,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        DatasetSplit.CheckTrainingShare(trainingShare);
        FaceRows rows = Fer2013Parser.Read(path, labels, UsageColumn.ForTest, note, progress, cancellationToken);
        if (!rows.DivideAgain(trainingShare, seed))
        {
            throw FaceDataFault.Exception(
                FormattableString.Invariant($"{Excerpt.Name(path)}: of the {rows.Count} rows no two with the Usage Training or PublicTest share an ")
                + "emotion; expected at least one such pair to divide.");
        }

        return rows.ToSplit(DatasetSplit.Describe(trainingShare, seed));
    }

    /// <summary>
    /// Reads the rows of one part, or all rows, in the order of the file, to measure a network on them. The file needs no other part.
    /// </summary>
    /// <param name="path">The csv or csv.gz file; which of them it is shows in its content, not in its name.</param>
    /// <param name="part">
    /// Training rows, PublicTest rows (<see cref="SplitPart.Validation"/>) or PrivateTest rows (<see cref="SplitPart.Test"/>); null for all.
    /// </param>
    /// <param name="labels">The names behind the emotions 0, 1, ... of the file; null for those of FER2013.</param>
    /// <param name="note">Called, at most once, with a sentence that names the columns that are not read.</param>
    /// <param name="progress">Receives the share of the file's bytes that was read, rising to 1.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part is not defined.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The content is not FER2013, is damaged, or has no such row; the message says where and what was expected.
    /// </exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public static FaceDataset ReadPart(
        string path,
        SplitPart? part,
        ExpressionLabels? labels = null,
        Action<string>? note = null,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (part is { } value && !Enum.IsDefined(value))
        {
            throw new ArgumentOutOfRangeException(nameof(part), value, $"The part {value} is not defined; expected a {nameof(SplitPart)}.");
        }

        UsageColumn usage = part is null ? UsageColumn.Ignored : UsageColumn.ForPart;
        FaceRows rows = Fer2013Parser.Read(path, labels, usage, note, progress, cancellationToken);
        return part is { } wanted ? rows.ToDataset(wanted) ?? throw NoneOf(path, rows, wanted, FaceDataRemedy.ReadAll) : rows.ToDataset();
    }

    /// <summary>Checks that there are rows to train and to validate.</summary>
    /// <exception cref="InvalidDataException">There are none.</exception>
    internal static void CheckDivision(string path, FaceRows rows, FaceDataRemedy remedy)
    {
        foreach (SplitPart part in new[] { SplitPart.Training, SplitPart.Validation })
        {
            if (!rows.Parts.Contains(part))
            {
                throw NoneOf(path, rows, part, remedy);
            }
        }
    }

    /// <summary>That no row has the Usage of a part.</summary>
    internal static InvalidDataException NoneOf(string path, FaceRows rows, SplitPart part, FaceDataRemedy remedy) => FaceDataFault.Exception(
        FormattableString.Invariant(
            $"{Excerpt.Name(path)}: none of the {rows.Count} rows has the Usage {Fer2013Parser.UsageOf(part)}; expected at least one."),
        remedy);
}
