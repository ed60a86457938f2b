namespace FacialAttention;

/// <summary>How CK+ is divided and enlarged for an experiment: <see cref="Paper"/> or <see cref="BySubject"/>.</summary>
/// <remarks>Equal arguments give the same parts on every machine. Instances are immutable.</remarks>
public sealed class CkPlusProtocol
{
    private readonly double _trainingShare;
    private readonly int _folds;
    private readonly int _fold;
    private readonly long _seed;
    private readonly FaceEnlargement _enlargement;

    private CkPlusProtocol(bool leaks, double trainingShare, int folds, int fold, long seed, FaceEnlargement? enlargement)
    {
        Leaks = leaks;
        _trainingShare = trainingShare;
        _folds = folds;
        _fold = fold;
        _seed = seed;
        _enlargement = enlargement ?? new FaceEnlargement();
    }

    /// <summary>
    /// Whether held-out faces are of people who also train, and copies of faces that train: then an accuracy says how well a network knows these
    /// people again, and nothing of other people.
    /// </summary>
    public bool Leaks { get; }

    /// <summary>
    /// The protocol of Ming, Hu and Liu (2022, sections 4.1.2 and 4.2) as described: all faces are enlarged first, then divided at
    /// random. It leaks: of almost every held-out face the original, a copy or a neighbouring frame trains. To compare with figures of
    /// that kind, and for nothing else.
    /// </summary>
    /// <param name="trainingShare">
    /// The share of each label that trains, above 0 and below 1; default 0.8, the paper's "8 : 2". The rest validates, and there is no test part: the
    /// paper speaks of "training set, validation set, and test set according to the ratio of 8 : 2", which is two parts.
    /// </param>
    /// <param name="seed">Any number; another seed gives another division. Default 1.</param>
    /// <param name="enlargement">How the faces are enlarged; null for the default, to three times.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    public static CkPlusProtocol Paper(double trainingShare = 0.8, long seed = 1, FaceEnlargement? enlargement = null)
    {
        DatasetSplit.CheckTrainingShare(trainingShare);
        return new CkPlusProtocol(leaks: true, trainingShare, folds: 0, fold: 0, seed, enlargement);
    }

    /// <summary>
    /// Cross-validation by persons: the persons go into folds, with emotions spread evenly (<see cref="FaceFolds.Assign"/>). One fold
    /// tests, the next one selects, and the others train and are enlarged, they alone. Nobody stands in two parts, and no copy
    /// outside of training. The result is the mean over all folds.
    /// </summary>
    /// <param name="fold">The fold that tests, 0 to <paramref name="folds"/> - 1; the one after it, or the first after the last, selects.</param>
    /// <param name="folds">The number of folds, at least 3; default 10, as is the field's custom.</param>
    /// <param name="seed">Any number; another seed gives other folds. Default 1.</param>
    /// <param name="enlargement">How the training faces are enlarged; null for the default, to three times.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 3 folds, or no such fold.</exception>
    public static CkPlusProtocol BySubject(int fold, int folds = 10, long seed = 1, FaceEnlargement? enlargement = null)
    {
        Require.InRange(folds, 3, int.MaxValue, nameof(folds));
        Require.InRange(fold, 0, folds - 1, nameof(fold));
        return new CkPlusProtocol(leaks: false, trainingShare: 0, folds, fold, seed, enlargement);
    }

    /// <summary>Divides the faces of CK+.</summary>
    /// <param name="faces">What <see cref="CkPlusReader"/> read.</param>
    /// <exception cref="ArgumentNullException"><paramref name="faces"/> is null.</exception>
    /// <exception cref="ArgumentException">There are fewer subjects than folds, or not two faces of a label.</exception>
    public CkPlusSplit Divide(CkPlusFaces faces)
    {
        ArgumentNullException.ThrowIfNull(faces);
        return Leaks ? DivideAtRandom(faces) : DivideBySubject(faces);
    }

    private CkPlusSplit DivideAtRandom(CkPlusFaces faces)
    {
        (FaceDataset all, int[] originals) = _enlargement.Enlarge(faces.Faces, faces.Brightest);
        bool[] trains = DatasetSplit.ChooseTraining(all.LabelIndices.Span, _trainingShare, _seed);
        int[] training = RowsWhere(row => trains[row]), validation = RowsWhere(row => !trains[row]);
        if (validation.Length == 0)
        {
            throw new ArgumentException($"No label has two of the {all.Count} faces; expected at least one such label to divide.", nameof(faces));
        }

        var split = new DatasetSplit(
            all.Subset(training),
            all.Subset(validation),
            test: null,
            $"{Enlarged}, then at random: {DatasetSplit.Describe(_trainingShare, _seed)}; persons and copies of a face are in both parts");
        return new CkPlusSplit(split, Pick(training), Pick(validation), testOriginals: []);

        int[] RowsWhere(Func<int, bool> isWanted) => [.. Enumerable.Range(0, all.Count).Where(isWanted)];

        int[] Pick(int[] rows) => [.. rows.Select(row => originals[row])];
    }

    private CkPlusSplit DivideBySubject(CkPlusFaces faces)
    {
        int subjects = faces.Faces.Columns.Subjects!.Value.ToArray().Distinct().Count();
        if (_folds > subjects)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Got faces of {subjects} subjects; expected at least {_folds}, one for each fold."), nameof(faces));
        }

        int[] foldOf = FaceFolds.Assign(faces.Faces, _folds, _seed);
        int selecting = (_fold + 1) % _folds;
        int[] training = RowsWhere(fold => fold != _fold && fold != selecting);
        int[] validation = RowsWhere(fold => fold == selecting), test = RowsWhere(fold => fold == _fold);
        (FaceDataset enlarged, int[] originals) = _enlargement.Enlarge(faces.Faces.Subset(training), Pick(faces.Brightest, training, faces.Faces.Size.Pixels));
        var split = new DatasetSplit(
            enlarged,
            faces.Faces.Subset(validation),
            faces.Faces.Subset(test),
            FormattableString.Invariant(
                $"by subject: fold {_fold + 1} of {_folds} tests, fold {selecting + 1} selects, seed {_seed}; training faces alone {Enlarged}"));
        return new CkPlusSplit(split, [.. originals.Select(row => training[row])], validation, test);

        int[] RowsWhere(Func<int, bool> isWanted) => [.. Enumerable.Range(0, foldOf.Length).Where(row => isWanted(foldOf[row]))];
    }

    private string Enlarged => FormattableString.Invariant($"enlarged to {_enlargement.Copies + 1} times");

    private static ReadOnlyMemory<byte>? Pick(ReadOnlyMemory<byte>? brightest, int[] rows, int pixels)
    {
        if (brightest is not { } all)
        {
            return null;
        }

        var picked = new byte[rows.Length * pixels];
        for (int i = 0; i < rows.Length; i++)
        {
            all.Span.Slice(rows[i] * pixels, pixels).CopyTo(picked.AsSpan(i * pixels));
        }

        return picked;
    }
}
