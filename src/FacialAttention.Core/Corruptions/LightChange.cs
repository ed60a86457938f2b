namespace FacialAttention;

/// <summary>Bad light on a face.</summary>
internal static class LightChange
{
    private static readonly double[] Dark = [0.6, 0.4, 0.25, 0.15, 0.08];
    private static readonly double[] Bright = [1.5, 2, 2.75, 3.75, 5];
    private static readonly double[] Hazy = [0.4, 0.3, 0.2, 0.1, 0.05];
    private static readonly double[] Slanting = [0.3, 0.45, 0.6, 0.75, 0.9];

    public static void Apply(CorruptionKind kind, int strength, Span<byte> face, ImageSize size, SeededRandom random)
    {
        switch (kind)
        {
            case CorruptionKind.Darkness:
                Scale(face, Dark[strength - 1], about: 0);
                break;
            case CorruptionKind.OverExposure:
                Scale(face, Bright[strength - 1], about: 0);
                break;
            case CorruptionKind.LowContrast:
                Scale(face, Hazy[strength - 1], MeanOf(face));
                break;
            default:
                Slant(face, size.Width, Slanting[strength - 1], isFromRight: random.NextInt32(2) == 1);
                break;
        }
    }

    private static void Scale(Span<byte> face, double factor, double about)
    {
        foreach (ref byte pixel in face)
        {
            pixel = Corruption.ToByte(about + (factor * (pixel - about)));
        }
    }

    private static double MeanOf(ReadOnlySpan<byte> face)
    {
        long sum = 0;
        foreach (byte pixel in face)
        {
            sum += pixel;
        }

        return (double)sum / face.Length;
    }

    private static void Slant(Span<byte> face, int width, double amount, bool isFromRight)
    {
        for (int i = 0; i < face.Length; i++)
        {
            double place = ((i % width) + 0.5) / width; // 0 at the left edge, 1 at the right one
            face[i] = Corruption.ToByte(face[i] * (1 + (amount * (isFromRight ? (2 * place) - 1 : 1 - (2 * place)))));
        }
    }
}
