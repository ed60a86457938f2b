namespace FacialAttention;

/// <summary>Finds the faces of a picture. Safe for many threads at once. Whoever creates it disposes it.</summary>
/// <remarks>
/// It may be disposed while other threads detect: calls that are under way end as if nothing had happened, a call that begins later throws
/// <see cref="ObjectDisposedException"/>.
/// </remarks>
public interface IFaceDetector : IDisposable
{
    /// <summary>Finds the faces of a picture.</summary>
    /// <param name="image">A picture of any size, gray or RGB, upright.</param>
    /// <returns>The faces, the most certain one first; none if there is none.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The detector was disposed.</exception>
    public IReadOnlyList<DetectedFace> Detect(FaceImage image);
}
