namespace FacialAttention;

/// <summary>
/// Where the <see cref="LandmarkScheme.Points68"/> of a face are that looks at the camera and fills its picture: our own drawing, for faces
/// whose landmarks nobody knows (docs/related.md).
/// </summary>
internal static class AlignedFace
{
    /// <summary>The left half and the middle line, as index, x and y in shares of the picture's width and height.</summary>
    private static readonly (int Index, float X, float Y)[] Left =
    [
        (0, 0.08f, 0.40f), (1, 0.09f, 0.51f), (2, 0.11f, 0.61f), (3, 0.14f, 0.71f), (4, 0.19f, 0.80f), (5, 0.26f, 0.88f), (6, 0.34f, 0.94f),
        (7, 0.42f, 0.98f), (8, 0.50f, 0.99f),
        (17, 0.14f, 0.31f), (18, 0.20f, 0.27f), (19, 0.27f, 0.255f), (20, 0.35f, 0.265f), (21, 0.42f, 0.29f),
        (27, 0.50f, 0.38f), (28, 0.50f, 0.45f), (29, 0.50f, 0.52f), (30, 0.50f, 0.59f),
        (31, 0.41f, 0.645f), (32, 0.455f, 0.66f), (33, 0.50f, 0.67f),
        (36, 0.22f, 0.395f), (37, 0.27f, 0.37f), (38, 0.335f, 0.37f), (39, 0.385f, 0.40f), (40, 0.335f, 0.42f), (41, 0.27f, 0.42f),
        (48, 0.34f, 0.79f), (49, 0.40f, 0.765f), (50, 0.46f, 0.75f), (51, 0.50f, 0.76f), (57, 0.50f, 0.86f), (58, 0.45f, 0.855f),
        (59, 0.39f, 0.83f),
        (60, 0.37f, 0.79f), (61, 0.45f, 0.785f), (62, 0.50f, 0.79f), (66, 0.50f, 0.81f), (67, 0.45f, 0.81f),
    ];

    /// <summary>The 68 points of one face, x then y, in shares of the picture's width and height; the right half mirrors the left.</summary>
    public static float[] Shares { get; } = Compute();

    /// <summary>The points in pixels of a picture.</summary>
    public static float[] PointsOf(ImageSize size) => [.. Shares.Select((share, i) => share * (i % 2 == 0 ? size.Width : size.Height))];

    private static float[] Compute()
    {
        LandmarkScheme scheme = LandmarkScheme.Points68;
        var shares = new float[2 * scheme.Count];
        foreach ((int index, float x, float y) in Left)
        {
            int twin = scheme.Mirror[index];
            (shares[2 * index], shares[(2 * index) + 1]) = (x, y);
            (shares[2 * twin], shares[(2 * twin) + 1]) = (1 - x, y);
        }

        return shares;
    }
}
