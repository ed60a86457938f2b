namespace FacialAttention;

/// <summary>A turned head.</summary>
internal static class FaceTurn
{
    // Sine and cosine of 10 to 50 degrees, written down so that they are the same on every machine.
    private static readonly (double Sin, double Cos)[] Angles =
    [
        (0.17364817766693033, 0.984807753012208), (0.3420201433256687, 0.9396926207859084), (0.5, 0.8660254037844387),
        (0.6427876096865393, 0.766044443118978), (0.766044443118978, 0.6427876096865393),
    ];

    public static void Apply(int strength, Span<byte> face, ImageSize size, Span<float> points, SeededRandom random)
    {
        (double sin, double cos) = Angles[strength - 1]; // clockwise, as y goes down
        sin = random.NextInt32(2) == 1 ? -sin : sin;
        byte[] before = face.ToArray();
        double centreX = 0.5 * size.Width, centreY = 0.5 * size.Height;
        for (int i = 0; i < face.Length; i++)
        {
            double x = (i % size.Width) + 0.5 - centreX, y = (i / size.Width) + 0.5 - centreY;
            face[i] = Corruption.ToByte(Read(before, size, (cos * x) + (sin * y) + centreX - 0.5, (cos * y) - (sin * x) + centreY - 0.5));
        }

        for (int i = 0; i + 1 < points.Length; i += 2)
        {
            double x = points[i] - centreX, y = points[i + 1] - centreY;
            points[i] = (float)((cos * x) - (sin * y) + centreX);
            points[i + 1] = (float)((sin * x) + (cos * y) + centreY);
        }
    }

    /// <summary>Between four pixels, of which those at the edge continue outwards; whole numbers are the centres of pixels.</summary>
    private static double Read(byte[] pixels, ImageSize size, double x, double y)
    {
        x = Math.Clamp(x, 0, size.Width - 1);
        y = Math.Clamp(y, 0, size.Height - 1);
        int left = Math.Min((int)x, size.Width - 2), top = Math.Min((int)y, size.Height - 2);
        double right = x - left, down = y - top;
        int at = (top * size.Width) + left;
        double above = pixels[at] + (right * (pixels[at + 1] - pixels[at]));
        double below = pixels[at + size.Width] + (right * (pixels[at + size.Width + 1] - pixels[at + size.Width]));
        return above + (down * (below - above));
    }
}
