namespace FacialAttention;

/// <summary>The landmarks of every face of a dataset.</summary>
/// <param name="Scheme">Which points they are (L of them).</param>
/// <param name="Points">
/// N x L x 2 finite numbers: face after face, point after point, x then y in pixels of the image. (0, 0) is the top left corner of the
/// image, so the centre of its first pixel is (0.5, 0.5). A point may lie outside the image.
/// </param>
public sealed record FaceLandmarks(LandmarkScheme Scheme, ReadOnlyMemory<float> Points);
