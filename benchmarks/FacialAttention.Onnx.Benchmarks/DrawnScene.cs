using System.Numerics;

namespace FacialAttention.Onnx.Benchmarks;

/// <summary>
/// A picture of drawn faces of many sizes, tilts and lights before a background of noise, bars and discs, and where the faces are. Equal arguments
/// give equal scenes.
/// </summary>
internal sealed class DrawnScene
{
    private readonly int _width;
    private readonly int _height;
    private readonly byte[] _pixels;
    private readonly List<Face> _faces = [];
    private readonly Random _random;

    public DrawnScene(int width, int height, int seed)
    {
        (_width, _height, _pixels) = (width, height, new byte[3 * width * height]);
        _random = new Random(seed);
        DrawBackground();
    }

    public IReadOnlyList<Face> Faces => _faces;

    public FaceImage Image => FaceImage.FromRgb(_pixels, new ImageSize(_height, _width));

    /// <summary>Tries to place a face where none is yet.</summary>
    /// <param name="side">Of the square that it is drawn in, in pixels; its face proper takes about four fifths.</param>
    /// <param name="tilt">In degrees, clockwise.</param>
    public void TryAdd(int side, double tilt)
    {
        double x = _random.Next(side / 2, _width - (side / 2)), y = _random.Next(side / 2, Math.Max(1 + (side / 2), _height - (side / 2)));
        if (side > _height || _faces.Any(face => Vector2.Distance(face.Centre, new((float)x, (float)y)) < 0.75f * (face.Drawn + side)))
        {
            return;
        }

        Add(side, tilt, x, y);
    }

    /// <summary>Draws a face about a place.</summary>
    public void Add(int side, double tilt, double x, double y)
    {
        string[] labels = [Enum.GetNames<FacialExpression>()[_random.Next(7)], nameof(FacialExpression.Contempt)];
        FaceDataset drawn = SyntheticFaces.Generate(
            1, seed: _random.Next(), firstIdentity: _random.Next(), new ExpressionLabels(labels), new ImageSize(side, side));
        ReadOnlySpan<byte> gray = drawn.PixelsOf(0);
        double[] light = [Between(0.4, 1.3), 0, 0];
        (light[1], light[2]) = (light[0] * Between(0.65, 1), light[0] * Between(0.5, 1));
        (double sin, double cos) = double.SinCos(double.DegreesToRadians(tilt));
        double middle = 0.5 * side;
        int reach = (int)Math.Ceiling(middle);
        for (int row = (int)y - reach; row <= (int)y + reach; row++)
        {
            for (int column = (int)x - reach; column <= (int)x + reach; column++)
            {
                (double right, double down) = (column + 0.5 - x, row + 0.5 - y);
                (double u, double v) = (middle + (right * cos) + (down * sin), middle + (down * cos) - (right * sin));
                double share = Math.Clamp((middle - double.Hypot(right, down)) / (0.06 * side), 0, 1); // a round cut with a soft edge
                if (share > 0 && row >= 0 && row < _height && column >= 0 && column < _width)
                {
                    Blend(column, row, share, Sample(gray, side, u - 0.5, v - 0.5), light);
                }
            }
        }

        ReadOnlySpan<float> points = drawn.Columns.Landmarks!.Points.Span;
        var mapped = new Vector2[points.Length / 2];
        for (int i = 0; i < mapped.Length; i++)
        {
            (double right, double down) = (points[2 * i] - middle, points[(2 * i) + 1] - middle);
            mapped[i] = new((float)(x + (right * cos) - (down * sin)), (float)(y + (right * sin) + (down * cos)));
        }

        _faces.Add(new Face(mapped, new((float)x, (float)y), side, tilt));
    }

