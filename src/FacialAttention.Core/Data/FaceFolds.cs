namespace FacialAttention;

/// <summary>
/// Folds for out-of-fold answers and cross-validation: faces that belong together stay together, and labels are spread evenly.
/// </summary>
public static class FaceFolds
{
    private const long Purpose = 0xF01D5;

    /// <summary>
    /// The fold of each face. Faces of equal pixels, and of one person where the dataset knows persons (<see cref="FaceColumns.Subjects"/>), are
    /// in one fold, whatever their labels. Beyond that each label is spread as evenly as such groups allow: in random order, the largest first,
    /// each goes to a fold that is empty, else to that with fewest faces of its labels so far. Equal arguments give the same folds on every machine.
    /// </summary>
    /// <param name="faces">The faces.</param>
    /// <param name="folds">The number of folds, at least 2 and at most the number of groups.</param>
    /// <param name="seed">Any number; another seed gives other folds. Default 1.</param>
    /// <returns>For each of the N faces 0 to <paramref name="folds"/> - 1; no fold is empty.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="faces"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 2 folds, or more than faces that may be apart.</exception>
    public static int[] Assign(FaceDataset faces, int folds, long seed = 1)
    {
        ArgumentNullException.ThrowIfNull(faces);
        int[][] groups = FaceGroups.Of(faces);
        if (folds < 2 || folds > groups.Length)
        {
            throw new ArgumentOutOfRangeException(
                nameof(folds),
                folds,
                FormattableString.Invariant($"Got {folds} folds of {groups.Length} groups of faces; expected at least 2, and a group for each."));
        }

        new SeededRandom(Purpose, seed).Shuffle(groups.AsSpan());
        var foldOf = new int[faces.Count];
        var sizes = new long[folds];
        long[][] counts = [.. sizes.Select(_ => new long[faces.Labels.Count])]; // of each label in each fold
        foreach (int[] group in groups.OrderByDescending(group => group.Length)) // stable
        {
            int chosen = Enumerable.Range(0, folds)
                .MinBy(fold => (sizes[fold] > 0, group.Sum(face => counts[fold][faces.LabelOf(face)]), sizes[fold])); // the first of the least
            foreach (int face in group)
            {
                foldOf[face] = chosen;
                counts[chosen][faces.LabelOf(face)]++;
            }

            sizes[chosen] += group.Length;
        }

        return foldOf;
    }
}
