using System.Numerics;

namespace FacialAttention;

/// <summary>
/// Where the eyes, the nose and the mouth of a face are: in pixels of the picture, of which the top left one reaches from (0, 0) to (1, 1).
/// They may lie outside the picture, where its edge cuts a face.
/// </summary>
/// <param name="RightEye">The middle of the person's right eye, which an upright face that looks at the camera shows on the left.</param>
/// <param name="LeftEye">The middle of the person's left eye.</param>
/// <param name="NoseTip">The tip of the nose.</param>
/// <param name="MouthCentre">The middle of the mouth.</param>
/// <remarks>With the eyes <see cref="FaceFraming.Frame(FaceBox, Vector2, Vector2)"/> levels a face.</remarks>
public readonly record struct FacePoints(Vector2 RightEye, Vector2 LeftEye, Vector2 NoseTip, Vector2 MouthCentre)
{
    internal bool IsFinite => float.IsFinite(
        Vector2.Dot(RightEye, Vector2.One) + Vector2.Dot(LeftEye, Vector2.One)
        + Vector2.Dot(NoseTip, Vector2.One) + Vector2.Dot(MouthCentre, Vector2.One));
}
