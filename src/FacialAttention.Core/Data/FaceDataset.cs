using System.Diagnostics.CodeAnalysis;

namespace FacialAttention;

/// <summary>
/// Gray faces of one size in memory, with their labels and what else is known of each: arrays, no tensor. It holds at least one face and
/// never changes.
/// </summary>
public sealed class FaceDataset
{
    /// <summary>Makes a dataset of pixels and labels. It takes both arrays over without a copy: do not change them afterwards.</summary>
    /// <param name="pixels">Gray values 0 (black) to 255 (white): face after face, each row by row from the top, N x H x W in all.</param>
    /// <param name="labels">For each face the index of its label in <paramref name="labelSet"/>; N, at least 1.</param>
    /// <param name="height">Height of every face in pixels (H), at least 1.</param>
    /// <param name="width">Width of every face in pixels (W), at least 1.</param>
    /// <param name="labelSet">The names behind the label indices.</param>
    /// <param name="columns">What else is known of each face; null for nothing.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="ArgumentException">There is no face, the number of pixels does not fit, a label is not in the set, or a column does not fit.</exception>
    public FaceDataset(byte[] pixels, byte[] labels, int height, int width, ExpressionLabels labelSet, FaceColumns? columns = null)
        : this(
            new ReadOnlyMemory<byte>(pixels ?? throw new ArgumentNullException(nameof(pixels))),
            new ReadOnlyMemory<byte>(labels ?? throw new ArgumentNullException(nameof(labels))),
            height,
            width,
            labelSet,
            columns)
    {
    }

    /// <summary>As the public constructor, on parts of arrays: the splits of one file share one array.</summary>
    internal FaceDataset(
        ReadOnlyMemory<byte> pixels,
        ReadOnlyMemory<byte> labels,
        int height,
        int width,
        ExpressionLabels labelSet,
        FaceColumns? columns = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentNullException.ThrowIfNull(labelSet);
        if (labels.IsEmpty)
        {
            throw new ArgumentException("There are no labels; expected at least one face.", nameof(labels));
        }

        Int128 expected = (Int128)labels.Length * height * width;
        if (pixels.Length != expected)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"Got {pixels.Length} pixels; expected {expected}, which is {labels.Length} labels x {height} rows x {width} columns."),
                nameof(pixels));
        }

        int row = labels.Span.IndexOfAnyExceptInRange((byte)0, (byte)(labelSet.Count - 1)); // a set has at most 256 labels
        if (row >= 0)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"The label at index {row} is {labels.Span[row]}; expected 0 to {labelSet.Count - 1}."),
                nameof(labels));
        }

        columns?.Check(labels.Length, labelSet.Count, nameof(columns));
        Columns = columns ?? FaceColumns.None;
        Pixels = pixels;
        LabelIndices = labels;
        Height = height;
        Width = width;
        Labels = labelSet;
    }

    /// <summary>Number of faces (N), at least 1.</summary>
    public int Count => LabelIndices.Length;

    /// <summary>Height of every face in pixels (H).</summary>
    public int Height { get; }

    /// <summary>Width of every face in pixels (W).</summary>
    public int Width { get; }

    /// <summary>The names behind the label indices.</summary>
    public ExpressionLabels Labels { get; }

    /// <summary>All gray values: face after face, each row by row from the top, N x H x W in all.</summary>
    public ReadOnlyMemory<byte> Pixels { get; }

    /// <summary>For each face the index of its label in <see cref="Labels"/>; N in all.</summary>
    public ReadOnlyMemory<byte> LabelIndices { get; }

    /// <summary>What else is known of each face; never null.</summary>
    public FaceColumns Columns { get; }

    /// <summary>The gray values of one face, row by row from the top, H x W in all.</summary>
    /// <param name="index">The face, 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such face.</exception>
    public ReadOnlySpan<byte> PixelsOf(int index)
    {
        CheckIndex(index, nameof(index));
        return Pixels.Span.Slice(index * Height * Width, Height * Width);
    }

    /// <summary>The index of one face's label in <see cref="Labels"/>.</summary>
    /// <param name="index">The face, 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such face.</exception>
    public byte LabelOf(int index)
    {
        CheckIndex(index, nameof(index));
        return LabelIndices.Span[index];
    }

    /// <summary>How many faces each label has, in the order of <see cref="Labels"/>.</summary>
    public int[] CountByLabel()
    {
        var counts = new int[Labels.Count];
        foreach (byte label in LabelIndices.Span)
        {
            counts[label]++;
        }

        return counts;
    }

    /// <summary>A dataset of some of the faces with all that is known of them, as a copy.</summary>
    /// <param name="rows">
    /// The faces, at least one, each 0 to <see cref="Count"/> - 1, in the order wanted. A face may come more than once.
    /// </param>
    /// <exception cref="ArgumentException">There are no rows, or more than one array can hold.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such face.</exception>
    public FaceDataset Subset(ReadOnlySpan<int> rows)
    {
        int size = Height * Width;
        if (rows.IsEmpty || (long)rows.Length * size > Array.MaxLength)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Got {rows.Length} rows; expected 1 to {Array.MaxLength / size}."), nameof(rows));
        }

        byte[] pixels = GC.AllocateUninitializedArray<byte>(rows.Length * size);
        var labels = new byte[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            CheckIndex(rows[i], nameof(rows));
            PixelsOf(rows[i]).CopyTo(pixels.AsSpan(i * size));
            labels[i] = LabelOf(rows[i]);
        }

        return new FaceDataset(pixels, labels, Height, Width, Labels, Columns.Subset(rows, Labels.Count));
    }

    /// <summary>
    /// The faces that do not also stand, pixel for pixel, in another dataset; labels are not compared.
    /// In FER2013, 280 of the 3,589 PublicTest faces also stand in Training.
    /// </summary>
    /// <param name="other">A dataset of faces of the same size.</param>
    /// <returns>Indices into this dataset, in ascending order; empty when every face stands in <paramref name="other"/>.</returns>
    /// <exception cref="ArgumentException">The other faces have another size.</exception>
    public int[] RowsNotIn(FaceDataset other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Height != Height || other.Width != Width)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"The other faces are {other.Height} x {other.Width} pixels (height x width); expected {Height} x {Width}."),
                nameof(other));
        }

        // One set over both datasets: the face of index i in other is known as ~i, below zero.
        var others = new HashSet<int>(other.Count, new SamePixels(this, other));
        for (int i = 0; i < other.Count; i++)
        {
            others.Add(~i);
        }

        return [.. Enumerable.Range(0, Count).Where(i => !others.Contains(i))];
    }

    private void CheckIndex(int index, string parameter)
    {
        if ((uint)index >= (uint)Count)
        {
            ThrowNoSuchFace(index, parameter);
        }
    }

    [DoesNotReturn]
    private void ThrowNoSuchFace(int index, string parameter) => throw new ArgumentOutOfRangeException(
        parameter, index, FormattableString.Invariant($"There is no face {index}; expected 0 to {Count - 1}."));

    private sealed class SamePixels(FaceDataset faces, FaceDataset others) : IEqualityComparer<int>
    {
        public bool Equals(int x, int y) => Find(x).SequenceEqual(Find(y));

        public int GetHashCode(int face)
        {
            HashCode hash = default;
            hash.AddBytes(Find(face));
            return hash.ToHashCode();
        }

        private ReadOnlySpan<byte> Find(int face) => face >= 0 ? faces.PixelsOf(face) : others.PixelsOf(~face);
    }
}
