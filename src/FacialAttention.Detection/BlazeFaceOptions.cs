namespace FacialAttention;

/// <summary>How a <see cref="BlazeFaceDetector"/> searches.</summary>
public sealed record BlazeFaceOptions
{
    /// <summary>
    /// From which score on a face is reported: 0.01 to 1, default 0.5. Lower values find more faces and more of what is none.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public double LeastScore
    {
        get;
        init => field = Require.InRange(value, 0.01, 1, nameof(LeastScore));
    } = 0.5;

    /// <summary>
    /// Above which overlap two boxes are taken to be of one face, as the area that they share divided by the area that they cover: 0 to 1,
    /// default 0.3. Such boxes become one, the mean weighted by their scores. Higher values keep faces apart that partly hide each other.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public double SameFaceOverlap
    {
        get;
        init => field = Require.InRange(value, 0, 1, nameof(SameFaceOverlap));
    } = 0.3;

    /// <summary>
    /// In how many overlapping square tiles the longer side of a picture is divided, to find small faces too: 1 to 16, default 1, the whole
    /// picture alone. With more, the network looks at the whole picture, at these tiles, and at those of each half of their number above 1:
    /// 7 times for 3 tiles of a picture of 1920 x 1080, 15 times for 4.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public int Tiles
    {
        get;
        init => field = Require.InRange(value, 1, 16, nameof(Tiles));
    } = 1;

    /// <summary>
    /// How many threads a picture is computed with: 1 to 256, default 1. The networks are small: more threads gain little, and many pictures at once
    /// are better detected by as many calls.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public int Threads
    {
        get;
        init => field = Require.InRange(value, 1, 256, nameof(Threads));
    } = 1;
}
