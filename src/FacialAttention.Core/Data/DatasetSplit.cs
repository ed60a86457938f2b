namespace FacialAttention;

/// <summary>The parts that a dataset is divided into: one trains, one selects the model, one is for the final report.</summary>
public sealed class DatasetSplit
{
    private const long FoldsPurpose = 0xF01D;

    /// <summary>Puts datasets together that were divided elsewhere.</summary>
    /// <param name="training">The faces that train.</param>
    /// <param name="validation">The faces that choose among models and training steps.</param>
    /// <param name="test">The faces for the final report, or null when there are none.</param>
    /// <param name="description">How it was divided, for reports, for example "official".</param>
    /// <exception cref="ArgumentNullException">An argument other than <paramref name="test"/> is null.</exception>
    /// <exception cref="ArgumentException">The parts differ in image size or labels, or the description is empty.</exception>
    public DatasetSplit(FaceDataset training, FaceDataset validation, FaceDataset? test, string description)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(validation);
        ArgumentException.ThrowIfNullOrWhiteSpace(description);
        CheckSameKind(training, validation, nameof(validation));
        CheckSameKind(training, test, nameof(test));
        Training = training;
        Validation = validation;
        Test = test;
        Description = description;
    }

    /// <summary>The faces that train.</summary>
    public FaceDataset Training { get; }

    /// <summary>The faces that choose among models and training steps. An accuracy on them is flattered by that choice.</summary>
    public FaceDataset Validation { get; }

    /// <summary>The faces for the final report, which neither train nor choose; null when there are none.</summary>
    public FaceDataset? Test { get; }

    /// <summary>How it was divided, for example "official" or "stratified 8:2, seed 1".</summary>
    public string Description { get; }

    /// <summary>
    /// Divides a dataset at random into training and validation, each label on its own, so both parts have the labels in the same
    /// proportions. Every face goes into exactly one part, in its former order. Equal arguments give the same parts on every machine.
    /// </summary>
    /// <param name="all">The faces to divide, at least two of one label.</param>
    /// <param name="trainingShare">
    /// The share of each label that trains, above 0 and below 1. It is rounded to whole faces; a label with two faces or more has
    /// at least one in each part, a single face trains. Default 0.8.
    /// </param>
    /// <param name="seed">Any number; another seed gives another division. Default 1.</param>
    /// <param name="test">Faces for the final report, passed on as they are; null for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    /// <exception cref="ArgumentException">No label has two faces, or the test faces differ in image size or labels.</exception>
    public static DatasetSplit Stratified(FaceDataset all, double trainingShare = 0.8, long seed = 1, FaceDataset? test = null)
    {
        ArgumentNullException.ThrowIfNull(all);
        CheckTrainingShare(trainingShare);
        bool[] trains = ChooseTraining(all.LabelIndices.Span, trainingShare, seed);
        if (!trains.Contains(false))
        {
            throw new ArgumentException(
                FormattableString.Invariant($"No label has two of the {all.Count} faces; expected at least one such label to divide."),
                nameof(all));
        }

        int[] training = [.. Enumerable.Range(0, all.Count).Where(i => trains[i])];
        int[] validation = [.. Enumerable.Range(0, all.Count).Where(i => !trains[i])];
        return new DatasetSplit(all.Subset(training), all.Subset(validation), test, Describe(trainingShare, seed));
    }

    /// <summary>
    /// Divides a dataset by persons for cross-validation: the persons go into folds of about equally many faces, one fold validates and
    /// the others train, so nobody stands in both. Every face is in one part, in its former order, and validates in just one fold. Equal
    /// arguments give the same parts on every machine.
    /// </summary>
    /// <param name="all">The faces to divide; its <see cref="FaceColumns.Subjects"/> say whom each shows.</param>
    /// <param name="folds">The number of folds, at least 2 and at most the number of persons.</param>
    /// <param name="fold">The fold that validates, 0 to <paramref name="folds"/> - 1.</param>
    /// <param name="seed">Any number; another seed gives other folds. Default 1.</param>
    /// <param name="test">Faces for the final report, passed on as they are; null for none.</param>
    /// <exception cref="ArgumentNullException"><paramref name="all"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are more folds than persons or fewer than 2, or no such fold.</exception>
    /// <exception cref="ArgumentException">The faces have no subjects, or the test faces differ in image size or labels.</exception>
    public static DatasetSplit BySubject(FaceDataset all, int folds, int fold, long seed = 1, FaceDataset? test = null)
    {
        ArgumentNullException.ThrowIfNull(all);
        if (all.Columns.Subjects is not { } column)
        {
            throw new ArgumentException("The faces have no subjects; expected the column, to divide by it.", nameof(all));
        }

        int[] subjects = column.ToArray();
        Dictionary<int, int> foldOf = ChooseFolds(subjects, folds, seed);
        if ((uint)fold >= (uint)folds)
        {
            throw new ArgumentOutOfRangeException(
                nameof(fold), fold, FormattableString.Invariant($"The fold is {fold}; expected 0 to {folds - 1}."));
        }

        int[] training = [.. Enumerable.Range(0, all.Count).Where(i => foldOf[subjects[i]] != fold)];
        int[] validation = [.. Enumerable.Range(0, all.Count).Where(i => foldOf[subjects[i]] == fold)];
        return new DatasetSplit(
            all.Subset(training),
            all.Subset(validation),
            test,
            FormattableString.Invariant($"by subject, fold {fold + 1} of {folds}, seed {seed}"));
    }

    /// <summary>The fold of each subject: in random order, those with most faces first, each into the fold with fewest faces so far.</summary>
    private static Dictionary<int, int> ChooseFolds(int[] subjects, int folds, long seed)
    {
        (int Subject, int Count)[] groups = [.. subjects.CountBy(subject => subject).OrderBy(g => g.Key).Select(g => (g.Key, g.Value))];
        if (folds < 2 || folds > groups.Length)
        {
            throw new ArgumentOutOfRangeException(
                nameof(folds),
                folds,
                FormattableString.Invariant($"Got {folds} folds of {groups.Length} subjects; expected at least 2, and a subject for each."));
        }

        new SeededRandom(FoldsPurpose, seed).Shuffle(groups.AsSpan());
        var foldOf = new Dictionary<int, int>(groups.Length);
        var sizes = new long[folds];
        foreach ((int subject, int count) in groups.OrderByDescending(group => group.Count)) // stable
        {
            int smallest = Array.IndexOf(sizes, sizes.Min());
            foldOf.Add(subject, smallest);
            sizes[smallest] += count;
        }

        return foldOf;
    }

    internal static void CheckTrainingShare(double trainingShare)
    {
        if (!(trainingShare is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(trainingShare),
                trainingShare,
                FormattableString.Invariant($"The training share is {trainingShare}; expected a number above 0 and below 1."));
        }
    }

    /// <summary>For each row whether it trains; the rule of <see cref="Stratified"/>.</summary>
    internal static bool[] ChooseTraining(ReadOnlySpan<byte> labels, double trainingShare, long seed)
    {
        var rowsByLabel = new SortedDictionary<byte, List<int>>();
        for (int row = 0; row < labels.Length; row++)
        {
            if (!rowsByLabel.TryGetValue(labels[row], out List<int>? rows))
            {
                rowsByLabel.Add(labels[row], rows = []);
            }

            rows.Add(row);
        }

        var trains = new bool[labels.Length];
        foreach ((byte label, List<int> rows) in rowsByLabel)
        {
            int[] shuffled = [.. rows];
            new SeededRandom(seed, label).Shuffle(shuffled.AsSpan());
            int count = (int)Math.Round(shuffled.Length * trainingShare, MidpointRounding.AwayFromZero);
            count = shuffled.Length == 1 ? 1 : Math.Clamp(count, 1, shuffled.Length - 1);
            foreach (int row in shuffled.AsSpan(0, count))
            {
                trains[row] = true;
            }
        }

        return trains;
    }

    /// <summary>"stratified 8:2, seed 1"; for shares that are not whole tenths "stratified, training share 0.75, seed 1".</summary>
    internal static string Describe(double trainingShare, long seed)
    {
        double tenths = Math.Round(trainingShare * 10);
        return tenths / 10 == trainingShare
            ? FormattableString.Invariant($"stratified {tenths}:{10 - tenths}, seed {seed}")
            : FormattableString.Invariant($"stratified, training share {trainingShare}, seed {seed}");
    }

    private static void CheckSameKind(FaceDataset training, FaceDataset? other, string parameter)
    {
        if (other?.FindDifference(training) is { } difference)
        {
            throw new ArgumentException($"In {parameter} {difference} as in training.", parameter);
        }
    }
}
