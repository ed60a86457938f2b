using System.Numerics;

namespace FacialAttention;

/// <summary>
/// Which part of a picture a network sees of a face: from the box of a detector to the box that a recogniser takes. Detectors draw their boxes
/// tighter or looser, higher or lower than the faces that a network was trained on are cut.
/// </summary>
/// <remarks>Size first, then shift, then turn; the shift is along the sides of the turned box.</remarks>
public sealed record FaceFraming
{
    /// <summary>How many times as large the sides of the frame are as those of the box: 0.1 to 10, default 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public double Scale
    {
        get;
        init => field = Require.InRange(value, 0.1, 10, nameof(Scale));
    } = 1;

    /// <summary>How far the frame lies to the right of the box, in widths of the box: -2 to 2, default 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public double ShiftX
    {
        get;
        init => field = Require.InRange(value, -2, 2, nameof(ShiftX));
    }

    /// <summary>How far the frame lies below the box, in heights of the box: -2 to 2, default 0. Negative is up.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public double ShiftY
    {
        get;
        init => field = Require.InRange(value, -2, 2, nameof(ShiftY));
    }

    /// <summary>
    /// Whether the frame is a square, whose sides are as long as the longer one of the box, about the same centre. Default: false, the shape of
    /// the box. A network sees either stretched to its own size.
    /// </summary>
    public bool IsSquare { get; init; }

    /// <summary>
    /// From which slope of its eyes on, in degrees, a face that a detector found is turned level by its own <c>Frame</c>: 0, always, to 90, never; default 20.
    /// Networks that were trained on faces with heads a little aslant, as those of FER2013 are, see these no worse as they are, and points of eyes are never exact
    /// (measured: docs/photos.md).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public double LevelFrom
    {
        get;
        init => field = Require.InRange(value, 0, 90, nameof(LevelFrom));
    } = 20;

    /// <summary>The frame of a face, turned as its box is.</summary>
    /// <param name="face">The box of a detector.</param>
    /// <returns>The box to recognise. It may reach beyond the picture.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The sides of the box are not more than 0, or a number is not finite.</exception>
    public FaceBox Frame(FaceBox face)
    {
        if (!face.HasArea)
        {
            throw new ArgumentOutOfRangeException(nameof(face), $"Got {face}; expected finite numbers, and sides of more than 0.");
        }

        double longer = Math.Max(face.Width, face.Height);
        (double width, double height) = IsSquare ? (longer, longer) : (face.Width, face.Height);
        (double right, double down) = (ShiftX * face.Width, ShiftY * face.Height);
        (double sin, double cos) = double.SinCos(double.DegreesToRadians(face.Roll));
        (double x, double y) = face.Centre;
        return new FaceBox(
            (float)(x + (right * cos) - (down * sin) - (0.5 * Scale * width)),
            (float)(y + (right * sin) + (down * cos) - (0.5 * Scale * height)),
            (float)(Scale * width),
            (float)(Scale * height))
        {
            Roll = face.Roll,
        };
    }

    /// <summary>The frame of a face, turned so that its eyes lie level.</summary>
    /// <param name="face">The box of a detector; its own roll is replaced.</param>
    /// <param name="eye">The middle of one eye, in pixels of the picture.</param>
    /// <param name="otherEye">
    /// The middle of the other one. Their order means nothing: a face is taken to be upright, its roll to be from -90 to 90 degrees.
    /// </param>
    /// <returns>The box to recognise. It may reach beyond the picture.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The sides of the box are not more than 0, or a number is not finite.</exception>
    /// <exception cref="ArgumentException">The eyes are at the same place, or not at a finite one.</exception>
    public FaceBox Frame(FaceBox face, Vector2 eye, Vector2 otherEye)
    {
        Vector2 between = otherEye - eye;
        if (!float.IsFinite(between.X) || !float.IsFinite(between.Y) || between == Vector2.Zero)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Got eyes at ({eye.X}, {eye.Y}) and ({otherEye.X}, {otherEye.Y}); expected two places."),
                nameof(otherEye));
        }

        double angle = Math.Atan2(between.Y, between.X) * 180 / Math.PI;
        return Frame(face with { Roll = (float)(angle > 90 ? angle - 180 : angle < -90 ? angle + 180 : angle) });
    }
}
