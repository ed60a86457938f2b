using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace FacialAttention;

/// <summary>
/// Gray faces of one size in memory, with their labels and what else is known of each: arrays, no tensor. It holds at least one face and
/// never changes.
/// </summary>
public sealed class FaceDataset
{
    /// <summary>Makes a dataset of pixels and labels. It takes both arrays over without a copy: do not change them afterwards.</summary>
    /// <param name="pixels">Gray values 0 (black) to 255 (white): face after face, each row by row from the top, N x H x W in all.</param>
    /// <param name="labelIndices">For each face the index of its label in <paramref name="labels"/>; N, at least 1.</param>
    /// <param name="size">The size of every face in pixels (H x W), each side at least 1.</param>
    /// <param name="labels">The names behind the label indices.</param>
    /// <param name="columns">What else is known of each face; null for nothing.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1.</exception>
    /// <exception cref="ArgumentException">There is no face, the number of pixels does not fit, a label is not in the set, or a column does not fit.</exception>
    public FaceDataset(byte[] pixels, byte[] labelIndices, ImageSize size, ExpressionLabels labels, FaceColumns? columns = null)
        : this(
            new ReadOnlyMemory<byte>(pixels ?? throw new ArgumentNullException(nameof(pixels))),
            new ReadOnlyMemory<byte>(labelIndices ?? throw new ArgumentNullException(nameof(labelIndices))),
            size,
            labels,
            columns)
    {
    }

    /// <summary>As the public constructor, on parts of arrays: the splits of one file share one array.</summary>
    internal FaceDataset(
        ReadOnlyMemory<byte> pixels,
        ReadOnlyMemory<byte> labelIndices,
        ImageSize size,
        ExpressionLabels labels,
        FaceColumns? columns = null)
    {
        if (size.Height < 1 || size.Width < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(size), $"The faces are {size} pixels (height x width); expected at least 1 a side.");
        }

        ArgumentNullException.ThrowIfNull(labels);
        if (labelIndices.IsEmpty)
        {
            throw new ArgumentException("There are no labels; expected at least one face.", nameof(labelIndices));
        }

