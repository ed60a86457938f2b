namespace FacialAttention;

/// <summary>Which faces <see cref="CkPlusReader"/> takes from CK+, and how it cuts them out.</summary>
public sealed record CkPlusOptions
{
    private const int MostFrames = 100;

    /// <summary>How many frames of each labelled sequence show its emotion, counted from the last: 1 to 100, default 3, as is the field's custom.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public int FramesPerSequence
    {
        get;
        init => field = Require.InRange(value, 1, MostFrames, nameof(FramesPerSequence));
    } = 3;

    /// <summary>
    /// Whether the first frame of each labelled sequence, from which every sequence of CK+ starts, is a neutral face. The labels are then the
    /// eight of the codes 0 to 7, Neutral before those of <see cref="ExpressionLabels.CkPlus"/>. Default false.
    /// </summary>
    public bool IncludesNeutral { get; init; }

    /// <summary>
    /// Whether the faces have their landmarks as <see cref="FaceColumns.Landmarks"/>, in pixels of the face that was cut out
    /// (<see cref="LandmarkScheme.Points68"/>). Only the distributed layout has any. Default false.
    /// </summary>
    public bool IncludesLandmarks { get; init; }

    /// <summary>
    /// What is cut out around the smallest upright box that holds the 68 landmarks of the frame: by default a square 1.2 times the longer side of
    /// that box, its centre a twentieth of the box's height above that of the box, so that it reaches from the forehead to under the chin.
    /// The paper says no more than that "face recognition is performed on the image to trim the invalid background". The cropped
    /// layout is cut already, and taken whole.
    /// </summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public FaceFraming Framing
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Framing));
    } = new() { Scale = 1.2, ShiftY = -0.05, IsSquare = true };

    /// <summary>Makes the gray faces and has their size. Default: 48 x 48 pixels.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public FacePreprocessor Preprocessor
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Preprocessor));
    } = new();

    internal ExpressionLabels Labels =>
        IncludesNeutral ? new ExpressionLabels(["Neutral", .. ExpressionLabels.CkPlus.Names]) : ExpressionLabels.CkPlus;

    /// <summary>The label of an emotion's code.</summary>
    internal byte LabelOf(int code) => (byte)(IncludesNeutral ? code : code - 1);
}
