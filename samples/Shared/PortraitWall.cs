using FacialAttention;

namespace Samples;

/// <summary>A wall with drawn faces as portraits on it: a picture of several faces that shows no person.</summary>
internal static class PortraitWall
{
    // Drawn persons whom a detector of photographed faces takes for such, which it does not do with all.
    private static readonly (FacialExpression Expression, long Person)[] Sitters =
    [
        (FacialExpression.Happy, 8), (FacialExpression.Surprise, 22), (FacialExpression.Neutral, 7), (FacialExpression.Angry, 0),
        (FacialExpression.Sad, 18), (FacialExpression.Fear, 6), (FacialExpression.Disgust, 12),
    ];

    /// <summary>Draws a wall with a texture, and portraits on it.</summary>
    /// <param name="size">Of the picture.</param>
    /// <param name="sides">The side of each portrait, in pixels.</param>
    /// <param name="step">How far the portraits have moved to the right, in pixels.</param>
    public static FaceImage Draw(ImageSize size, IReadOnlyList<int> sides, int step = 0)
    {
        byte[] pixels = Wall(size);
        foreach ((int number, FaceBox place) in Places(size, sides, step).Index())
        {
            (FacialExpression expression, long person) = Sitters[number % Sitters.Length];
            FaceImage portrait = SyntheticFaces.Draw(expression, person, variation: 1, new ImageSize(sides[number], sides[number]));
            Hang(pixels, size, portrait, (int)place.X, (int)place.Y);
        }

        return FaceImage.FromRgb(pixels, size);
    }

    /// <summary>Where the portraits hang: from left to right, higher and lower by turns.</summary>
    public static IEnumerable<FaceBox> Places(ImageSize size, IReadOnlyList<int> sides, int step = 0)
    {
        int gap = (size.Width - sides.Sum()) / (sides.Count + 1);
        int x = step;
        for (int i = 0; i < sides.Count; i++)
        {
            x += gap;
            int y = (int)((size.Height - sides[i]) * (i % 2 == 0 ? 0.3 : 0.55));
            yield return new FaceBox(x, y, sides[i], sides[i]);
            x += sides[i];
        }
    }

    /// <summary>Draws rows of portraits, each in a square of which it takes three quarters.</summary>
    /// <param name="columns">Portraits beside each other.</param>
    /// <param name="rows">Portraits below each other.</param>
    /// <param name="square">The side of a square, in pixels.</param>
    public static FaceImage DrawRows(int columns, int rows, int square)
    {
        var size = new ImageSize(rows * square, columns * square);
        byte[] pixels = Wall(size);
        int side = square * 3 / 4;
        FaceImage[] portraits = [.. Sitters.Select(sitter => SyntheticFaces.Draw(sitter.Expression, sitter.Person, variation: 1, new ImageSize(side, side)))];
        for (int i = 0; i < columns * rows; i++)
        {
            Hang(pixels, size, portraits[i % portraits.Length], (i % columns * square) + (square / 8), (i / columns * square) + (square / 8));
        }

        return FaceImage.FromRgb(pixels, size);
    }

    private static byte[] Wall(ImageSize size)
    {
        var pixels = new byte[size.Height * size.Width * 3];
        for (int y = 0; y < size.Height; y++)
        {
            double light = 172 - (50.0 * y / size.Height);
            for (int x = 0; x < size.Width; x++)
            {
                double stripe = 9 * Math.Sin(x / 19.0) + (5 * Math.Sin((x + (2 * y)) / 7.0)) + (4 * Math.Sin((x - (3 * y)) / 11.0));
                Paint(pixels.AsSpan(((y * size.Width) + x) * 3, 3), light + stripe, 1.0, 0.97, 0.88);
            }
        }

        return pixels;
    }

    private static void Hang(byte[] pixels, ImageSize size, FaceImage face, int left, int top)
    {
        int rim = Math.Max(2, face.Width / 24);
        for (int y = -rim; y < face.Height + rim; y++)
        {
            for (int x = -rim; x < face.Width + rim; x++)
            {
                if (left + x < 0 || left + x >= size.Width || top + y < 0 || top + y >= size.Height)
                {
                    continue;
                }

                Span<byte> pixel = pixels.AsSpan((((top + y) * size.Width) + left + x) * 3, 3);
                if (x < 0 || y < 0 || x >= face.Width || y >= face.Height)
                {
                    Paint(pixel, 62, 1.0, 0.8, 0.6); // the frame
                }
                else
                {
                    Paint(pixel, face.Pixels.Span[(y * face.Width) + x], 1.05, 0.98, 0.9);
                }
            }
        }
    }

    private static void Paint(Span<byte> pixel, double light, double red, double green, double blue)
    {
        pixel[0] = (byte)Math.Clamp(light * red, 0, 255);
        pixel[1] = (byte)Math.Clamp(light * green, 0, 255);
        pixel[2] = (byte)Math.Clamp(light * blue, 0, 255);
    }
}
