namespace FacialAttention.Fuzz.Mutations;

/// <summary>Heights and widths that an image may claim: small ones, those around what the library takes, and what formats hold.</summary>
internal static class ImageSides
{
    public static IReadOnlyList<int> All { get; } =
    [
        0, 1, 2, 255, 256, 1000, 4096, 5000, 6000, 8192, 10000, 16383, 16384, 16385, 32767, 65535, 65536, 1 << 24, int.MaxValue, -1,
        int.MinValue,
    ];
}
