namespace FacialAttention;

/// <summary>
/// What stands before a face. Place and tone do not depend on the strength, and what a strength hides a higher one hides too.
/// </summary>
internal readonly struct Occluder
{
    private static readonly double[] BarShares = [0.1, 0.18, 0.26, 0.34, 0.42];
    private static readonly double[] BoxShares = [0.05, 0.1, 0.2, 0.3, 0.45];
    private static readonly double[] HandLengths = [0.45, 0.6, 0.75, 0.9, 1.05];
    private static readonly double[] MaskTops = [0.78, 0.7, 0.62, 0.54, 0.46];
    private static readonly double[] Pleats = [0.72, 0.81, 0.9];

    // Where palm, fingers and thumb of a hand of length 1 end that comes from (0, 0) along x, and how thick they are.
    private static readonly (double X, double Y, double Radius)[] Hand =
    [
        (0.4, 0, 0.25), (0.8, -0.33, 0.07), (0.96, -0.13, 0.075), (0.98, 0.11, 0.075), (0.87, 0.32, 0.07), (0.36, 0.52, 0.085),
    ];

    private readonly CorruptionKind _kind;
    private readonly ImageSize _size;
    private readonly byte _tone;
    private readonly (int Top, int Bottom, int Left, int Right) _box;
    private readonly (double X, double Y, double AlongX, double AlongY, double Length) _hand;
    private readonly (double Top, double Shift) _mask;

    public Occluder(CorruptionKind kind, int strength, ImageSize size, SeededRandom random)
    {
        (_kind, _size) = (kind, size);
        switch (kind)
        {
            case CorruptionKind.OccludingBar:
                bool isUpright = random.NextInt32(2) == 1;
                (int start, int end) = Place(BarShares[strength - 1], isUpright ? size.Width : size.Height, ref random);
                _box = isUpright ? (0, size.Height, start, end) : (start, end, 0, size.Width);
                _tone = (byte)random.NextInt32(256);
                break;
            case CorruptionKind.OccludingBox:
                double share = Math.Sqrt(BoxShares[strength - 1]);
                (_box.Top, _box.Bottom) = Place(share, size.Height, ref random);
                (_box.Left, _box.Right) = Place(share, size.Width, ref random);
                _tone = (byte)random.NextInt32(256);
                break;
            case CorruptionKind.OccludingHand:
                _hand = PlaceHand(HandLengths[strength - 1], size, ref random);
                _tone = (byte)(110 + random.NextInt32(110));
                break;
            default:
                _mask = (MaskTops[strength - 1] + random.NextDouble(-0.03, 0.03), random.NextDouble(-0.06, 0.06));
                _tone = (byte)(170 + random.NextInt32(76));
                break;
        }
    }

    /// <summary>The gray of what hides a pixel; null where nothing does.</summary>
    public byte? ToneAt(int column, int row) => _kind switch
    {
        CorruptionKind.OccludingHand => HandAt(column + 0.5, row + 0.5),
        CorruptionKind.OccludingMask => MaskAt(column, row),
        _ => row >= _box.Top && row < _box.Bottom && column >= _box.Left && column < _box.Right ? _tone : null,
    };

    /// <summary>A part of a side at a random place: a larger part at the same place holds it.</summary>
    private static (int Start, int End) Place(double share, int side, ref SeededRandom random)
    {
        int length = (int)((share * side) + 0.5);
        int start = (int)(random.NextDouble() * (side - length + 1));
        return (start, start + length);
    }

    /// <summary>From the middle part of the left, right or lower edge towards somewhere around the middle.</summary>
    private static (double X, double Y, double AlongX, double AlongY, double Length) PlaceHand(double length, ImageSize size, ref SeededRandom random)
    {
        int edge = random.NextInt32(3);
        double along = random.NextDouble(0.35, 0.75);
        (double x, double y) = edge switch
        {
            0 => (0, along * size.Height),
            1 => (size.Width, along * size.Height),
            _ => (along * size.Width, (double)size.Height),
        };
        double towardsX = (random.NextDouble(0.35, 0.65) * size.Width) - x, towardsY = (random.NextDouble(0.3, 0.6) * size.Height) - y;
        double distance = Math.Sqrt((towardsX * towardsX) + (towardsY * towardsY));
        return (x, y, towardsX / distance, towardsY / distance, length * Math.Min(size.Height, size.Width));
    }

    /// <summary>Each part is a capsule that begins where the hand comes in, so a longer hand covers a shorter one. Edges are darker.</summary>
    private byte? HandAt(double x, double y)
    {
        double fromX = (x - _hand.X) / _hand.Length, fromY = (y - _hand.Y) / _hand.Length;
        double u = (fromX * _hand.AlongX) + (fromY * _hand.AlongY), v = (fromY * _hand.AlongX) - (fromX * _hand.AlongY);
        double nearest = 1; // square of the distance from the middle line, in squares of the radius
        foreach ((double endX, double endY, double radius) in Hand)
        {
            double part = Math.Clamp(((u * endX) + (v * endY)) / ((endX * endX) + (endY * endY)), 0, 1);
            double offX = u - (part * endX), offY = v - (part * endY);
            nearest = Math.Min(nearest, ((offX * offX) + (offY * offY)) / (radius * radius));
        }

        return nearest < 1 ? Corruption.ToByte(_tone * (1 - (0.45 * nearest * nearest))) : null;
    }

    /// <summary>Higher at the nose than at the cheeks, narrower at the chin, with pleats.</summary>
    private byte? MaskAt(int column, int row)
    {
        double across = ((2 * (column + 0.5) / _size.Width) - 1) - _mask.Shift; // -1 at the left edge, 1 at the right one
        double down = (row + 0.5) / _size.Height;
        double below = Math.Max(0, (down - 0.75) / 0.25);
        if (down < _mask.Top + (0.1 * across * across) || Math.Abs(across) > 0.88 - (0.33 * below * below))
        {
            return null;
        }

        foreach (double pleat in Pleats)
        {
            if (row == (int)(pleat * _size.Height))
            {
                return Corruption.ToByte(0.8 * _tone);
            }
        }

        return _tone;
    }
}
