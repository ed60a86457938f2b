using SkiaSharp;

namespace FacialAttention;

/// <summary>What bad lenses, sensors and files do to a picture of a face.</summary>
internal static class PictureLoss
{
    private const int KernelSum = 1 << 16;

    private static readonly double[] Deviations = [0.6, 0.9, 1.3, 1.8, 2.5]; // in pixels of a face of 48 x 48
    private static readonly double[] NoiseShares = [0.08, 0.12, 0.18, 0.26, 0.38];
    private static readonly int[] Qualities = [25, 18, 15, 10, 7];
    private static readonly double[] Shares = [0.5, 0.4, 0.3, 0.2, 0.15];

    public static void Apply(CorruptionKind kind, int strength, Span<byte> face, ImageSize size, SeededRandom random)
    {
        switch (kind)
        {
            case CorruptionKind.Blur:
                Blur(face, size, Deviations[strength - 1] * Math.Min(size.Height, size.Width) / 48);
                break;
            case CorruptionKind.Noise:
                AddNoise(face, 255 * NoiseShares[strength - 1], random);
                break;
            case CorruptionKind.Jpeg:
                Compress(face, size, Qualities[strength - 1]);
                break;
            default:
                Reduce(face, size, Shares[strength - 1]);
                break;
        }
    }

    /// <summary>A separable filter of whole numbers, so that no rounding depends on the machine; edge pixels continue outwards.</summary>
    private static void Blur(Span<byte> face, ImageSize size, double deviation)
    {
        int[] kernel = KernelOf(deviation);
        int reach = kernel.Length / 2;
        var across = new int[face.Length];
        for (int i = 0; i < face.Length; i++)
        {
            int x = i % size.Width;
            for (int k = -reach; k <= reach; k++)
            {
                across[i] += kernel[reach + k] * face[i - x + Math.Clamp(x + k, 0, size.Width - 1)];
            }
        }

        for (int i = 0; i < face.Length; i++)
        {
            (int y, int x) = Math.DivRem(i, size.Width);
            long sum = 1L << 31; // a half
            for (int k = -reach; k <= reach; k++)
            {
                sum += (long)kernel[reach + k] * across[(Math.Clamp(y + k, 0, size.Height - 1) * size.Width) + x];
            }

            face[i] = (byte)(sum >> 32);
        }
    }

    /// <summary>A Gaussian of whole numbers, as far as three deviations; what rounding leaves over goes to the middle.</summary>
    private static int[] KernelOf(double deviation)
    {
        int reach = (int)Math.Ceiling(3 * deviation);
        double[] bell = [.. Enumerable.Range(-reach, (2 * reach) + 1).Select(k => Math.Exp(-k * k / (2 * deviation * deviation)))];
        double sum = bell.Sum();
        int[] kernel = [.. bell.Select(value => (int)Math.Round(KernelSum * value / sum))];
        kernel[reach] += KernelSum - kernel.Sum();
        return kernel;
    }

    /// <summary>The sum of twelve uniform numbers has a variance of 1 and is nearly normal; each has 16 bits.</summary>
    private static void AddNoise(Span<byte> face, double deviation, SeededRandom random)
    {
        foreach (ref byte pixel in face)
        {
            int sum = 0;
            for (int i = 0; i < 3; i++)
            {
                ulong bits = random.NextUInt64();
                sum += (ushort)bits + (ushort)(bits >> 16) + (ushort)(bits >> 32) + (ushort)(bits >> 48);
            }

            pixel = Corruption.ToByte(pixel + (deviation * (((sum + 6) / 65536.0) - 6)));
        }
    }

    private static void Compress(Span<byte> face, ImageSize size, int quality)
    {
        using SKImage image = SKImage.FromPixelCopy(new SKImageInfo(size.Width, size.Height, SKColorType.Gray8, SKAlphaType.Opaque), face);
        using SKData jpeg = image.Encode(SKEncodedImageFormat.Jpeg, quality);
        (FaceImage? decoded, string? fault) = ImageCodec.TryDecode(jpeg.AsSpan());
        if (decoded is null)
        {
            throw new InvalidOperationException($"The JPEG of a face {fault}");
        }

        new FacePreprocessor(size).ToGray(decoded).CopyTo(face);
    }

    private static void Reduce(Span<byte> face, ImageSize size, double share)
    {
        var small = new ImageSize(Round(share * size.Height), Round(share * size.Width));
        byte[] reduced = new FacePreprocessor(small).ToGray(FaceImage.FromGray(face.ToArray(), size));
        new FacePreprocessor(size).ToGray(FaceImage.FromGray(reduced, small)).CopyTo(face);

        static int Round(double value) => (int)(value + 0.5);
    }
}