        Int128 expected = (Int128)labelIndices.Length * size.Height * size.Width;
        if (pixels.Length != expected)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"Got {pixels.Length} pixels; expected {expected}, which is {labelIndices.Length} labels x {size.Height} rows x {size.Width} columns."),
                nameof(pixels));
        }

        int row = labelIndices.Span.IndexOfAnyExceptInRange((byte)0, (byte)(labels.Count - 1)); // a set has at most 256 labels
        if (row >= 0)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"The label at index {row} is {labelIndices.Span[row]}; expected 0 to {labels.Count - 1}."),
                nameof(labelIndices));
        }

        columns?.Check(labelIndices.Length, labels.Count, nameof(columns));
        Columns = columns ?? FaceColumns.None;
        Pixels = pixels;
        LabelIndices = labelIndices;
        Size = size;
        Labels = labels;
    }

    /// <summary>Number of faces (N), at least 1.</summary>
    public int Count => LabelIndices.Length;

    /// <summary>The size of every face in pixels (H x W).</summary>
    public ImageSize Size { get; }

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
        return Pixels.Span.Slice(index * Size.Pixels, Size.Pixels);
    }

    /// <summary>The index of one face's label in <see cref="Labels"/>.</summary>
    /// <param name="index">The face, 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such face.</exception>
    internal byte LabelOf(int index)
    {
        CheckIndex(index, nameof(index));
        return LabelIndices.Span[index];
    }

    /// <summary>How many faces each label has, in the order of <see cref="Labels"/>; those of weight 0 are not counted.</summary>
    public int[] CountByLabel()
    {
        var counts = new int[Labels.Count];
        for (int i = 0; i < Count; i++)
        {
            counts[LabelIndices.Span[i]] += Counts(i) ? 1 : 0;
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
        int size = Size.Pixels;
        if (rows.IsEmpty || (long)rows.Length * size > Array.MaxLength)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Got {rows.Length} rows; expected 1 to {Array.MaxLength / size}."), nameof(rows));
        }

        byte[] pixels = GC.AllocateUninitializedArray<byte>(rows.Length * size);
        var labelIndices = new byte[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            CheckIndex(rows[i], nameof(rows));
            PixelsOf(rows[i]).CopyTo(pixels.AsSpan(i * size));
            labelIndices[i] = LabelOf(rows[i]);
        }

        return new FaceDataset(pixels, labelIndices, Size, Labels, Columns.Subset(rows, Labels.Count));
    }

    /// <summary>The faces of several datasets with all that is known of them, one dataset after another, as a copy.</summary>
    /// <param name="parts">
    /// Datasets of one image size and one label set, at least one. A column that one of them has, all must have, of one landmark scheme;
    /// only weights may be missing, and are 1 there. Subjects are taken as they are: a number means one person in all parts.
    /// </param>
    /// <exception cref="ArgumentNullException">The list or a dataset is null.</exception>
    /// <exception cref="ArgumentException">
    /// There is no dataset, they differ in size, labels or columns, or their pixels do not fit into one array.
    /// </exception>
    public static FaceDataset Concat(params IReadOnlyList<FaceDataset> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0)
        {
            throw new ArgumentException("Got no datasets; expected at least one.", nameof(parts));
        }

        long count = 0;
        for (int i = 0; i < parts.Count; i++)
        {
            ArgumentNullException.ThrowIfNull(parts[i], nameof(parts));
            if (parts[i].FindDifference(parts[0]) is { } difference)
            {
                throw new ArgumentException($"Dataset {i}: {difference} as in dataset 0.", nameof(parts));
            }

            count += parts[i].Count;
        }

        FaceDataset first = parts[0];
        if (count * first.Size.Pixels > Array.MaxLength)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Got {count} faces; expected at most {Array.MaxLength / first.Size.Pixels}."), nameof(parts));
        }

        byte[] pixels = GC.AllocateUninitializedArray<byte>((int)count * first.Size.Pixels);
        var labelIndices = new byte[count];
        int start = 0;
        foreach (FaceDataset part in parts)
        {
            part.Pixels.CopyTo(pixels.AsMemory(start * first.Size.Pixels));
            part.LabelIndices.CopyTo(labelIndices.AsMemory(start));
            start += part.Count;
        }

        return new FaceDataset(pixels, labelIndices, first.Size, first.Labels, FaceColumns.Concat(parts));
    }

    /// <summary>The same faces, sharing their pixels, with other columns in place of theirs.</summary>
    /// <param name="columns">All that is to be known of the faces; <see cref="FaceColumns.None"/> for nothing.</param>
    /// <exception cref="ArgumentNullException"><paramref name="columns"/> is null.</exception>
    /// <exception cref="ArgumentException">A column does not fit.</exception>
    public FaceDataset WithColumns(FaceColumns columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return new FaceDataset(Pixels, LabelIndices, Size, Labels, columns);
    }

    /// <summary>
    /// The same faces under another label set that has every label of theirs, found by name, ignoring case: in another order, or with
    /// labels more. Label indices, votes and teacher follow their names; pixels and other columns are shared.
    /// </summary>
    /// <param name="labels">The names wanted, for example those of the recogniser that is to be measured.</param>
    /// <exception cref="ArgumentNullException"><paramref name="labels"/> is null.</exception>
    /// <exception cref="ArgumentException">A label that a face has, or that has votes or a probability, is not in the set.</exception>
    public FaceDataset WithLabels(ExpressionLabels labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Equals(Labels))
        {
            return this;
        }

        int[] target = [.. Labels.Names.Select(labels.IndexOf)];
        bool[] isUsed = Columns.FindUsed(Labels.Count);
        foreach (byte label in LabelIndices.Span)
        {
            isUsed[label] = true;
        }

        string[] missing = [.. Labels.Names.Where((_, i) => isUsed[i] && target[i] < 0)];
        if (missing.Length > 0)
        {
            throw new ArgumentException(
                $"The labels are {string.Join(", ", labels.Names)}; expected {string.Join(", ", missing)} as well, which faces have.",
                nameof(labels));
        }

        byte[] labelIndices = Array.ConvertAll(LabelIndices.ToArray(), label => (byte)target[label]);
        return new FaceDataset(Pixels, labelIndices, Size, labels, Columns.WithLabels(target, labels.Count));
    }

    /// <summary>
    /// What tells two datasets apart: the number and size of the faces and a SHA-256 of label names, label indices, pixels and all columns.
    /// Equal datasets have equal fingerprints on every little-endian machine. It reads all of the data.
    /// </summary>
    public string Fingerprint()
    {
        // Resume states hold it: what a dataset without columns gives must not change.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join(',', Labels.Names)));
        hash.AppendData(LabelIndices.Span);
        hash.AppendData(Pixels.Span);
        Columns.AddTo(hash);
        return FormattableString.Invariant(
            $"{Count} faces of {Size.Height} x {Size.Width}, sha256 {Convert.ToHexStringLower(hash.GetHashAndReset())}");
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
        if (other.Size != Size)
        {
            throw new ArgumentException($"The other faces are {other.Size} pixels (height x width); expected {Size}.", nameof(other));
        }

        // One set over both datasets: the face of index i in other is known as ~i, below zero.
        var others = new HashSet<int>(other.Count, new SamePixels(this, other));
        for (int i = 0; i < other.Count; i++)
        {
            others.Add(~i);
        }

        return [.. Enumerable.Range(0, Count).Where(i => !others.Contains(i))];
    }

    /// <summary>Whether a face counts in the loss and in what is measured: its weight is not 0.</summary>
    internal bool Counts(int index) => Columns.Weights is not { } weights || weights.Span[index] > 0;

    /// <summary>
    /// Which faces are equal in every pixel: for each face the index of the first one like it, its own if there is none before. Parts of a data
    /// set that are to know nothing of each other keep such groups together.
    /// </summary>
    /// <returns>A number for each face, in the order of the dataset.</returns>
    public int[] GroupsOfEqualFaces()
    {
        var firsts = new Dictionary<int, int>(Count, new SamePixels(this, this));
        return [.. Enumerable.Range(0, Count).Select(i => firsts.TryAdd(i, i) ? i : firsts[i])];
    }

    /// <summary>How size or labels differ from those of another dataset, as "the faces are ...; expected ..."; null if they do not.</summary>
    internal string? FindDifference(FaceDataset expected)
    {
        if (Size != expected.Size)
        {
            return $"the faces are {Size} pixels (height x width); expected {expected.Size}";
        }

        return Labels.Equals(expected.Labels)
            ? null
            : $"the labels are {string.Join(", ", Labels.Names)}; expected {string.Join(", ", expected.Labels.Names)}";
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
