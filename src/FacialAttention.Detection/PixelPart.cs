namespace FacialAttention;

/// <summary>Whole pixels of a picture: what the network sees at once.</summary>
internal readonly record struct PixelPart(int X, int Y, int Width, int Height)
{
    private const double Overlap = 0.25;

    /// <summary>
    /// The whole picture and, for more than one tile along its longer side, overlapping squares, and those of each half of that number above
    /// 1. Squares share at least a quarter of their side, so that a face of at most that size lies whole in one of them.
    /// </summary>
    public static IEnumerable<PixelPart> Of(ImageSize picture, int tiles)
    {
        yield return new PixelPart(0, 0, picture.Width, picture.Height);
        for (; tiles > 1; tiles /= 2)
        {
            int side = (int)Math.Ceiling(Math.Max(picture.Width, picture.Height) / (tiles - (Overlap * (tiles - 1))));
            (int width, int height) = (Math.Min(side, picture.Width), Math.Min(side, picture.Height));
            foreach (int y in Starts(picture.Height, height))
            {
                foreach (int x in Starts(picture.Width, width))
                {
                    yield return new PixelPart(x, y, width, height);
                }
            }
        }
    }

    /// <summary>Whether a box reaches the edge of this part where the picture goes on: it may be cut off there.</summary>
    public bool Cuts(in FaceCandidate face, ImageSize picture) =>
        (X > 0 && face.TopLeft.X < X)
        || (Y > 0 && face.TopLeft.Y < Y)
        || (X + Width < picture.Width && face.BottomRight.X > X + Width)
        || (Y + Height < picture.Height && face.BottomRight.Y > Y + Height);

    /// <summary>Where tiles begin along a side, spread evenly from its start to its end.</summary>
    private static IEnumerable<int> Starts(int length, int tile)
    {
        int count = 1 + (int)Math.Ceiling((length - tile) / ((1 - Overlap) * tile));
        return Enumerable.Range(0, count).Select(i => count == 1 ? 0 : (int)((long)i * (length - tile) / (count - 1)));
    }
}
