namespace FacialAttention.Tests.Training;

/// <summary>Pictures of 8 rows and 10 columns, so that swapping height and width shows, in three classes.</summary>
internal static class ToyFaces
{
    public const int Height = 8;
    public const int Width = 10;
    public const int Classes = 3;

    public static ExpressionLabels Labels { get; } = new("Top", "Middle", "Bottom");

    /// <summary>A bright band of two rows whose place is the class, also in the mirror. A shift makes every label wrong.</summary>
    public static FaceDataset Separable(int count, long seed, int shift = 0)
    {
        var random = new SeededRandom(seed);
        var pixels = new byte[count * Height * Width];
        var labels = new byte[count];
        for (int i = 0; i < count; i++)
        {
            int band = i % Classes;
            labels[i] = (byte)((band + shift) % Classes);
            for (int y = 0; y < Height; y++)
            {
                for (int x = 0; x < Width; x++)
                {
                    int brightness = y / 3 == band && y % 3 < 2 ? 155 : 0;
                    pixels[(((i * Height) + y) * Width) + x] = (byte)(brightness + random.NextInt32(100));
                }
            }
        }

        return new FaceDataset(pixels, labels, new ImageSize(Height, Width), Labels);
    }

    /// <summary>Random pixels with random labels.</summary>
    public static FaceDataset Noise(int count, long seed)
    {
        var random = new SeededRandom(seed);
        var pixels = new byte[count * Height * Width];
        var labels = new byte[count];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)random.NextInt32(256);
        }

        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = (byte)random.NextInt32(Classes);
        }

        return new FaceDataset(pixels, labels, new ImageSize(Height, Width), Labels);
    }
}
