namespace FacialAttention;

/// <summary>Which points of a face a set of landmarks holds and in which order, and which of them change places in a mirror.</summary>
/// <remarks>Two schemes are equal when they have the same name and the same mirror table. Instances are immutable.</remarks>
public sealed class LandmarkScheme : IEquatable<LandmarkScheme>
{
    private const int MaxCount = 65_536;

    /// <summary>A scheme of your own.</summary>
    /// <param name="name">What it is called; not blank.</param>
    /// <param name="mirror">
    /// For each point the index of the point that stands in its place once the face is mirrored left to right; its own index for a
    /// point on the middle line. 1 to 65,536 entries, and the mirror of the mirror is the point itself.
    /// </param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The name is blank, or the table breaks one of the rules above.</exception>
    public LandmarkScheme(string name, params IEnumerable<int> mirror)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(mirror);
        int[] table = [.. mirror];
        if (table.Length is < 1 or > MaxCount)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Got {table.Length} points; expected 1 to {MaxCount}."), nameof(mirror));
        }

        for (int i = 0; i < table.Length; i++)
        {
            int twin = table[i];
            if ((uint)twin >= (uint)table.Length)
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"The mirror of point {i} is {twin}; expected 0 to {table.Length - 1}."), nameof(mirror));
            }

            if (table[twin] != i)
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"The mirror of point {i} is {twin}, and that of {twin} is {table[twin]}; expected {i}."),
                    nameof(mirror));
            }
        }

        Name = name;
        Mirror = Array.AsReadOnly(table);
    }

    /// <summary>
    /// The 68 points of iBUG 300-W, as dlib finds them: 0 to 16 the jaw, 17 to 21 and 22 to 26 the brows, 27 to 30 the bridge and 31 to
    /// 35 the base of the nose, 36 to 41 and 42 to 47 the eyes, 48 to 59 the outer and 60 to 67 the inner edge of the lips; the side that
    /// is left in the picture comes first.
    /// </summary>
    public static LandmarkScheme Points68 { get; } = new(
        "Points68",
        [
            16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, // jaw
            26, 25, 24, 23, 22, 21, 20, 19, 18, 17, // brows
            27, 28, 29, 30, 35, 34, 33, 32, 31, // nose
            45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40, // eyes
            54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, // outer lips
            64, 63, 62, 61, 60, 67, 66, 65, // inner lips
        ]);

    /// <summary>What the scheme is called.</summary>
    public string Name { get; }

    /// <summary>The number of points (L).</summary>
    public int Count => Mirror.Count;

    /// <summary>For each point the index of the point that stands in its place once the face is mirrored left to right; L in all.</summary>
    public IReadOnlyList<int> Mirror { get; }

    /// <inheritdoc/>
    public bool Equals(LandmarkScheme? other) => ReferenceEquals(this, other)
        || (other is not null && Name == other.Name && Mirror.SequenceEqual(other.Mirror));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LandmarkScheme);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name.GetHashCode(StringComparison.Ordinal), Count);

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
