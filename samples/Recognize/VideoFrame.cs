using FacialAttention;

namespace Recognize;

/// <summary>A picture of a video, upright.</summary>
/// <param name="Time">When it is shown, from the beginning of the video.</param>
/// <param name="Image">Its pixels, until the next frame is read.</param>
internal readonly record struct VideoFrame(TimeSpan Time, FaceImage Image);
