namespace FacialAttention;

/// <summary>
/// What is scaled of a box in an image, in gray: the rows of the image itself, or, of a turned box, rows along its sides, whose values lie
/// between those of the image.
/// </summary>
internal readonly struct GrayRows
{
    private const int MostSamples = 16_384;

    private readonly FaceImage _image;
    private readonly bool _isTurned;
    private readonly (double X, double Y) _first; // the place of the first sample, less half a pixel
    private readonly (double X, double Y) _right; // from one sample to the next, and so on
    private readonly (double X, double Y) _down;

    public GrayRows(FaceImage image, FaceBox box, ImageSize output)
    {
        _image = image;
        _isTurned = box.Roll != 0;
        if (!_isTurned)
        {
            (Width, Height, Box) = (image.Width, image.Height, box);
            return;
        }

        Width = SamplesOf(box.Width, output.Width);
        Height = SamplesOf(box.Height, output.Height);
        Box = new FaceBox(0, 0, Width, Height);
        (double sin, double cos) = double.SinCos(double.DegreesToRadians(box.Roll));
        (double across, double along) = ((double)box.Width / Width, (double)box.Height / Height);
        _right = (across * cos, across * sin);
        _down = (-along * sin, along * cos);
        (double x, double y) = box.Centre;
        (double columns, double rows) = (0.5 * (Width - 1), 0.5 * (Height - 1));
        _first = (x - (columns * _right.X) - (rows * _down.X) - 0.5, y - (columns * _right.Y) - (rows * _down.Y) - 0.5);
    }

    /// <summary>The number of values in a row.</summary>
    public int Width { get; }

    public int Height { get; }

    /// <summary>Where the box lies in these rows.</summary>
    public FaceBox Box { get; }

    /// <summary>Reads gray values of a row from a column on.</summary>
    public void Read(int row, int column, Span<byte> gray)
    {
        if (_isTurned)
        {
            Sample(row, column, gray);
            return;
        }

        ReadOnlySpan<byte> pixels = _image.Pixels.Span.Slice(((row * _image.Width) + column) * _image.Channels, gray.Length * _image.Channels);
        if (_image.Channels == 1)
        {
            pixels.CopyTo(gray);
            return;
        }

        for (int x = 0; x < gray.Length; x++)
        {
            gray[x] = LumaOf(pixels, x);
        }
    }

    /// <summary>As many as are asked for, and none farther apart than a pixel, so that nothing between them is missed.</summary>
    private static int SamplesOf(float side, int output) => side <= output ? output : (int)Math.Ceiling(Math.Min(side, MostSamples));

    /// <summary>Bilinear interpolation.</summary>
    private void Sample(int row, int column, Span<byte> gray)
    {
        ReadOnlySpan<byte> pixels = _image.Pixels.Span;
        for (int i = 0; i < gray.Length; i++)
        {
            double x = _first.X + (row * _down.X) + ((column + i) * _right.X);
            double y = _first.Y + (row * _down.Y) + ((column + i) * _right.Y);
            (double left, double top) = (Math.Floor(x), Math.Floor(y));
            (double fromLeft, double fromTop) = (x - left, y - top);
            (int x0, int x1) = (Column(left), Column(left + 1));
            (int y0, int y1) = (Row(top), Row(top + 1));
            double upper = LumaAt(pixels, y0, x0) + (fromLeft * (LumaAt(pixels, y0, x1) - LumaAt(pixels, y0, x0)));
            double lower = LumaAt(pixels, y1, x0) + (fromLeft * (LumaAt(pixels, y1, x1) - LumaAt(pixels, y1, x0)));
            gray[i] = (byte)(upper + (fromTop * (lower - upper)) + 0.5);
        }
    }

    private int Column(double x) => (int)Math.Clamp(x, 0, _image.Width - 1);

    private int Row(double y) => (int)Math.Clamp(y, 0, _image.Height - 1);

    private int LumaAt(ReadOnlySpan<byte> pixels, int row, int column)
    {
        int at = (row * _image.Width) + column;
        return _image.Channels == 1 ? pixels[at] : LumaOf(pixels, at);
    }

    private static byte LumaOf(ReadOnlySpan<byte> rgb, int pixel) =>
        (byte)(((299 * rgb[3 * pixel]) + (587 * rgb[(3 * pixel) + 1]) + (114 * rgb[(3 * pixel) + 2]) + 500) / 1000);
}
