using SkiaSharp;

namespace FacialAttention;

/// <summary>
/// An immutable 8-bit image, gray or RGB: what a file, a stream or a camera delivers, before <see cref="FacePreprocessor"/>.
/// </summary>
/// <remarks>
/// Decodes PNG, JPEG, WebP, BMP and GIF (of an animation the first picture). The EXIF orientation of a JPEG or WebP file is
/// applied, so the pixels stand upright. Transparency is laid over white. 16-bit values keep their upper 8 bits. Embedded colour profiles are not applied.
/// An image of more than 16,384 pixels a side or 100 million pixels in all is refused before its pixels are allocated.
/// </remarks>
public sealed class FaceImage
{
    internal FaceImage(ReadOnlyMemory<byte> pixels, int width, int height, int channels)
    {
        Pixels = pixels;
        Width = width;
        Height = height;
        Channels = channels;
    }

    /// <summary>The number of columns.</summary>
    public int Width { get; }

    /// <summary>The number of rows.</summary>
    public int Height { get; }

    /// <summary>1 (gray) or 3 (red, green, blue).</summary>
    public int Channels { get; }

    /// <summary>
    /// <see cref="Height"/> x <see cref="Width"/> x <see cref="Channels"/> values 0 to 255: rows from the top, pixels from the left, the
    /// channels of a pixel together.
    /// </summary>
    public ReadOnlyMemory<byte> Pixels { get; }

    /// <summary>An image of gray pixels. The pixels are not copied: do not change them afterwards.</summary>
    /// <param name="pixels"><paramref name="height"/> x <paramref name="width"/> values, row by row from the top.</param>
    /// <param name="width">The number of columns, at least 1.</param>
    /// <param name="height">The number of rows, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The width or height is less than 1.</exception>
    /// <exception cref="ArgumentException">The number of pixels is not width times height.</exception>
    public static FaceImage FromGray(ReadOnlyMemory<byte> pixels, int width, int height) => FromPixels(pixels, width, height, 1);

    /// <summary>An image of RGB pixels. The pixels are not copied: do not change them afterwards.</summary>
    /// <param name="pixels">
    /// <paramref name="height"/> x <paramref name="width"/> x 3 values: row by row from the top, red, green and blue of a pixel together.
    /// </param>
    /// <param name="width">The number of columns, at least 1.</param>
    /// <param name="height">The number of rows, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The width or height is less than 1.</exception>
    /// <exception cref="ArgumentException">The number of values is not 3 times width times height.</exception>
    public static FaceImage FromRgb(ReadOnlyMemory<byte> pixels, int width, int height) => FromPixels(pixels, width, height, 3);

    private static FaceImage FromPixels(ReadOnlyMemory<byte> pixels, int width, int height, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        long expected = (long)width * height * channels;
        if (pixels.Length != expected)
        {
            throw new ArgumentException(
                $"Got {pixels.Length} bytes; expected {expected} for {width} x {height} pixels of {channels} channel(s).", nameof(pixels));
        }
        return new FaceImage(pixels, width, height, channels);
    }
}
