namespace FacialAttention;

/// <summary>The rows of a FER2013 file in one growing store, which at the end becomes the datasets of a split without a copy.</summary>
internal sealed class Fer2013Rows(ExpressionLabels labels)
{
    public const int ImageSize = 48;
    public const int PixelsPerFace = ImageSize * ImageSize;

    /// <summary>Faces that fit into one array.</summary>
    public static readonly int MaxCount = Array.MaxLength / PixelsPerFace;

    private byte[] _pixels = [];
    private byte[] _labels = [];
    private SplitPart[] _parts = [];

    public int Count { get; private set; }

    public ReadOnlySpan<SplitPart> Parts => _parts.AsSpan(0, Count);

    /// <summary>Adds a face, of which the caller fills in the pixels.</summary>
    /// <param name="label">The emotion.</param>
    /// <param name="part">Where the face belongs.</param>
    /// <param name="fractionRead">Share of the file that held the rows so far, 0 if unknown: it tells how many are to come.</param>
    public Span<byte> Add(byte label, SplitPart part, double fractionRead)
    {
        if (Count == _labels.Length)
        {
            Grow(fractionRead);
        }

        _labels[Count] = label;
        _parts[Count] = part;
        Count++;
        return _pixels.AsSpan((Count - 1) * PixelsPerFace, PixelsPerFace);
    }

    /// <summary>Divides the rows that are not for test anew into training and validation.</summary>
    /// <returns>False when there are not two of one label.</returns>
    public bool Redivide(double trainingShare, long seed)
    {
        int[] rows = [.. Enumerable.Range(0, Count).Where(row => _parts[row] != SplitPart.Test)];
        bool[] trains = DatasetSplit.ChooseTraining(Array.ConvertAll(rows, row => _labels[row]), trainingShare, seed);
        for (int i = 0; i < rows.Length; i++)
        {
            _parts[rows[i]] = trains[i] ? SplitPart.Training : SplitPart.Validation;
        }

        return trains.Contains(false);
    }

    /// <summary>
    /// One part as a dataset, or all rows for null, in the order of the file; null without a row. The store is used up by it.
    /// </summary>
    public FaceDataset? Take(SplitPart? part)
    {
        if (part is null)
        {
            return Slice(0, Count);
        }

        int[] starts = StartParts();
        return Slice(starts[(int)part], starts[(int)part + 1]);
    }

    /// <summary>The parts as datasets, each with its rows in the order of the file. The store is used up by it.</summary>
    public DatasetSplit Divide(string description)
    {
        int[] starts = StartParts();
        FaceDataset training = Slice(starts[0], starts[1])!;
        FaceDataset validation = Slice(starts[1], starts[2])!;
        return new DatasetSplit(training, validation, Slice(starts[2], starts[3]), description);
    }

    /// <summary>Brings the rows into the order of their parts; where each part starts, and where the last ends.</summary>
    private int[] StartParts()
    {
        var starts = new int[4];
        foreach (SplitPart part in Parts)
        {
            starts[(int)part + 1]++;
        }

        starts[2] += starts[1];
        starts[3] += starts[2];
        SortByPart(starts);
        return starts;
    }

    private FaceDataset? Slice(int start, int end) => start == end
        ? null
        : new FaceDataset(
            _pixels.AsMemory(start * PixelsPerFace, (end - start) * PixelsPerFace),
            _labels.AsMemory(start, end - start),
            ImageSize,
            ImageSize,
            labels);

    /// <summary>Brings the rows into the order of their parts, without a second store.</summary>
    private void SortByPart(ReadOnlySpan<int> starts)
    {
        Span<int> next = [.. starts];
        var target = new int[Count];
        for (int row = 0; row < Count; row++)
        {
            target[row] = next[(int)_parts[row]]++;
        }

        // Each exchange brings one row to its place, so there are at most Count of them, and none where the file is in order.
        Span<byte> spare = stackalloc byte[PixelsPerFace];
        for (int row = 0; row < Count; row++)
        {
            while (target[row] != row)
            {
                int other = target[row];
                Span<byte> here = _pixels.AsSpan(row * PixelsPerFace, PixelsPerFace);
                Span<byte> there = _pixels.AsSpan(other * PixelsPerFace, PixelsPerFace);
                here.CopyTo(spare);
                there.CopyTo(here);
                spare.CopyTo(there);
                (_labels[row], _labels[other]) = (_labels[other], _labels[row]);
                (target[row], target[other]) = (target[other], target[row]);
            }
        }

        _parts = [];
    }

    /// <summary>
    /// Makes room for the rows that the file probably has, and a tenth more, so that growing and copying happens once or twice.
    /// Room that is not used is never touched, and so takes address space and no memory.
    /// </summary>
    private void Grow(double fractionRead)
    {
        double expected = fractionRead > 0 ? Count / fractionRead * 1.1 : 0;
        int capacity = (int)Math.Min(MaxCount, Math.Clamp(expected, Math.Max(256, 1.5 * Count), Math.Max(256, 256.0 * Count)));

        byte[] pixels = GC.AllocateUninitializedArray<byte>(capacity * PixelsPerFace);
        _pixels.AsSpan(0, Count * PixelsPerFace).CopyTo(pixels);
        _pixels = pixels;
        Array.Resize(ref _labels, capacity);
        Array.Resize(ref _parts, capacity);
    }
}
