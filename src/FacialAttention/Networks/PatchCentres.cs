using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// The 24 points of a face that <see cref="PatchGatedCnn"/> looks at, made of 68 landmarks (docs/related.md says from which facts): landmarks,
/// midpoints of two, and a few that are moved, by shares of the picture.
/// </summary>
internal static class PatchCentres
{
    public const int Count = 24;

    private const float BrowLift = 10 / 256f; // The authors' faces are 256 pixels wide and high when points are moved.
    private const float MouthShift = 16 / 256f;

    /// <summary>Two landmarks, counted from 0, whose midpoint is taken, and what it is moved by.</summary>
    private static readonly (int First, int Second, float X, float Y)[] Points =
    [
        (18, 18, 0, -BrowLift), (21, 21, 0, -BrowLift), (22, 22, 0, -BrowLift), (25, 25, 0, -BrowLift), // brows
        (38, 38, 0, 0), (36, 36, 0, 0), (43, 43, 0, 0), (45, 45, 0, 0), // eyes
        (27, 27, 0, 0), (29, 29, 0, 0), // nose
        (48, 48, 0, 0), (50, 50, 0, 0), (52, 52, 0, 0), (54, 54, 0, 0), (58, 58, 0, 0), (56, 56, 0, 0), // mouth
        (19, 37, 0, 0), (24, 44, 0, 0), (40, 41, 0, 0), (46, 47, 0, 0), (17, 58, 0, 0), (26, 56, 0, 0), // between two
        (48, 48, -MouthShift, -MouthShift), (54, 54, MouthShift, -MouthShift), // beside the mouth
    ];

    /// <summary>What landmarks are multiplied by, [24, 68] row by row.</summary>
    public static float[] Shares { get; } = ComputeShares();

    /// <summary>What is added then, [24, 2] row by row: x then y, in pixels of a picture of this size.</summary>
    public static float[] ShiftsIn(ImageSize size) => [.. Points.SelectMany(point => (float[])[point.X * size.Width, point.Y * size.Height])];

    /// <summary>Landmarks [N, 68, 2] of faces of a size to the centres of their patches, [N, 24, 2], in pixels. In the caller's scope.</summary>
    public static Tensor Of(Tensor landmarks, ImageSize size)
    {
        Tensor shares = tensor(Shares, [Count, LandmarkScheme.Points68.Count], landmarks.dtype, landmarks.device);
        Tensor shifts = tensor(ShiftsIn(size), [Count, 2], landmarks.dtype, landmarks.device);
        return shares.matmul(landmarks) + shifts;
    }

    private static float[] ComputeShares()
    {
        int landmarks = LandmarkScheme.Points68.Count;
        var shares = new float[Count * landmarks];
        foreach ((int row, (int first, int second, _, _)) in Points.Index())
        {
            shares[(row * landmarks) + first] += 0.5f;
            shares[(row * landmarks) + second] += 0.5f;
        }

        return shares;
    }
}
