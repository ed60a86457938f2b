namespace FacialAttention;

/// <summary>
/// The faces that a reader has read so far, in one growing store, which at the end becomes the datasets of a split without a copy.
/// </summary>
internal sealed class FaceRows
{
    private readonly ImageSize _size;
    private readonly ExpressionLabels _labels;
    private readonly RowColumn<byte> _pixels;
    private readonly RowColumn<byte> _labelIndices = new(1);
    private readonly RowColumn<SplitPart> _parts = new(1);
    private int _capacity;

    public FaceRows(ImageSize size, ExpressionLabels labels)
    {
        (_size, _labels) = (size, labels);
        _pixels = new RowColumn<byte>(size.Pixels);
        MaxCount = Array.MaxLength / size.Pixels;
    }

    /// <summary>Faces that fit into one array.</summary>
    public int MaxCount { get; }

    public int Count { get; private set; }

    /// <summary>Why so many images are too many for one array, or null.</summary>
    public string? FaultOfCount(int images) => images <= MaxCount ? null : FormattableString.Invariant(
        $"there are {images} images; expected at most {MaxCount} of {_size} pixels (height x width).");

    /// <summary>Makes room for so many faces, of which the number is known.</summary>
    public void Reserve(int count) => Resize(count);

    /// <summary>Adds a face, of which the caller fills in the pixels: see <see cref="PixelsOf"/>.</summary>
    /// <param name="label">The index of its label.</param>
    /// <param name="part">Where the face belongs.</param>
    /// <param name="fractionRead">Share of the source that held the rows so far, 0 if unknown: it says how many are to come.</param>
    /// <returns>The row.</returns>
    public int Add(byte label, SplitPart part, double fractionRead = 0)
    {
        if (Count == _capacity)
        {
            Grow(fractionRead);
        }

        _labelIndices[Count][0] = label;
        _parts[Count][0] = part;
        return Count++;
    }

    /// <summary>The pixels of a row, to be filled in; several threads may do so at a time, each for rows of its own.</summary>
    public Span<byte> PixelsOf(int row) => _pixels[row];

    public byte LabelOf(int row) => _labelIndices[row][0];

    /// <summary>Where each face belongs.</summary>
    public ReadOnlySpan<SplitPart> Parts => _parts.Slice(0, Count).Span;

    /// <summary>Leaves out every row that is not to be kept; the others stay in their order.</summary>
    public void Keep(ReadOnlySpan<bool> isKept)
    {
        int kept = 0;
        for (int row = 0; row < isKept.Length; row++)
        {
            if (isKept[row])
            {
                if (row != kept)
                {
                    _pixels.Swap(row, kept);
                    _labelIndices.Swap(row, kept);
                    _parts.Swap(row, kept);
                }

                kept++;
            }
        }

        Count = kept;
    }

    /// <summary>Divides the rows that are not for test anew into training and validation.</summary>
    /// <returns>False when there are not two of one label.</returns>
    public bool DivideAgain(double trainingShare, long seed)
    {
        int[] rows = [.. Enumerable.Range(0, Count).Where(row => _parts[row][0] != SplitPart.Test)];
        bool[] trains = DatasetSplit.ChooseTraining(Array.ConvertAll(rows, LabelOf), trainingShare, seed);
        for (int i = 0; i < rows.Length; i++)
        {
            _parts[rows[i]][0] = trains[i] ? SplitPart.Training : SplitPart.Validation;
        }

        return trains.Contains(false);
    }

    /// <summary>All rows as a dataset.</summary>
    public FaceDataset ToDataset() => Slice(0, Count)!;

    /// <summary>One part as a dataset, in the order of the source; null without a row.</summary>
    public FaceDataset? ToDataset(SplitPart part)
    {
        int[] starts = SortByPart();
        return Slice(starts[(int)part], starts[(int)part + 1]);
    }

    /// <summary>The parts as datasets, each with its rows in the order of the source. There are rows to train and to validate.</summary>
    public DatasetSplit ToSplit(string description)
    {
        int[] starts = SortByPart();
        FaceDataset training = Slice(starts[0], starts[1])!;
        FaceDataset validation = Slice(starts[1], starts[2])!;
        return new DatasetSplit(training, validation, Slice(starts[2], starts[3]), description);
    }

    private FaceDataset? Slice(int start, int end) => start == end
        ? null
        : new FaceDataset(_pixels.Slice(start, end - start), _labelIndices.Slice(start, end - start), _size, _labels);

    /// <summary>Brings the rows into the order of their parts, without a second store.</summary>
    /// <returns>Where each part starts, and where the last ends.</returns>
    private int[] SortByPart()
    {
        var starts = new int[4];
        foreach (SplitPart part in Parts)
        {
            starts[(int)part + 1]++;
        }

        starts[2] += starts[1];
        starts[3] += starts[2];
        Span<int> next = [.. starts];
        var target = new int[Count];
        for (int row = 0; row < Count; row++)
        {
            target[row] = next[(int)_parts[row][0]]++;
        }

        // Each exchange brings one row to its place, so there are at most Count of them, and none where the source is in order.
        for (int row = 0; row < Count; row++)
        {
            while (target[row] != row)
            {
                int other = target[row];
                _pixels.Swap(row, other);
                _labelIndices.Swap(row, other);
                _parts.Swap(row, other);
                (target[row], target[other]) = (target[other], target[row]);
            }
        }

        return starts;
    }

    /// <summary>
    /// Makes room for the rows that the source probably has, and a tenth more, so that growing and copying happens once or twice.
    /// Room that is not used takes address space and no memory.
    /// </summary>
    private void Grow(double fractionRead)
    {
        double expected = fractionRead > 0 ? Count / fractionRead * 1.1 : 0;
        Resize((int)Math.Min(MaxCount, Math.Clamp(expected, Math.Max(256, 1.5 * Count), Math.Max(256, 256.0 * Count))));
    }

    private void Resize(int capacity)
    {
        _pixels.Resize(capacity, Count);
        _labelIndices.Resize(capacity, Count);
        _parts.Resize(capacity, Count);
        _capacity = capacity;
    }
}
