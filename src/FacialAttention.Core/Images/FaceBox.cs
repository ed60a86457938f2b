namespace FacialAttention;

/// <summary>
/// A rectangle around a face in a picture, as a face detector reports it: in pixels, of which the top left one reaches from (0, 0) to (1, 1).
/// It need not lie on whole pixels, and may reach beyond the picture, whose edge pixels continue there.
/// </summary>
/// <param name="X">The left edge; any finite number.</param>
/// <param name="Y">The upper edge; any finite number.</param>
/// <param name="Width">More than 0, and at most 65,536.</param>
/// <param name="Height">More than 0, and at most 65,536.</param>
public readonly record struct FaceBox(float X, float Y, float Width, float Height)
{
    internal const int MaxSide = 65_536;

    /// <summary>
    /// The angle in degrees, clockwise, by which the rectangle is turned about its centre: that of a face whose eyes lie on such a slope. -180 to
    /// 180; default 0. <see cref="X"/> and <see cref="Y"/> are those of the rectangle before it is turned.
    /// </summary>
    public float Roll { get; init; }

    /// <summary>
    /// How far two rectangles are the same place: the area that they share over that of both together (intersection over union), 0 to 1. Turned ones
    /// count as they were before they were turned.
    /// </summary>
    /// <param name="other">The other one.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of this box or of the other one is not finite, or a side not more than 0.</exception>
    public double OverlapWith(FaceBox other)
    {
        foreach (FaceBox box in (ReadOnlySpan<FaceBox>)[this, other])
        {
            if (!box.HasArea)
            {
                throw new ArgumentOutOfRangeException(nameof(other), $"Got {box}; expected finite numbers, and sides of more than 0.");
            }
        }

        double width = Math.Min((double)X + Width, (double)other.X + other.Width) - Math.Max(X, other.X);
        double height = Math.Min((double)Y + Height, (double)other.Y + other.Height) - Math.Max(Y, other.Y);
        double shared = Math.Max(0, width) * Math.Max(0, height);
        return shared / (((double)Width * Height) + ((double)other.Width * other.Height) - shared);
    }

    internal (double X, double Y) Centre => (X + (0.5 * Width), Y + (0.5 * Height));

    /// <summary>Whether all numbers are finite and the sides more than 0.</summary>
    internal bool HasArea => Width > 0 && Height > 0 && float.IsFinite(X + Y + Width + Height + Roll);

    /// <summary>All of a picture.</summary>
    internal static FaceBox Of(ImageSize picture) => new(0, 0, picture.Width, picture.Height);

    /// <summary>Why the box cannot be cut out of a picture of this size, or null.</summary>
    internal string? FaultIn(ImageSize picture)
    {
        if (!float.IsFinite(X) || !float.IsFinite(Y))
        {
            return Fault("its place as finite numbers");
        }

        if (!(Width > 0 && Width <= MaxSide && Height > 0 && Height <= MaxSide))
        {
            return Fault(FormattableString.Invariant($"sides of more than 0, and at most {MaxSide}"));
        }

        if (!(Roll >= -180 && Roll <= 180))
        {
            return FormattableString.Invariant($"The roll of a box is {Roll}; expected -180 to 180 degrees.");
        }

        return Touches(picture)
            ? null
            : Fault(FormattableString.Invariant($"one that has a part in the image of {picture.Width} x {picture.Height}"));
    }

    private string Fault(string expected)
    {
        string roll = Roll == 0 ? "" : FormattableString.Invariant($", turned by {Roll} degrees");
        return FormattableString.Invariant($"Got a box of {Width} x {Height} pixels at ({X}, {Y}){roll}; expected {expected}.");
    }

    /// <summary>Two rectangles have a part in common unless a line along a side of one of them parts them.</summary>
    private bool Touches(ImageSize picture)
    {
        (double x, double y) = (Centre.X - (0.5 * picture.Width), Centre.Y - (0.5 * picture.Height)); // from centre to centre
        (double sin, double cos) = double.SinCos(double.DegreesToRadians(Roll));
        (double absoluteSin, double absoluteCos) = (Math.Abs(sin), Math.Abs(cos));
        return 2 * Math.Abs(x) < picture.Width + (Width * absoluteCos) + (Height * absoluteSin)
            && 2 * Math.Abs(y) < picture.Height + (Width * absoluteSin) + (Height * absoluteCos)
            && 2 * Math.Abs((x * cos) + (y * sin)) < Width + (picture.Width * absoluteCos) + (picture.Height * absoluteSin)
            && 2 * Math.Abs((y * cos) - (x * sin)) < Height + (picture.Width * absoluteSin) + (picture.Height * absoluteCos);
    }
}
