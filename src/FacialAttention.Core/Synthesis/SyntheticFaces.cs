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
    private const long SequencePurpose = 0x5E0FACE;
    private const int MinSide = 16;
    private const int MaxSide = 1024;

    /// <summary>Draws one face.</summary>
    /// <param name="expression">The expression to show.</param>
    /// <param name="identity">The person: head shape, features, hair, skin tone, beard, glasses.</param>
    /// <param name="variation">Which picture of that person: strength of the actions, pose, light, blur, noise, occlusion.</param>
    /// <param name="size">The number of rows and columns, 16 to 1,024 each; null for 48x48.</param>
    /// <returns>A gray image.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The expression has no name, or a side is out of range.</exception>
    public static FaceImage Draw(FacialExpression expression, long identity, long variation, ImageSize? size = null)
    {
        ImageSize checkedSize = Check(size);
        if (!Enum.IsDefined(expression))
        {
            throw new ArgumentOutOfRangeException(
                nameof(expression), FormattableString.Invariant($"Got expression {(int)expression}; expected 0 to 7."));
        }

        var pixels = new byte[checkedSize.Pixels];
        Draw(expression, identity, variation, checkedSize, pixels, landmarks: []);
        return FaceImage.FromGray(pixels, checkedSize);
    }

    /// <summary>
    /// Draws a set of faces. Face i shows person <paramref name="firstIdentity"/> + i / K (K classes) with class i % K, so every
    /// person shows every class once, classes are balanced to within one face, and sets whose ranges of persons do not
    /// overlap share nobody. It is the image of <c>Draw(expression, firstIdentity + i / K, seed, size)</c>.
    /// </summary>
    /// <remarks>
    /// The dataset's columns hold the persons as subjects, and as landmarks the <see cref="LandmarkScheme.Points68"/> of what is drawn,
    /// exact whatever pose, light or occlusion do to the pixels: the middle lines of brows and nose, the edges of lids and lips, the outline.
    /// </remarks>
    /// <param name="count">The number of faces, at least 1.</param>
    /// <param name="seed">The variation of every face.</param>
    /// <param name="firstIdentity">
    /// The first person. The set uses count / K persons, rounded up. The numbers of subjects are the lower 32 bits of those of persons.
    /// </param>
    /// <param name="labels">
    /// The classes, each named after an expression; null for the seven of <see cref="ExpressionLabels.Fer2013"/>.
    /// </param>
    /// <param name="size">The number of rows and columns, 16 to 1,024 each; null for 48x48.</param>
    /// <returns>The faces with subjects and landmarks.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The count or a side is out of range.</exception>
    /// <exception cref="ArgumentException">A label names no expression, or the set exceeds 2 GB.</exception>
    public static FaceDataset Generate(
        int count, long seed, long firstIdentity = 0, ExpressionLabels? labels = null, ImageSize? size = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ImageSize checkedSize = Check(size);
        labels ??= ExpressionLabels.Fer2013;
        FacialExpression[] expressions = new FacialExpression[labels.Count];
        for (int k = 0; k < expressions.Length; k++)
        {
            expressions[k] = labels.ExpressionAt(k) ?? throw new ArgumentException(
                $"Label {k} is '{labels[k]}'; expected one of {string.Join(", ", Enum.GetNames<FacialExpression>())}.", nameof(labels));
        }

        int perFace = checkedSize.Pixels;
        if ((long)count * perFace > Array.MaxLength)
        {
            throw new ArgumentException(
                $"Got {count} faces of {checkedSize} pixels (height x width); expected at most {Array.MaxLength} pixels.", nameof(count));
        }

        int perPoints = 2 * LandmarkScheme.Points68.Count;
        var pixels = new byte[count * perFace];
        var classes = new byte[count];
        var subjects = new int[count];
        var points = new float[count * perPoints];
        Parallel.For(0, count, i =>
        {
            classes[i] = (byte)(i % expressions.Length);
            long identity = firstIdentity + (i / expressions.Length);
            subjects[i] = unchecked((int)identity);
            Span<float> landmarks = points.AsSpan(i * perPoints, perPoints);
            Draw(expressions[classes[i]], identity, seed, checkedSize, pixels.AsSpan(i * perFace, perFace), landmarks);
        });
        return new FaceDataset(
            pixels,
            classes,
            checkedSize,
            labels,
            new FaceColumns { Subjects = subjects, Landmarks = new FaceLandmarks(LandmarkScheme.Points68, points) });
    }

    /// <summary>
    /// Draws a sequence of pictures in which a person's face goes from rest to an expression, in one pose, light and background, its head moving
    /// a little, as in recordings in a laboratory. Pictures are wider than a face, which takes up about half of the shorter side.
    /// </summary>
    /// <param name="expression">The expression of the last frame.</param>
    /// <param name="identity">The person, as in <see cref="Draw(FacialExpression, long, long, ImageSize?)"/>.</param>
    /// <param name="variation">Which sequence of that person.</param>
    /// <param name="frames">The number of frames, 2 to 1,000. The expression of frame i, counted from 0, has the strength i / (frames - 1) of the last.</param>
    /// <param name="size">The number of rows and columns, 16 to 1,024 each; null for 48x48.</param>
    /// <returns>The frames in order, with their landmarks.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The expression has no name, or the number of frames or a side is out of range.</exception>
    public static IReadOnlyList<SyntheticFrame> DrawSequence(
        FacialExpression expression, long identity, long variation, int frames, ImageSize? size = null)
    {
        const int MostFrames = 1000;
        const double ShareOfView = 0.55;
        ImageSize checkedSize = Check(size);
        Require.Defined(expression, nameof(expression));
        Require.InRange(frames, 2, MostFrames, nameof(frames));
        var random = new SeededRandom(SequencePurpose, identity, variation, (long)expression);
        var person = new SyntheticIdentity(identity);
        FacialActions rest = FacialActions.Perform(FacialExpression.Neutral, ref random), peak = FacialActions.Perform(expression, ref random);
        HeadPose pose = HeadPose.Draw(ref random).At(ShareOfView);
        var sequence = new SyntheticFrame[frames];
        for (int i = 0; i < frames; i++)
        {
            var pixels = new byte[checkedSize.Pixels];
            var landmarks = new float[2 * LandmarkScheme.Points68.Count];
            FacialActions actions = peak.From(rest, i / (frames - 1.0));
            var drift = new SeededRandom(SequencePurpose, identity, variation, (long)expression, i);
            Draw(person, actions, pose.Moved(ref drift), isInStudio: true, random, checkedSize, pixels, landmarks);
            sequence[i] = new SyntheticFrame(FaceImage.FromGray(pixels, checkedSize), landmarks);
        }

        return sequence;
    }

    /// <param name="expression">The expression.</param>
    /// <param name="identity">The person.</param>
    /// <param name="variation">Which picture of that person.</param>
    /// <param name="size">H x W.</param>
    /// <param name="pixels">Receives H x W values.</param>
    /// <param name="landmarks">Receives 68 points, or is empty.</param>
    private static void Draw(
        FacialExpression expression, long identity, long variation, ImageSize size, Span<byte> pixels, Span<float> landmarks)
    {
        var random = new SeededRandom(Purpose, identity, variation, (long)expression);
        FacialActions actions = FacialActions.Perform(expression, ref random);
        HeadPose pose = HeadPose.Draw(ref random);
        Draw(new SyntheticIdentity(identity), actions, pose, isInStudio: false, random, size, pixels, landmarks);
    }

    /// <param name="person">Who it is.</param>
    /// <param name="actions">What the muscles do.</param>
    /// <param name="pose">How the head stands in the picture.</param>
    /// <param name="isInStudio">Whether nothing stands before the face.</param>
    /// <param name="random">Background, light and quality of the picture; a copy, so that equal ones give equal scenes.</param>
    /// <param name="size">H x W.</param>
    /// <param name="pixels">Receives H x W values.</param>
    /// <param name="landmarks">Receives 68 points, or is empty.</param>
    private static void Draw(
        SyntheticIdentity person,
        FacialActions actions,
        HeadPose pose,
        bool isInStudio,
        SeededRandom random,
        ImageSize size,
        Span<byte> pixels,
        Span<float> landmarks)
    {
        var canvas = new FaceCanvas(size, pose);

        double background = random.NextDouble(0.05, 0.9), slopeX = random.NextDouble(-0.2, 0.2), slopeY = random.NextDouble(-0.2, 0.2);
        canvas.Transform((x, y, _) => background + (slopeX * x) + (slopeY * y));
        var shape = new FaceShape(person, actions);
        new FacePainter(canvas, person, actions, shape).Paint();
        if (!isInStudio)
        {
            Occlude(canvas, ref random);
        }

        double lightX = random.NextDouble(-0.35, 0.35), lightY = random.NextDouble(-0.3, 0.2);
        double exposure = random.NextDouble(0.8, 1.15), contrast = random.NextDouble(0.85, 1.2), offset = random.NextDouble(-0.08, 0.08);
        canvas.Transform((x, y, value) => 0.5 + offset + (contrast * ((value * exposure * (1 + (lightX * x) + (lightY * y))) - 0.5)));
        // The binomial filter is one pixel of a 48-pixel face; larger pictures stay sharper.
        canvas.Blur(random.NextDouble(0, 0.5));
        canvas.AddNoise(random.NextDouble(0, 0.02), ref random);
        canvas.CopyTo(pixels);
        if (!landmarks.IsEmpty)
        {
            Mark(canvas, shape, landmarks);
        }
    }

    private static void Mark(FaceCanvas canvas, FaceShape shape, Span<float> landmarks)
    {
        Span<double> points = stackalloc double[2 * LandmarkScheme.Points68.Count];
        shape.MarkPoints(points);
        for (int i = 0; i < points.Length; i += 2)
        {
            (double x, double y) = canvas.PlaceOf(points[i], points[i + 1]);
            (landmarks[i], landmarks[i + 1]) = ((float)x, (float)y);
        }
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

    private static ImageSize Check(ImageSize? size)
    {
        ImageSize result = size ?? ImageSize.Default;
        return result is { Height: >= MinSide and <= MaxSide, Width: >= MinSide and <= MaxSide }
            ? result
            : throw new ArgumentOutOfRangeException(
                nameof(size), $"Got {result} pixels (height x width); expected {MinSide} to {MaxSide} a side.");
    }
}
