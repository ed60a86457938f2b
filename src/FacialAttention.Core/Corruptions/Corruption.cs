namespace FacialAttention;

/// <summary>
/// Spoils faces as bad light, hands, masks and bad cameras do, at five strengths, to measure what a network makes of them: in the spirit of
/// ImageNet-C (Hendrycks and Dietterich, 2019, arXiv 1903.12261), for gray faces.
/// </summary>
/// <remarks>
/// What happens to a face is a function of kind, strength, seed, its pixels and its row in the dataset. What is drawn at random, such as the
/// side that the light comes from, does not depend on the strength, so a stronger corruption is more of the same. Equal arguments give the same
/// bytes on every machine: all is arithmetic that IEEE 754 defines to the last bit, but for JPEG, where they are the same for one version of
/// SkiaSharp. Two corruptions are equal when kind, strength and seed are.
/// </remarks>
public sealed record Corruption
{
    /// <summary>The highest strength, the lowest is 1.</summary>
    public const int MaxStrength = 5;

    private const long Purpose = 0xC0227;

    /// <summary>A corruption.</summary>
    /// <param name="kind">What happens.</param>
    /// <param name="strength">How much of it, 1 (a little) to 5 (hard for people too).</param>
    /// <param name="seed">Any number; another seed draws other places, sides, tones and noise.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such kind or strength.</exception>
    public Corruption(CorruptionKind kind, int strength, long seed = 1)
    {
        Kind = Require.Defined(kind, nameof(kind));
        Strength = Require.InRange(strength, 1, MaxStrength, nameof(strength));
        Seed = seed;
    }

    /// <summary>What happens.</summary>
    public CorruptionKind Kind { get; }

    /// <summary>How much of it, 1 to 5.</summary>
    public int Strength { get; }

    /// <summary>The seed of all that is drawn at random.</summary>
    public long Seed { get; }

    /// <summary>Whether it hides a part of the face, which <see cref="FindHidden"/> tells: bar, box, hand and mask.</summary>
    public bool Hides => Kind is CorruptionKind.OccludingBar or CorruptionKind.OccludingBox or CorruptionKind.OccludingHand or CorruptionKind.OccludingMask;

    /// <summary>The least height and width of a face that it can be done to, in pixels, 1 to 24.</summary>
    public int MinSide => Kind switch
    {
        CorruptionKind.Darkness or CorruptionKind.OverExposure or CorruptionKind.LowContrast or CorruptionKind.Noise => 1,
        CorruptionKind.SideLight => 2,
        CorruptionKind.Jpeg or CorruptionKind.Rotation => 8,
        CorruptionKind.Blur => 24, // below, the least blur changes nothing
        _ => 16,
    };

    /// <summary>The faces spoilt: face i of the result is face i of the dataset, so the two are pairs of a spoilt and a clean face.</summary>
    /// <param name="faces">The faces (N), which stay as they are.</param>
    /// <returns>
    /// As many faces with the same labels and columns; a <see cref="CorruptionKind.Rotation"/> turns the landmarks with the pixels, some of them perhaps
    /// out of the image.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="faces"/> is null.</exception>
    /// <exception cref="ArgumentException">The faces are smaller than <see cref="MinSide"/>.</exception>
    public FaceDataset Apply(FaceDataset faces)
    {
        ArgumentNullException.ThrowIfNull(faces);
        CheckSize(faces.Size, nameof(faces));
        byte[] pixels = faces.Pixels.ToArray();
        FaceLandmarks? landmarks = faces.Columns.Landmarks;
        float[]? points = Kind == CorruptionKind.Rotation ? landmarks?.Points.ToArray() : null;
        int perFace = 2 * (landmarks?.Scheme.Count ?? 0);
        Parallel.For(0, faces.Count, row => Apply(
            pixels.AsSpan(row * faces.Size.Pixels, faces.Size.Pixels), faces.Size, row, points is null ? [] : points.AsSpan(row * perFace, perFace)));
        FaceColumns columns = points is null ? faces.Columns : faces.Columns with { Landmarks = landmarks! with { Points = points } };
        return new FaceDataset(pixels, faces.LabelIndices, faces.Size, faces.Labels, columns);
    }

    /// <summary>Which pixels of a face are hidden: no pixel where nothing <see cref="Hides"/>.</summary>
    /// <param name="size">The height and width of the face, at least <see cref="MinSide"/> each.</param>
    /// <param name="row">The row of the face in the dataset that was spoilt, at least 0.</param>
    /// <returns>Height x width, row by row from the top.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The row is below 0.</exception>
    /// <exception cref="ArgumentException">The face is smaller than <see cref="MinSide"/>.</exception>
    public bool[] FindHidden(ImageSize size, int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        CheckSize(size, nameof(size));
        var isHidden = new bool[size.Pixels];
        if (Hides)
        {
            var occluder = new Occluder(Kind, Strength, size, RandomOf(row));
            for (int i = 0; i < isHidden.Length; i++)
            {
                isHidden[i] = occluder.ToneAt(i % size.Width, i / size.Width) is not null;
            }
        }

        return isHidden;
    }

    /// <summary>Spoils one face in place.</summary>
    /// <param name="face">Height x width gray values, row by row from the top.</param>
    /// <param name="size">Not below the least size.</param>
    /// <param name="row">Which face this is.</param>
    /// <param name="points">Its landmarks, x and y by turns; may be empty.</param>
    internal void Apply(Span<byte> face, ImageSize size, long row, Span<float> points = default)
    {
        SeededRandom random = RandomOf(row);
        switch (Kind)
        {
            case CorruptionKind.Darkness:
            case CorruptionKind.OverExposure:
            case CorruptionKind.LowContrast:
            case CorruptionKind.SideLight:
                LightChange.Apply(Kind, Strength, face, size, random);
                break;
            case CorruptionKind.Rotation:
                FaceTurn.Apply(Strength, face, size, points, random);
                break;
            case CorruptionKind.Blur:
            case CorruptionKind.Noise:
            case CorruptionKind.Jpeg:
            case CorruptionKind.LowResolution:
                PictureLoss.Apply(Kind, Strength, face, size, random);
                break;
            default:
                var occluder = new Occluder(Kind, Strength, size, random);
                for (int i = 0; i < face.Length; i++)
                {
                    face[i] = occluder.ToneAt(i % size.Width, i / size.Width) ?? face[i];
                }

                break;
        }
    }

    /// <summary>The nearest gray value.</summary>
    internal static byte ToByte(double value) => (byte)Math.Clamp(value + 0.5, 0, 255);

    /// <summary>Why faces of a size are too small; null where they are not.</summary>
    internal string? FindFault(ImageSize size) => size.Height >= MinSide && size.Width >= MinSide
        ? null
        : $"The faces are {size} pixels (height x width); expected at least {MinSide} a side for {Kind}.";

    private void CheckSize(ImageSize size, string parameter)
    {
        if (FindFault(size) is { } fault)
        {
            throw new ArgumentException(fault, parameter);
        }
    }

    private SeededRandom RandomOf(long row) => new(Purpose, (long)Kind, Seed, row);
}
