namespace FacialAttention;

/// <summary>A picture of a sequence that <see cref="SyntheticFaces.DrawSequence"/> draws.</summary>
public sealed class SyntheticFrame
{
    internal SyntheticFrame(FaceImage image, ReadOnlyMemory<float> landmarks)
    {
        Image = image;
        Landmarks = landmarks;
    }

    /// <summary>The gray picture.</summary>
    public FaceImage Image { get; }

    /// <summary>
    /// The 68 points of <see cref="LandmarkScheme.Points68"/>, x then y in pixels of the picture, whose top left corner is (0, 0). They are those of what is
    /// drawn, exact whatever the light does.
    /// </summary>
    public ReadOnlyMemory<float> Landmarks { get; }
}
