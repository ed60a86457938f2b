namespace FacialAttention;

/// <summary>
/// A gray picture that is painted in face coordinates: the origin between eyes and mouth, x to the right, y down, 1 = half the
/// shorter side of the picture at scale 1. Uses only IEEE basic arithmetic and square roots, which every machine rounds alike.
/// </summary>
internal sealed class FaceCanvas
{
    private const double MinOpacity = 0.01;

    private readonly int _width;
    private readonly int _height;
    private readonly HeadPose _pose;
    private readonly double _pixelsPerUnit;
    private readonly double[] _x; // [H * W] face coordinates of the pixel centres
    private readonly double[] _y;
    private readonly double[] _values; // [H * W] brightness, 0 to 1

    public FaceCanvas(ImageSize size, HeadPose pose)
    {
        (int height, int width) = size;
        _width = width;
        _height = height;
        _pose = pose;
        _pixelsPerUnit = 0.5 * Math.Min(width, height) * pose.Scale;
        _x = new double[width * height];
        _y = new double[width * height];
        _values = new double[width * height];
        int i = 0;
        for (int row = 0; row < height; row++)
        {
            double py = ((row + 0.5 - (0.5 * height)) / _pixelsPerUnit) - pose.ShiftY;
            for (int column = 0; column < width; column++)
            {
                double px = ((column + 0.5 - (0.5 * width)) / _pixelsPerUnit) - pose.ShiftX;
                double x = (pose.Cosine * px) + (pose.Sine * py);
                _y[i] = (pose.Cosine * py) - (pose.Sine * px);
                // The middle of a turned head moves, its outline stays.
                _x[i] = Math.Abs(x) < 1 ? x - (pose.Yaw * (1 - (x * x))) : x;
                i++;
            }
        }
    }

    /// <summary>
    /// The place of a point of the face in the picture: x and y in pixels, (0, 0) the top left corner, so the centre of the first pixel is
    /// (0.5, 0.5).
    /// </summary>
    public (double X, double Y) PlaceOf(double faceX, double faceY)
    {
        // The x that the constructor moves to faceX: the root of yaw x^2 + x - yaw - faceX = 0 between -1 and 1.
        double x = Math.Abs(faceX) < 1
            ? 2 * (_pose.Yaw + faceX) / (1 + Math.Sqrt(1 + (4 * _pose.Yaw * (_pose.Yaw + faceX))))
            : faceX;
        double px = (_pose.Cosine * x) - (_pose.Sine * faceY) + _pose.ShiftX;
        double py = (_pose.Sine * x) + (_pose.Cosine * faceY) + _pose.ShiftY;
        return ((px * _pixelsPerUnit) + (0.5 * _width), (py * _pixelsPerUnit) + (0.5 * _height));
    }

    /// <summary>The value of every pixel, from its place in the picture: x and y from -1 to 1.</summary>
    public void Transform(Func<double, double, double, double> value)
    {
        int i = 0;
        for (int row = 0; row < _height; row++)
        {
            double y = ((2 * row) + 1 - _height) / (double)_height;
            for (int column = 0; column < _width; column++)
            {
                double x = ((2 * column) + 1 - _width) / (double)_width;
                _values[i] = value(x, y, _values[i]);
                i++;
            }
        }
    }

    /// <summary>Paints a shape given by its signed distance (negative inside), with edges one pixel soft.</summary>
    public void Paint(Area area, Func<double, double, double> distance, double value, double opacity = 1)
    {
        Clip clip = Within(area);
        for (int row = clip.Top; row < clip.Bottom; row++)
        {
            for (int i = (row * _width) + clip.Left; i < (row * _width) + clip.Right; i++)
            {
                double coverage = 0.5 - (distance(_x[i], _y[i]) * _pixelsPerUnit);
                if (coverage > 0)
                {
                    _values[i] += Math.Min(coverage, 1) * opacity * (value - _values[i]);
                }
            }
        }
    }

    /// <summary>Brightens (amount above 0) or darkens by a round soft spot: amount in the middle, 0 at the radii.</summary>
    public void Shade(double centreX, double centreY, double radiusX, double radiusY, double amount)
    {
        Clip clip = Within(new Area(centreX - radiusX, centreY - radiusY, centreX + radiusX, centreY + radiusY));
        for (int row = clip.Top; row < clip.Bottom; row++)
        {
            for (int i = (row * _width) + clip.Left; i < (row * _width) + clip.Right; i++)
            {
                double dx = (_x[i] - centreX) / radiusX;
                double dy = (_y[i] - centreY) / radiusY;
                double rest = 1 - (dx * dx) - (dy * dy);
                if (rest > 0)
                {
                    _values[i] *= 1 + (amount * rest * rest);
                }
            }
        }
    }

