namespace FacialAttention;

/// <summary>
/// Makes more of a set of faces: to each of them changed copies are added, mirrored, turned, brighter or darker, as Ming, Hu and Liu (2022,
/// section 4.1.2) enlarge CK+ "to about 3 times the original". Enlarge training faces alone: a copy knows its original.
/// </summary>
/// <remarks>
/// The paper says that faces are flipped and rotated and that "at the same time, the brightness and saturation of the images are adjusted", on
/// images of 48 x 48; by how much, and which, is our reading. The first copy of a face, the third and so on are mirrored, the others are not.
/// Each copy is turned about the centre of the image, where edge pixels continue outwards, and made brighter or darker, each by an amount
/// drawn uniformly from its range. The saturation of a copy of a picture in colour is scaled in HSV before it turns gray, which
/// <see cref="CkPlusProtocol"/> can do: value and hue stay, so V - s (V - gray) takes the place of gray, V the largest of red, green and blue. A
/// gray picture has no saturation to change. Originals stay as they are, and a face's columns go with its copies, landmarks mirrored and turned.
/// Equal arguments give the same faces.
/// </remarks>
public sealed record FaceEnlargement
{
    private const long Purpose = 0xE471A26E;

    /// <summary>How many copies are added of each face: 0 to 20, default 2, which makes three of one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public int Copies
    {
        get;
        init => field = Require.InRange(value, 0, 20, nameof(Copies));
    } = 2;

    /// <summary>How far a copy is turned at most, in degrees to either side: 0 to 180, default 10.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public double MaxRotationDegrees
    {
        get;
        init => field = Require.InRange(value, 0, 180, nameof(MaxRotationDegrees));
    } = 10;

    /// <summary>How much brighter or darker a copy is at most, as a share of the range from black to white: 0 to 1, default 0.1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public double MaxBrightness
    {
        get;
        init => field = Require.InRange(value, 0, 1, nameof(MaxBrightness));
    } = 0.1;

    /// <summary>By how much the factor of a copy's saturation differs from 1 at most: 0 to 1, default 0.3.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public double MaxSaturation
    {
        get;
        init => field = Require.InRange(value, 0, 1, nameof(MaxSaturation));
    } = 0.3;

    /// <summary>Any number; another seed gives other copies. Default 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The faces with their copies.</summary>
    /// <param name="faces">The faces (N).</param>
    /// <returns>
    /// Each face followed by its copies, N x (<see cref="Copies"/> + 1) in all, and for each of them the index of the face that it is or was made of.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="faces"/> is null.</exception>
    /// <exception cref="ArgumentException">The copies do not fit into one array.</exception>
    public (FaceDataset Faces, int[] Originals) Enlarge(FaceDataset faces) => Enlarge(faces, brightest: null);

    /// <summary>The same of faces whose colour is known.</summary>
    /// <param name="faces">The faces (N).</param>
    /// <param name="brightest">The largest of red, green and blue at each pixel, N x H x W; null where all pictures are gray.</param>
    internal (FaceDataset Faces, int[] Originals) Enlarge(FaceDataset faces, ReadOnlyMemory<byte>? brightest)
    {
        ArgumentNullException.ThrowIfNull(faces);
        long count = (long)faces.Count * (Copies + 1);
        if (count * faces.Size.Pixels > Array.MaxLength)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Got {faces.Count} faces; expected at most {Array.MaxLength / faces.Size.Pixels / (Copies + 1)}, with {Copies} copies of each."),
                nameof(faces));
        }

        int[] originals = [.. Enumerable.Range(0, (int)count).Select(row => row / (Copies + 1))];
        FaceDataset all = faces.Subset(originals);
        byte[] pixels = all.Pixels.ToArray();
        float[]? points = all.Columns.Landmarks?.Points.ToArray();
        var preprocessor = new FacePreprocessor(faces.Size);
        Parallel.For(0, originals.Length, row =>
        {
            int copy = row % (Copies + 1);
            if (copy > 0)
            {
                int face = originals[row];
                Change change = Draw(face, copy);
                ReadOnlySpan<byte> value = brightest is { } values ? values.Span.Slice(face * faces.Size.Pixels, faces.Size.Pixels) : faces.PixelsOf(face);
                ChangePixels(change, value, preprocessor, pixels.AsSpan(row * faces.Size.Pixels, faces.Size.Pixels));
                if (all.Columns.Landmarks is { } landmarks)
                {
                    int perFace = 2 * landmarks.Scheme.Count;
                    ChangePoints(change, landmarks.Scheme, faces.Size, points.AsSpan(row * perFace, perFace));
                }
            }
        });
        FaceColumns columns = points is null ? all.Columns : all.Columns with { Landmarks = all.Columns.Landmarks! with { Points = points } };
        return (new FaceDataset(pixels, all.LabelIndices.ToArray(), all.Size, all.Labels, columns), originals);
    }

    private Change Draw(int face, int copy)
    {
        var random = new SeededRandom(Purpose, Seed, face, copy);
        return new Change(
            copy % 2 == 1,
            random.NextDouble(-MaxRotationDegrees, MaxRotationDegrees),
            255 * random.NextDouble(-MaxBrightness, MaxBrightness),
            1 + random.NextDouble(-MaxSaturation, MaxSaturation));
    }

    private static void ChangePixels(Change change, ReadOnlySpan<byte> value, FacePreprocessor preprocessor, Span<byte> pixels)
    {
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)Math.Clamp(value[i] - (change.Saturation * (value[i] - pixels[i])) + change.Brightness + 0.5, 0, 255);
        }

        if (change.IsMirrored)
        {
            for (int row = 0; row < preprocessor.Size.Height; row++)
            {
                pixels.Slice(row * preprocessor.Size.Width, preprocessor.Size.Width).Reverse();
            }
        }

        if (change.Degrees != 0)
        {
            FaceBox turned = FaceBox.Of(preprocessor.Size) with { Roll = (float)change.Degrees };
            preprocessor.ToGray(FaceImage.FromGray(pixels.ToArray(), preprocessor.Size), turned).CopyTo(pixels);
        }
    }

    /// <summary>Points go where their pixels go: the box that is read turns one way, so what is in it turns the other.</summary>
    private static void ChangePoints(Change change, LandmarkScheme scheme, ImageSize size, Span<float> points)
    {
        float[] before = points.ToArray();
        (double sin, double cos) = double.SinCos(double.DegreesToRadians(change.Degrees));
        for (int i = 0; i < scheme.Count; i++)
        {
            int from = change.IsMirrored ? scheme.Mirror[i] : i;
            double x = (change.IsMirrored ? size.Width - before[2 * from] : before[2 * from]) - (0.5 * size.Width);
            double y = before[(2 * from) + 1] - (0.5 * size.Height);
            points[2 * i] = (float)((cos * x) + (sin * y) + (0.5 * size.Width));
            points[(2 * i) + 1] = (float)((cos * y) - (sin * x) + (0.5 * size.Height));
        }
    }

    /// <param name="IsMirrored">Left to right.</param>
    /// <param name="Degrees">By which the box is turned that the copy is read from.</param>
    /// <param name="Brightness">What is added to a pixel.</param>
    /// <param name="Saturation">The factor.</param>
    private readonly record struct Change(bool IsMirrored, double Degrees, double Brightness, double Saturation);
}
