namespace FacialAttention;

/// <summary>The landmarks of every face of a dataset.</summary>
/// <param name="Scheme">Which points they are (L of them).</param>
/// <param name="Points">
/// N x L x 2 finite numbers: face after face, point after point, x then y in pixels of the image. (0, 0) is the top left corner of the
/// image, so the centre of its first pixel is (0.5, 0.5). A point may lie outside the image.
/// </param>
public sealed record FaceLandmarks(LandmarkScheme Scheme, ReadOnlyMemory<float> Points)
{
    /// <summary>
    /// The 68 points of a face that looks at the camera and fills its picture, for faces whose own nobody knows: every face gets the same.
    /// </summary>
    /// <param name="count">The number of faces (N), at least 1.</param>
    /// <param name="size">The size of their pictures.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1 or beyond what an array holds.</exception>
    public static FaceLandmarks Aligned(int count, ImageSize size)
    {
        float[] face = AlignedFace.PointsOf(size);
        Require.InRange(count, 1, Array.MaxLength / face.Length, nameof(count));
        return new FaceLandmarks(LandmarkScheme.Points68, Enumerable.Repeat(face, count).SelectMany(points => points).ToArray());
    }
}