    private static double Sample(ReadOnlySpan<byte> gray, int side, double x, double y)
    {
        (x, y) = (Math.Clamp(x, 0, side - 1.001), Math.Clamp(y, 0, side - 1.001));
        (int left, int top) = ((int)x, (int)y);
        int at = (top * side) + left;
        double upper = gray[at] + ((x - left) * (gray[at + 1] - gray[at]));
        double lower = gray[at + side] + ((x - left) * (gray[at + side + 1] - gray[at + side]));
        return upper + ((y - top) * (lower - upper));
    }

    private void DrawBackground()
    {
        int cell = 16 << _random.Next(4);
        int columns = (_width / cell) + 2;
        double[] noise = [.. Enumerable.Range(0, columns * ((_height / cell) + 2)).SelectMany(_ => Colour(Between(40, 215), spread: 30))];
        for (int y = 0; y < _height; y++)
        {
            for (int x = 0; x < _width; x++)
            {
                (double right, double down) = ((double)(x % cell) / cell, (double)(y % cell) / cell);
                int at = 3 * (((y / cell) * columns) + (x / cell));
                for (int channel = 0; channel < 3; channel++)
                {
                    double upper = noise[at + channel] + (right * (noise[at + channel + 3] - noise[at + channel]));
                    int below = at + channel + (3 * columns);
                    double lower = noise[below] + (right * (noise[below + 3] - noise[below]));
                    _pixels[(3 * ((y * _width) + x)) + channel] = (byte)(upper + (down * (lower - upper)) + Between(-8, 8));
                }
            }
        }

        for (int i = 0; i < 25; i++)
        {
            (double x, double y, double across, double along) = (Between(0, _width), Between(0, _height), Between(8, 90), Between(8, 200));
            double[] light = Colour(Between(0.1, 0.9), spread: 0.2);
            bool isDisc = _random.Next(2) == 0;
            for (int row = Math.Max(0, (int)(y - along)); row < Math.Min(_height, y + along); row++)
            {
                for (int column = Math.Max(0, (int)(x - across)); column < Math.Min(_width, x + across); column++)
                {
                    if (!isDisc || double.Hypot((column - x) / across, (row - y) / along) < 1)
                    {
                        Blend(column, row, 0.7, 255, light);
                    }
                }
            }
        }
    }

    /// <summary>Red, green and blue about a gray.</summary>
    private double[] Colour(double gray, double spread) =>
        [gray + Between(-spread, spread), gray + Between(-spread, spread), gray + Between(-spread, spread)];

    private double Between(double least, double most) => least + ((most - least) * _random.NextDouble());

    private void Blend(int x, int y, double share, double gray, double[] light)
    {
        for (int channel = 0; channel < 3; channel++)
        {
            ref byte pixel = ref _pixels[(3 * ((y * _width) + x)) + channel];
            pixel = (byte)Math.Clamp(pixel + (share * ((gray * light[channel]) - pixel)), 0, 255);
        }
    }

    /// <summary>A face that was drawn.</summary>
    /// <param name="Points">The 68 landmarks in the scene.</param>
    /// <param name="Centre">Of the square that it was drawn in.</param>
    /// <param name="Drawn">The side of that square.</param>
    /// <param name="Tilt">In degrees, clockwise.</param>
    public sealed record Face(Vector2[] Points, Vector2 Centre, int Drawn, double Tilt)
    {
        public Vector2 RightEye => Mean(36, 42);

        public Vector2 LeftEye => Mean(42, 48);

        /// <summary>A level square about the landmarks, from the brows to the chin.</summary>
        public FaceBox Box
        {
            get
            {
                Vector2 middle = (Mean(17, 27) + Points[8]) / 2; // of brows and chin
                float side = Math.Max(Vector2.Distance(Points[0], Points[16]), Vector2.Distance(Mean(17, 27), Points[8]));
                return new FaceBox(middle.X - (side / 2), middle.Y - (side / 2), side, side);
            }
        }

        private Vector2 Mean(int first, int end) => Points[first..end].Aggregate(Vector2.Add) / (end - first);
    }
}
