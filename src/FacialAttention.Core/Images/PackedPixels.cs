namespace FacialAttention;

/// <summary>Pixels of a <see cref="PixelFormat"/> as those of a <see cref="FaceImage"/>: gray, or red, green and blue.</summary>
internal static class PackedPixels
{
    /// <summary>The bytes of a pixel.</summary>
    public static int BytesOf(PixelFormat format) => format switch
    {
        PixelFormat.Gray => 1,
        PixelFormat.Rgb or PixelFormat.Bgr => 3,
        _ => 4,
    };

    /// <exception cref="ArgumentException">All pixels are transparent.</exception>
    public static byte[] Unpack(ReadOnlySpan<byte> pixels, ImageSize size, PixelFormat format, int stride)
    {
        int bytes = BytesOf(format);
        int channels = bytes == 1 ? 1 : 3;
        bool isBlueFirst = format is PixelFormat.Bgr or PixelFormat.Bgra or PixelFormat.Bgrx;
        bool hasAlpha = format is PixelFormat.Rgba or PixelFormat.Bgra;
        bool isSeen = !hasAlpha;
        var result = new byte[size.Pixels * channels];
        for (int y = 0; y < size.Height; y++)
        {
            ReadOnlySpan<byte> row = pixels.Slice(y * stride, size.Width * bytes);
            Span<byte> target = result.AsSpan(y * size.Width * channels, size.Width * channels);
            if (format is PixelFormat.Gray or PixelFormat.Rgb)
            {
                row.CopyTo(target);
                continue;
            }

            for (int x = 0; x < size.Width; x++)
            {
                ReadOnlySpan<byte> pixel = row.Slice(x * bytes, bytes);
                byte alpha = hasAlpha ? pixel[3] : byte.MaxValue;
                isSeen |= alpha > 0;
                ImageCodec.LayOverBackground(
                    isBlueFirst ? [pixel[2], pixel[1], pixel[0], alpha] : [pixel[0], pixel[1], pixel[2], alpha], target.Slice(3 * x, 3));
            }
        }

        return isSeen
            ? result
            : throw new ArgumentException(
                $"All pixels are transparent: their alpha is 0. Expected one to be seen; if the fourth byte is no alpha, the format is "
                + $"{(isBlueFirst ? PixelFormat.Bgrx : PixelFormat.Rgbx)}.",
                nameof(pixels));
    }
}
