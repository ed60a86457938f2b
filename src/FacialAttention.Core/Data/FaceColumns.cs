using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace FacialAttention;

/// <summary>
/// What a dataset knows of each of its N faces beside pixels and label. Every column is there for all faces or null. A
/// <see cref="FaceDataset"/> checks them when it is made and takes the memory over without a copy: do not change it afterwards.
/// </summary>
public sealed record FaceColumns
{
    /// <summary>No column at all.</summary>
    public static FaceColumns None { get; } = new();

    /// <summary>How many people chose each of the K labels, N x K row by row, each 0 to 255; a row may be all zero.</summary>
    public ReadOnlyMemory<byte>? Votes { get; init; }

    /// <summary>
    /// How much each face counts in the loss and in what is measured; N finite numbers, at least 0. 0 leaves a face out, and where there
    /// are no weights each is 1.
    /// </summary>
    public ReadOnlyMemory<float>? Weights { get; init; }

    /// <summary>Whom each face shows; N numbers of any value, equal for faces of one person.</summary>
    public ReadOnlyMemory<int>? Subjects { get; init; }

    /// <summary>Where the parts of each face are.</summary>
    public FaceLandmarks? Landmarks { get; init; }

    /// <summary>
    /// Another network's probabilities of the K labels, N x K row by row; each row finite, at least 0, with a sum of 1 to within 0.001.
    /// </summary>
    public ReadOnlyMemory<float>? Teacher { get; init; }

    /// <summary>Checks that the columns fit to a dataset of so many faces and labels.</summary>
    /// <exception cref="ArgumentException">A column has another length, or a value is out of range.</exception>
    internal void Check(int faces, int labels, string parameter)
    {
        CheckLength(nameof(Votes), Votes?.Length, faces, labels, "labels", parameter);
        CheckLength(nameof(Weights), Weights?.Length, faces, 1, "weight", parameter);
        CheckLength(nameof(Subjects), Subjects?.Length, faces, 1, "subject", parameter);
        CheckLength(nameof(Teacher), Teacher?.Length, faces, labels, "labels", parameter);
        CheckWeights(parameter);
        CheckTeacher(labels, parameter);
        if (Landmarks is { } landmarks)
        {
            if (landmarks.Scheme is null)
            {
                throw new ArgumentException($"{nameof(Landmarks)} have no scheme; expected one.", parameter);
            }

            CheckLength(nameof(Landmarks), landmarks.Points.Length, faces, 2 * landmarks.Scheme.Count, "coordinates", parameter);
            int i = FirstNotFinite(landmarks.Points.Span);
            if (i >= 0)
            {
                int face = i / (2 * landmarks.Scheme.Count), point = i / 2 % landmarks.Scheme.Count;
                throw new ArgumentException(
                    FormattableString.Invariant(
                        $"Point {point} of the landmarks of face {face} has {landmarks.Points.Span[i]}; expected finite numbers."),
                    parameter);
            }
        }
    }

    /// <summary>The columns of some of the faces, as a copy.</summary>
    internal FaceColumns Subset(ReadOnlySpan<int> rows, int labels) => this == None ? None : new FaceColumns
    {
        Votes = Pick(Votes, rows, labels),
        Weights = Pick(Weights, rows, 1),
        Subjects = Pick(Subjects, rows, 1),
        Landmarks = Landmarks is { } landmarks
            ? landmarks with { Points = Pick<float>(landmarks.Points, rows, 2 * landmarks.Scheme.Count)!.Value }
            : null,
        Teacher = Pick(Teacher, rows, labels),
    };

