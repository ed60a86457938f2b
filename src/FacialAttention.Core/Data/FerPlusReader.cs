namespace FacialAttention;

/// <summary>
/// Reads FER2013 with the labels of FER+ (Barsoum et al., 2016, arXiv 1608.01041): the faces are in fer2013.csv, and fer2013new.csv of FER+
/// has, row by row, ten people's votes for each. The labels are <see cref="ExpressionLabels.FerPlus"/>.
/// </summary>
/// <remarks>
/// <para>
/// Row and row belong together; the image name is not read, since it is empty where nobody saw a face and its number drifts from the row.
/// Both files must have equally many rows, and each row the same Usage in both: files cut to some parts must both be cut. Where there
/// are a thousand rows, the labels of FER2013 are looked at too, since rows may be shifted within a part: in every thousand rows at least half
/// must be what most voted for (in the published files 58 to 67 in a hundred), and of 50 rows or more that an emotion wins most must have
/// that label, or columns have one another's names.
/// </para>
/// <para>
/// Both files are csv or csv.gz in the dialects of <see cref="Fer2013Reader"/>. Of the votes the columns <c>Usage</c>, <c>neutral</c>,
/// <c>happiness</c>, <c>surprise</c>, <c>sadness</c>, <c>anger</c>, <c>disgust</c>, <c>fear</c>, <c>contempt</c>, <c>unknown</c> and
/// <c>NF</c> are read, in any order and case; each row has 1 to 10 votes. A file that has the columns of both may be given as both.
/// </para>
/// <para>
/// Every part has all rows of its Usage, in the order of the file, so rows of other files for FER2013 fit; faces that do not count by the
/// <see cref="FerPlusRule"/> have the weight 0, which leaves them out of loss and counts, and as their label the emotion with most votes.
/// Of the published fer2013new.csv 28,559 Training and 3,579 PublicTest rows count by <see cref="FerPlusRule.Votes"/>, 25,060 and 3,199 by
/// <see cref="FerPlusRule.StrictMajority"/>, 28,389 and 3,553 by <see cref="FerPlusRule.Argmax"/>.
/// </para>
/// </remarks>
public static class FerPlusReader
{
    /// <summary>
    /// Reads both files in the official division: Training rows train, PublicTest rows are the validation (selection) split, PrivateTest
    /// rows are the test split, which is null when there are none. Unless told otherwise votes train, and what selects and tests is
    /// labelled by strict majority, as the field does whatever it trains on.
    /// </summary>
    /// <param name="path">The csv or csv.gz file of the faces, fer2013.csv.</param>
    /// <param name="votesPath">The csv or csv.gz file of the votes, fer2013new.csv.</param>
    /// <param name="trainingRule">How votes become labels of the training split. Default <see cref="FerPlusRule.Votes"/>.</param>
    /// <param name="scoringRule">
    /// How votes become labels of validation and test. Default <see cref="FerPlusRule.StrictMajority"/>; accuracies by another one compare
    /// with nobody's.
    /// </param>
    /// <param name="note">Called, at most once, with a sentence that names the columns of the faces' file that are not read.</param>
    /// <param name="progress">Receives the share of the bytes of the faces' file that was read, rising to 1.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ArgumentException">A path is null or empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A rule is not defined.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">A path is a folder or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is not what it should be or is damaged, their rows do not belong together, or no row of a part counts; the message says where
    /// and what was expected.
    /// </exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public static FerPlusFaces Read(
        string path,
        string votesPath,
        FerPlusRule trainingRule = FerPlusRule.Votes,
        FerPlusRule scoringRule = FerPlusRule.StrictMajority,
        Action<string>? note = null,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        Require.Defined(trainingRule, nameof(trainingRule));
        Require.Defined(scoringRule, nameof(scoringRule));
        (FaceRows rows, FerPlusVotes votes) = ReadRows(path, votesPath, note, progress, cancellationToken);
        Fer2013Reader.CheckDivision(path, rows, FaceDataRemedy.None);
        FerPlusLabelFile file = votes.FindLabelFile();
        DatasetSplit faces = rows.ToSplit("official");
        return new FerPlusFaces(
            new DatasetSplit(
                votes.Label(faces.Training, SplitPart.Training, trainingRule),
                votes.Label(faces.Validation, SplitPart.Validation, scoringRule),
                faces.Test is null ? null : votes.Label(faces.Test, SplitPart.Test, scoringRule),
                $"official, FER+ labels of {NameOf(file)}: training by {trainingRule}, validation and test by {scoringRule}"),
            file);
    }

    /// <summary>
    /// Reads the faces of one part, or all, in the order of the file, to measure a network on them: by strict majority unless told
    /// otherwise. The files need no other part.
    /// </summary>
    /// <param name="path">The csv or csv.gz file of the faces, fer2013.csv.</param>
    /// <param name="votesPath">The csv or csv.gz file of the votes, fer2013new.csv.</param>
    /// <param name="part">
    /// Training rows, PublicTest rows (<see cref="SplitPart.Validation"/>) or PrivateTest rows (<see cref="SplitPart.Test"/>); null for all.
    /// </param>
    /// <param name="rule">How votes become labels. Default <see cref="FerPlusRule.StrictMajority"/>.</param>
    /// <param name="note">Called, at most once, with a sentence that names the columns of the faces' file that are not read.</param>
    /// <param name="progress">Receives the share of the bytes of the faces' file that was read, rising to 1.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The faces, and which of the published label files the votes are those of.</returns>
    /// <exception cref="ArgumentException">A path is null or empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The part or the rule is not defined.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">A path is a folder or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is not what it should be or is damaged, their rows do not belong together, or no such row counts; the message says where and
    /// what was expected.
    /// </exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public static (FaceDataset Faces, FerPlusLabelFile LabelFile) ReadPart(
        string path,
        string votesPath,
        SplitPart? part,
        FerPlusRule rule = FerPlusRule.StrictMajority,
        Action<string>? note = null,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        if (part is { } value)
        {
            Require.Defined(value, nameof(part));
        }

        Require.Defined(rule, nameof(rule));
        (FaceRows rows, FerPlusVotes votes) = ReadRows(path, votesPath, note, progress, cancellationToken);
        FaceDataset faces = part is { } wanted
            ? rows.ToDataset(wanted) ?? throw Fer2013Reader.NoneOf(path, rows, wanted, FaceDataRemedy.ReadAll)
            : rows.ToDataset();
        return (votes.Label(faces, part, rule), votes.FindLabelFile());
    }

    private static (FaceRows Rows, FerPlusVotes Votes) ReadRows(
        string path, string votesPath, Action<string>? note, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(votesPath);
        FerPlusVotes votes = FerPlusParser.Read(votesPath, cancellationToken);
        FaceRows rows = Fer2013Parser.Read(path, labels: null, UsageColumn.ForVotes, note, progress, cancellationToken);
        votes.CheckRows(path, rows);
        return (rows, votes);
    }

    private static string NameOf(FerPlusLabelFile file) => file switch
    {
        FerPlusLabelFile.Fer2013New => "fer2013new.csv",
        FerPlusLabelFile.LabelCsv => "label.csv",
        _ => "an unknown file",
    };
}