    /// <summary>Paints a line through the points, each with its own half width; one too faint to change a byte is left out.</summary>
    public void Stroke(ReadOnlySpan<StrokePoint> points, double value, double opacity = 1)
    {
        if (opacity < MinOpacity)
        {
            return;
        }

        StrokePoint[] path = points.ToArray();
        double left = double.MaxValue, top = double.MaxValue, right = double.MinValue, bottom = double.MinValue;
        foreach (StrokePoint p in path)
        {
            left = Math.Min(left, p.X - p.Radius);
            right = Math.Max(right, p.X + p.Radius);
            top = Math.Min(top, p.Y - p.Radius);
            bottom = Math.Max(bottom, p.Y + p.Radius);
        }

        Paint(
            new Area(left, top, right, bottom),
            (x, y) =>
            {
                double nearest = double.MaxValue;
                for (int k = 1; k < path.Length; k++)
                {
                    StrokePoint a = path[k - 1], b = path[k];
                    double dx = b.X - a.X, dy = b.Y - a.Y;
                    double t = Math.Clamp((((x - a.X) * dx) + ((y - a.Y) * dy)) / ((dx * dx) + (dy * dy) + 1e-12), 0, 1);
                    double ex = x - a.X - (t * dx), ey = y - a.Y - (t * dy);
                    nearest = Math.Min(nearest, Math.Sqrt((ex * ex) + (ey * ey)) - a.Radius - (t * (b.Radius - a.Radius)));
                }

                return nearest;
            },
            value,
            opacity);
    }

    /// <summary>Mixes each pixel with the weighted mean (1 2 1) of its neighbourhood; 0 is sharp.</summary>
    public void Blur(double amount)
    {
        BlurLines(_width, _height, 1, _width, amount);
        BlurLines(_height, _width, _width, 1, amount);
    }

    private void BlurLines(int length, int lines, int step, int lineStep, double amount)
    {
        for (int line = 0; line < lines; line++)
        {
            int i = line * lineStep;
            double before = _values[i];
            for (int k = 0; k < length; k++, i += step)
            {
                double here = _values[i];
                double after = k + 1 < length ? _values[i + step] : here;
                _values[i] = here + (0.25 * amount * (before + after - (2 * here)));
                before = here;
            }
        }
    }

    /// <summary>Adds noise to every pixel: the sum of four uniform numbers, nearly normal, with the given standard deviation.</summary>
    public void AddNoise(double deviation, ref SeededRandom random)
    {
        // Four 16-bit numbers: mean 4 x 32767.5; variance 4 x 65536^2 / 12.
        double scale = deviation * 1.7320508075688772 / 65536;
        for (int i = 0; i < _values.Length; i++)
        {
            ulong bits = random.NextUInt64();
            double sum = (bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48);
            _values[i] += scale * (sum - 131070);
        }
    }

    /// <summary>The picture as bytes, row by row.</summary>
    public void CopyTo(Span<byte> pixels)
    {
        for (int i = 0; i < _values.Length; i++)
        {
            pixels[i] = (byte)((Math.Clamp(_values[i], 0, 1) * 255) + 0.5);
        }
    }

    /// <summary>The pixels that an area of the face can reach.</summary>
    private Clip Within(Area area)
    {
        double margin = Math.Abs(_pose.Yaw) + (1 / _pixelsPerUnit);
        double centreX = 0.5 * (area.Left + area.Right), centreY = 0.5 * (area.Top + area.Bottom);
        double halfX = (0.5 * (area.Right - area.Left)) + margin, halfY = (0.5 * (area.Bottom - area.Top)) + (1 / _pixelsPerUnit);
        double pictureX = (_pose.Cosine * centreX) - (_pose.Sine * centreY) + _pose.ShiftX;
        double pictureY = (_pose.Sine * centreX) + (_pose.Cosine * centreY) + _pose.ShiftY;
        double reachX = (_pose.Cosine * halfX) + (Math.Abs(_pose.Sine) * halfY);
        double reachY = (Math.Abs(_pose.Sine) * halfX) + (_pose.Cosine * halfY);
        return new Clip(
            Bound(((pictureX - reachX) * _pixelsPerUnit) + (0.5 * _width), _width),
            Bound(((pictureY - reachY) * _pixelsPerUnit) + (0.5 * _height), _height),
            Bound(((pictureX + reachX) * _pixelsPerUnit) + (0.5 * _width) + 1, _width),
            Bound(((pictureY + reachY) * _pixelsPerUnit) + (0.5 * _height) + 1, _height));
    }

    private static int Bound(double position, int limit) => (int)Math.Clamp(position, 0, limit);

    private readonly record struct Clip(int Left, int Top, int Right, int Bottom);
}

/// <summary>A rectangle in face coordinates that holds a shape.</summary>
internal readonly record struct Area(double Left, double Top, double Right, double Bottom);

/// <summary>A point of a line in face coordinates, with the line's half width there.</summary>
internal readonly record struct StrokePoint(double X, double Y, double Radius);