    /// <summary>The columns of several datasets one after another, as a copy.</summary>
    /// <exception cref="ArgumentException">A column is not in all of them, or the landmarks are of several schemes.</exception>
    internal static FaceColumns Concat(IReadOnlyList<FaceDataset> parts)
    {
        LandmarkScheme? scheme = parts[0].Columns.Landmarks?.Scheme;
        for (int i = 1; i < parts.Count; i++)
        {
            if (parts[i].Columns.Landmarks?.Scheme is { } other && scheme is not null && !scheme.Equals(other))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"Dataset {i} has landmarks of the scheme '{other}'; expected '{scheme}' as in dataset 0."),
                    nameof(parts));
            }
        }

        bool isWeighted = parts.Any(part => part.Columns.Weights is not null);
        return new FaceColumns
        {
            Votes = Join(parts, nameof(Votes), part => part.Columns.Votes),
            Weights = isWeighted ? Join<float>(parts, nameof(Weights), part => part.Columns.Weights ?? Ones(part.Count)) : null,
            Subjects = Join(parts, nameof(Subjects), part => part.Columns.Subjects),
            Landmarks = Join<float>(parts, nameof(Landmarks), part => part.Columns.Landmarks?.Points) is { } points
                ? new FaceLandmarks(scheme!, points)
                : null,
            Teacher = Join(parts, nameof(Teacher), part => part.Columns.Teacher),
        };

        static ReadOnlyMemory<float> Ones(int count)
        {
            var ones = new float[count];
            Array.Fill(ones, 1);
            return ones;
        }
    }

    /// <summary>For each label whether somebody voted for it or the teacher gave it a probability.</summary>
    internal bool[] FindUsed(int labels)
    {
        var isUsed = new bool[labels];
        ReadOnlySpan<byte> votes = Votes is { } counts ? counts.Span : default;
        for (int i = 0; i < votes.Length; i++)
        {
            isUsed[i % labels] |= votes[i] > 0;
        }

        ReadOnlySpan<float> teacher = Teacher is { } probabilities ? probabilities.Span : default;
        for (int i = 0; i < teacher.Length; i++)
        {
            isUsed[i % labels] |= teacher[i] > 0;
        }

        return isUsed;
    }

    /// <summary>The columns under other labels.</summary>
    /// <param name="target">For each label its new index; below 0 for one that nothing has.</param>
    /// <param name="labels">The new number of labels.</param>
    internal FaceColumns WithLabels(int[] target, int labels) =>
        this with { Votes = Move(Votes, target, labels), Teacher = Move(Teacher, target, labels) };

    /// <summary>Adds every column that is there to a hash, each after its name; nothing without columns.</summary>
    internal void AddTo(IncrementalHash hash)
    {
        Add(nameof(Votes), Votes);
        Add(nameof(Weights), Weights);
        Add(nameof(Subjects), Subjects);
        if (Landmarks is { } landmarks)
        {
            Add<int>(landmarks.Scheme.Name, landmarks.Scheme.Mirror.ToArray());
            Add<float>(nameof(Landmarks), landmarks.Points);
        }

        Add(nameof(Teacher), Teacher);

        void Add<T>(string name, ReadOnlyMemory<T>? column)
            where T : unmanaged
        {
            if (column is { } values)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{name.Length} {name} {values.Length} ")));
                hash.AppendData(MemoryMarshal.AsBytes(values.Span));
            }
        }
    }

    private static ReadOnlyMemory<T>? Pick<T>(ReadOnlyMemory<T>? column, ReadOnlySpan<int> rows, int stride)
    {
        if (column is not { } values)
        {
            return null;
        }

        T[] picked = GC.AllocateUninitializedArray<T>(checked(rows.Length * stride));
        for (int i = 0; i < rows.Length; i++)
        {
            values.Span.Slice(rows[i] * stride, stride).CopyTo(picked.AsSpan(i * stride));
        }

        return picked;
    }

    private static ReadOnlyMemory<T>? Join<T>(
        IReadOnlyList<FaceDataset> parts, string name, Func<FaceDataset, ReadOnlyMemory<T>?> columnOf)
    {
        ReadOnlyMemory<T>?[] columns = [.. parts.Select(columnOf)];
        int with = Array.FindIndex(columns, column => column is not null);
        int without = Array.FindIndex(columns, column => column is null);
        if (with < 0)
        {
            return null;
        }

        if (without >= 0)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Dataset {with} has {name} and dataset {without} has not; expected them in all or in none."),
                nameof(parts));
        }

        T[] joined = GC.AllocateUninitializedArray<T>(checked(columns.Sum(column => column!.Value.Length)));
        int start = 0;
        foreach (ReadOnlyMemory<T>? column in columns)
        {
            column!.Value.CopyTo(joined.AsMemory(start));
            start += column.Value.Length;
        }

        return joined;
    }

    private static ReadOnlyMemory<T>? Move<T>(ReadOnlyMemory<T>? column, int[] target, int labels)
    {
        if (column is not { } values)
        {
            return null;
        }

        var moved = new T[checked(values.Length / target.Length * labels)];
        for (int i = 0; i < values.Length; i++)
        {
            int label = target[i % target.Length];
            if (label >= 0)
            {
                moved[(i / target.Length * labels) + label] = values.Span[i];
            }
        }

        return moved;
    }

    private void CheckWeights(string parameter)
    {
        ReadOnlySpan<float> weights = Weights is { } column ? column.Span : default;
        for (int i = 0; i < weights.Length; i++)
        {
            if (!float.IsFinite(weights[i]) || weights[i] < 0)
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"The weight of face {i} is {weights[i]}; expected a finite number of at least 0."), parameter);
            }
        }
    }

    private void CheckTeacher(int labels, string parameter)
    {
        const double Tolerance = 1e-3;
        ReadOnlySpan<float> teacher = Teacher is { } column ? column.Span : default;
        for (int face = 0; face * labels < teacher.Length; face++)
        {
            double sum = 0;
            foreach (float probability in teacher.Slice(face * labels, labels))
            {
                if (!(probability >= 0)) // not a number neither
                {
                    throw new ArgumentException(
                        FormattableString.Invariant($"The teacher gives face {face} a probability of {probability}; expected 0 to 1."), parameter);
                }

                sum += probability;
            }

            if (!(Math.Abs(sum - 1) <= Tolerance))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"The teacher's probabilities of face {face} have a sum of {sum}; expected 1."), parameter);
            }
        }
    }

    private static void CheckLength(string column, int? length, int faces, int stride, string what, string parameter)
    {
        if (length is { } got && got != (long)faces * stride)
        {
            string remedy = got == 0 ? " Without the column leave the property null; an array that is null becomes a column of no values." : "";
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"{column} has {got} values; expected {(long)faces * stride}, which is {faces} faces x {stride} {what}.{remedy}"),
                parameter);
        }
    }

    private static int FirstNotFinite(ReadOnlySpan<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
