namespace FacialAttention;

/// <summary>
/// Drawn gray faces: data to learn on that needs no download and shows no real person. A face is painted from facial action units
/// (brow, lid, nose and mouth movements), for a person of its own, in a random pose, light and picture quality.
/// </summary>
/// <remarks>
/// Equal arguments give the same bytes on every machine: the painter uses only arithmetic that IEEE 754 defines to the last bit.
/// docs/datasets.md says which action units make which expression, and how hard the faces are to tell apart.
/// </remarks>
public static class SyntheticFaces
{
    private const long Purpose = 0xFACE;
    private const int MinimumSide = 16;
    private const int MaximumSide = 1024;

    /// <summary>Draws one face.</summary>
    /// <param name="expression">The expression to show.</param>
    /// <param name="identity">The person: head shape, features, hair, skin tone, beard, glasses.</param>
    /// <param name="variation">Which picture of that person: strength of the actions, pose, light, blur, noise, occlusion.</param>
    /// <param name="width">The number of columns, 16 to 1,024.</param>
    /// <param name="height">The number of rows, 16 to 1,024.</param>
    /// <returns>A gray image.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The expression has no name, or a side is out of range.</exception>
    public static FaceImage Draw(FacialExpression expression, long identity, long variation, int width = 48, int height = 48)
    {
        CheckSize(width, height);
        if (!Enum.IsDefined(expression))
        {
            throw new ArgumentOutOfRangeException(
                nameof(expression), FormattableString.Invariant($"Got expression {(int)expression}; expected 0 to 7."));
        }

        var pixels = new byte[width * height];
        Draw(expression, identity, variation, width, height, pixels);
        return new FaceImage(pixels, width, height, channels: 1);
    }

    /// <summary>
    /// Draws a set of faces. Face i shows person <paramref name="firstIdentity"/> + i / K (K classes) with class i % K, so every
    /// person shows every class once, classes are balanced to within one face, and sets whose ranges of persons do not
    /// overlap share nobody. It is the image of <c>Draw(expression, firstIdentity + i / K, seed, width, height)</c>.
    /// </summary>
    /// <param name="count">The number of faces, at least 1.</param>
    /// <param name="seed">The variation of every face.</param>
    /// <param name="firstIdentity">The first person. The set uses count / K persons, rounded up.</param>
    /// <param name="labels">
    /// The classes, each named after an expression; null for the seven of <see cref="ExpressionLabels.Fer2013"/>.
    /// </param>
    /// <param name="width">The number of columns, 16 to 1,024.</param>
    /// <param name="height">The number of rows, 16 to 1,024.</param>
    /// <returns>The pixels, <c>[count, height, width]</c> row by row, and the class index of each face.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The count or a side is out of range.</exception>
    /// <exception cref="ArgumentException">A label names no expression, or the set exceeds 2 GB.</exception>
    public static (byte[] Pixels, byte[] Labels) Generate(
        int count, long seed, long firstIdentity = 0, ExpressionLabels? labels = null, int width = 48, int height = 48)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        CheckSize(width, height);
        labels ??= ExpressionLabels.Fer2013;
        FacialExpression[] expressions = new FacialExpression[labels.Count];
        for (int k = 0; k < expressions.Length; k++)
        {
            expressions[k] = labels.ExpressionAt(k) ?? throw new ArgumentException(
                $"Label {k} is '{labels[k]}'; expected one of {string.Join(", ", Enum.GetNames<FacialExpression>())}.", nameof(labels));
        }

        int size = width * height;
        if ((long)count * size > Array.MaxLength)
        {
            throw new ArgumentException(
                $"Got {count} faces of {width} x {height} pixels; expected at most {Array.MaxLength} pixels.", nameof(count));
        }

        var pixels = new byte[count * size];
        var classes = new byte[count];
        Parallel.For(0, count, i =>
        {
            classes[i] = (byte)(i % expressions.Length);
            Draw(expressions[classes[i]], firstIdentity + (i / expressions.Length), seed, width, height, pixels.AsSpan(i * size, size));
        });
        return (pixels, classes);
    }

    private static void Draw(FacialExpression expression, long identity, long variation, int width, int height, Span<byte> pixels)
    {
        var random = new SeededRandom(Purpose, identity, variation, (long)expression);
        var person = new SyntheticIdentity(identity);
        FacialActions actions = FacialActions.Perform(expression, ref random);
        HeadPose pose = HeadPose.Draw(ref random);
        var canvas = new FaceCanvas(width, height, pose);

        double background = random.NextDouble(0.05, 0.9), slopeX = random.NextDouble(-0.2, 0.2), slopeY = random.NextDouble(-0.2, 0.2);
        canvas.Transform((x, y, _) => background + (slopeX * x) + (slopeY * y));
        new FacePainter(canvas, person, actions).Paint();
        Occlude(canvas, ref random);

        double lightX = random.NextDouble(-0.35, 0.35), lightY = random.NextDouble(-0.3, 0.2);
        double exposure = random.NextDouble(0.8, 1.15), contrast = random.NextDouble(0.85, 1.2), offset = random.NextDouble(-0.08, 0.08);
        canvas.Transform((x, y, value) => 0.5 + offset + (contrast * ((value * exposure * (1 + (lightX * x) + (lightY * y))) - 0.5)));
        // The binomial filter is one pixel of a 48-pixel face; larger pictures stay sharper.
        canvas.Blur(random.NextDouble(0, 0.5));
        canvas.AddNoise(random.NextDouble(0, 0.02), ref random);
        canvas.CopyTo(pixels);
    }

    /// <summary>One picture in eight has something flat before its border: a hand, a collar, another head.</summary>
    private static void Occlude(FaceCanvas canvas, ref SeededRandom random)
    {
        bool occluded = random.NextDouble() < 0.125;
        double t = random.NextDouble(-1, 1), tone = random.NextDouble(0.05, 0.95), depth = random.NextDouble(0.62, 0.85);
        int side = random.NextInt32(4);
        if (occluded)
        {
            double cosine = (1 - (t * t)) / (1 + (t * t)), sine = 2 * t / (1 + (t * t));
            (double nx, double ny) = side switch
            {
                0 => (cosine, sine),
                1 => (-cosine, sine),
                2 => (0.3 * sine, 1.0),
                _ => (0.3 * sine, -1.0),
            };
            canvas.Paint(new Area(-9, -9, 9, 9), (x, y) => depth - ((nx * x) + (ny * y)), tone);
        }
    }

    private static void CheckSize(int width, int height)
    {
        foreach (int side in (ReadOnlySpan<int>)[width, height])
        {
            if (side is < MinimumSide or > MaximumSide)
            {
                throw new ArgumentOutOfRangeException(
                    side == width ? nameof(width) : nameof(height),
                    FormattableString.Invariant($"Got {width} x {height} pixels; expected {MinimumSide} to {MaximumSide} a side."));
            }
        }
    }
}
