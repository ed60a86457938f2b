using FacialAttention;

namespace Recognize;

/// <summary>One face over the frames of a video.</summary>
/// <param name="number">From 1, in the order of appearance.</param>
/// <param name="face">Where it was seen first.</param>
/// <param name="time">When.</param>
/// <param name="labels">The classes of its expressions.</param>
internal sealed class FaceTrack(int number, DetectedFace face, TimeSpan time, ExpressionLabels labels)
{
    public int Number { get; } = number;

    /// <summary>Where it was seen last.</summary>
    public DetectedFace Face { get; set; } = face;

    public TimeSpan LastSeen { get; set; } = time;

    public ExpressionTracker Tracker { get; } = new(labels);
}
