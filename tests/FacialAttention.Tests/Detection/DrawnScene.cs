using System.Numerics;

namespace FacialAttention.Tests.Detection;

/// <summary>Faces of SyntheticFaces on a plain gray picture, and where their parts are.</summary>
internal sealed class DrawnScene(int width, int height)
{
    private readonly byte[] _pixels = Enumerable.Repeat((byte)128, width * height).ToArray();
    private readonly List<FacePoints> _faces = [];

    public IReadOnlyList<FacePoints> Faces => _faces;

    public FaceImage Gray => FaceImage.FromGray(_pixels, new ImageSize(height, width));

    public FaceImage Rgb => FaceImage.FromRgb(
        _pixels.SelectMany(value => new[] { value, value, value }).ToArray(), new ImageSize(height, width));

    /// <summary>A scene of one face in the middle.</summary>
    public static DrawnScene OfOne(int width, int height, int side)
    {
        var scene = new DrawnScene(width, height);
        scene.Add((width - side) / 2, (height - side) / 2, side, person: 3);
        return scene;
    }

    /// <summary>Draws a face into a square.</summary>
    public void Add(int left, int top, int side, long person)
    {
        FaceDataset drawn = SyntheticFaces.Generate(
            1, seed: 1, firstIdentity: person, new ExpressionLabels("Neutral", "Happy"), new ImageSize(side, side));
        ReadOnlySpan<byte> pixels = drawn.PixelsOf(0);
        for (int y = 0; y < side; y++)
        {
            pixels.Slice(y * side, side).CopyTo(_pixels.AsSpan(((top + y) * width) + left));
        }

        float[] points = drawn.Columns.Landmarks!.Points.ToArray();
        _faces.Add(new FacePoints(Mean(36, 41), Mean(42, 47), Mean(30, 30), Mean(48, 59)));

        Vector2 Mean(int first, int last) => new(
            left + Enumerable.Range(first, last - first + 1).Average(i => points[2 * i]),
            top + Enumerable.Range(first, last - first + 1).Average(i => points[(2 * i) + 1]));
    }
}
