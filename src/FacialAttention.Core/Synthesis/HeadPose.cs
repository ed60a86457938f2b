namespace FacialAttention;

/// <summary>How a head stands in the picture; the numbers are in face coordinates (<see cref="FaceCanvas"/>).</summary>
/// <param name="Cosine">Cosine of the in-plane rotation.</param>
/// <param name="Sine">Sine of the in-plane rotation.</param>
/// <param name="Scale">Face units that fill half the shorter side of the picture, inverted: larger is a larger face.</param>
/// <param name="ShiftX">Rightward shift of the face.</param>
/// <param name="ShiftY">Downward shift of the face.</param>
/// <param name="Yaw">Rightward shift of the middle of the face against its outline: a slight turn of the head.</param>
internal readonly record struct HeadPose(double Cosine, double Sine, double Scale, double ShiftX, double ShiftY, double Yaw)
{
    private const double MaxHalfTangent = 0.13; // of the rotation: 15 degrees
    private const double MaxShiftX = 0.165;
    private const double MaxShiftY = 0.14;
    private const double MinScale = 0.98;
    private const double MaxScale = 1.2;
    private const double MaxYaw = 0.14;
    private const double MaxDrift = 0.02;

    /// <summary>A random pose.</summary>
    public static HeadPose Draw(ref SeededRandom random)
    {
        // The rational form of sine and cosine needs no library function, so it gives the same bits everywhere.
        double t = random.NextDouble(-MaxHalfTangent, MaxHalfTangent);
        double norm = 1 + (t * t);
        return new HeadPose(
            (1 - (t * t)) / norm,
            2 * t / norm,
            random.NextDouble(MinScale, MaxScale),
            random.NextDouble(-MaxShiftX, MaxShiftX),
            random.NextDouble(-MaxShiftY, MaxShiftY),
            random.NextDouble(-MaxYaw, MaxYaw));
    }

    /// <summary>The same head farther away, in the middle of a wider view.</summary>
    /// <param name="share">The size that is left of it, above 0 and up to 1.</param>
    public HeadPose At(double share) => this with { Scale = share * Scale };

    /// <summary>The same head a little moved, as between two frames.</summary>
    public HeadPose Moved(ref SeededRandom random) => this with
    {
        ShiftX = ShiftX + random.NextDouble(-MaxDrift, MaxDrift),
        ShiftY = ShiftY + random.NextDouble(-MaxDrift, MaxDrift),
    };
}
