namespace FacialAttention;

/// <summary>Which faces of a dataset must not be parted: those of equal pixels, and those of one person.</summary>
internal static class FaceGroups
{
    /// <summary>The rows of each group in ascending order, the groups by their first rows.</summary>
    public static int[][] Of(FaceDataset faces)
    {
        int[] parent = [.. Enumerable.Range(0, faces.Count)]; // Rows of one group lead to its first.
        Join(faces.GroupsOfEqualFaces());
        if (faces.Columns.Subjects is { } subjects)
        {
            var firsts = new Dictionary<int, int>();
            Join([.. subjects.ToArray().Select((subject, row) => firsts.TryAdd(subject, row) ? row : firsts[subject])]);
        }

        return [.. Enumerable.Range(0, faces.Count).GroupBy(FirstOf).Select(group => group.ToArray())];

        void Join(int[] relatives)
        {
            for (int row = 0; row < relatives.Length; row++)
            {
                (int one, int other) = (FirstOf(row), FirstOf(relatives[row]));
                parent[Math.Max(one, other)] = Math.Min(one, other);
            }
        }

        int FirstOf(int row)
        {
            while (parent[row] != row)
            {
                row = parent[row] = parent[parent[row]];
            }

            return row;
        }
    }
}
