using System.Buffers.Binary;
using SkiaSharp;

namespace FacialAttention;

/// <summary>Reads and writes image files with SkiaSharp.</summary>
internal static class ImageCodec
{
    /// <summary>The largest file taken in.</summary>
    public const int MaxBytes = 256 * 1024 * 1024;

    /// <summary>The most rows and columns, and pixels in all, of an image from whatever source.</summary>
    public const int MaxSide = 16384;

    public const long MaxPixels = 100_000_000;

    /// <summary>What to do with an image of another format.</summary>
    public const string ConverterHint =
        "A converter such as ImageMagick makes it one: magick mogrify -format png, and the names of the files.";

    private const string Known = "a PNG, JPEG, WebP, BMP or GIF image";
    private const int Background = 255;

    // A few hostile bytes can stand for many pixels, which fill the memory.
    private const int AlwaysAllowedPixels = 34_000_000; // an 8K picture has 33 million
    private const int MostPixelsPerByte = 32; // beyond that; a photograph has about 2 to 20
    private const int MostPixelsPerJpegByte = 512; // a JPEG has at least a bit for each 8 x 8 pixels

    /// <summary>Decodes one image.</summary>
    /// <returns>The image; or why there is none and what was expected, as the end of a sentence that begins with a name for the file.</returns>
    public static unsafe (FaceImage? Image, string? Fault) TryDecode(ReadOnlySpan<byte> encoded)
    {
        // Skia also knows formats without a reliable signature (WBMP takes nearly any bytes), so the format is settled first.
        if (!HasKnownSignature(encoded))
        {
            return (null, NotAnImage(encoded));
        }

        if (IsUnmarkedCmykJpeg(encoded))
        {
            return (null, "is a JPEG of four colours (CMYK) without an Adobe marker, so its polarity is unknown; "
                + "expected a gray or RGB image.");
        }

        fixed (byte* start = encoded)
        {
            using SKData data = SKData.Create((nint)start, encoded.Length); // reads where the bytes are
            return TryDecode(data, encoded);
        }
    }

    private static (FaceImage? Image, string? Fault) TryDecode(SKData data, ReadOnlySpan<byte> encoded)
    {
        using SKCodec? codec = SKCodec.Create(data);
        if (codec is null)
        {
            return (null, $"has an unreadable header ({encoded.Length} bytes in all); expected a complete image.");
        }

        SKImageInfo info = codec.Info;
        if (!IsTaken(new ImageSize(info.Height, info.Width)))
        {
            return (null, $"claims {info.Width} x {info.Height} pixels; "
                + $"expected 1 to {MaxSide} a side and at most {MaxPixels} in all.");
        }

        if (FaultOfClaim(encoded, (long)info.Width * info.Height, $"claims {info.Width} x {info.Height} pixels") is string fault)
        {
            return (null, fault);
        }

        bool isGray = info.ColorType == SKColorType.Gray8;
        var target = new SKImageInfo(
            info.Width, info.Height, isGray ? SKColorType.Gray8 : SKColorType.Rgba8888, isGray ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
        SKCodecResult result = codec.GetPixels(target, out byte[] decoded);
        if (result != SKCodecResult.Success)
        {
            return (null, $"is a damaged or incomplete image of {info.Width} x {info.Height} pixels "
                + $"(the decoder reports {result}); expected a complete one.");
        }

        SKEncodedOrigin origin = codec.EncodedFormat == SKEncodedImageFormat.Png ? PngOrientation.Read(encoded) : codec.EncodedOrigin;
        return origin == SKEncodedOrigin.TopLeft
            ? (new FaceImage(isGray ? decoded : DropAlpha(decoded), new ImageSize(info.Height, info.Width), isGray ? 1 : 3), null)
            : (Upright(decoded, new ImageSize(info.Height, info.Width), isGray, origin), null);
    }

    /// <summary>Whether images of this size are taken in.</summary>
    public static bool IsTaken(ImageSize size) =>
        size is { Height: >= 1 and <= MaxSide, Width: >= 1 and <= MaxSide } && (long)size.Height * size.Width <= MaxPixels;

    /// <summary>Whether the first bytes are those of an image that is read.</summary>
    public static bool HasKnownSignature(ReadOnlySpan<byte> encoded) =>
        encoded.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) // PNG
        || IsJpeg(encoded)
        || (encoded.StartsWith("RIFF"u8) && encoded.Length >= 12 && encoded[8..12].SequenceEqual("WEBP"u8))
        || encoded.StartsWith("BM"u8)
        || encoded.StartsWith("GIF87a"u8)
        || encoded.StartsWith("GIF89a"u8);

    /// <summary>What bytes are that are no image that is read.</summary>
    /// <param name="encoded">The file, or its first bytes.</param>
    /// <param name="hasMore">Whether there are more.</param>
    public static string NotAnImage(ReadOnlySpan<byte> encoded, bool hasMore = false)
    {
        if (encoded.IsEmpty)
        {
            return $"is empty; expected {Known}.";
        }

        if (ForeignContent.NameOf(encoded) is string kind)
        {
            return $"is {kind}; expected {Known}.{(kind.EndsWith(" image", StringComparison.Ordinal) ? $" {ConverterHint}" : "")}";
        }

        string count = hasMore ? $"more than {encoded.Length}" : $"{encoded.Length}";
        return encoded.ContainsAnyExceptInRange((byte)' ', (byte)'~') && encoded.ContainsAnyInRange((byte)0, (byte)8)
            ? $"is {count} bytes that begin with {Convert.ToHexString(encoded[..Math.Min(encoded.Length, 8)])}; expected {Known}."
            : $"is {count} bytes of text that begins with {Excerpt.Of(encoded)}; expected {Known}.";
    }

    /// <summary>The image as a PNG file.</summary>
    public static byte[] EncodePng(FaceImage image)
    {
        bool isGray = image.Channels == 1;
        var info = new SKImageInfo(image.Width, image.Height, isGray ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque);
        byte[] pixels;
        if (isGray)
        {
            pixels = image.Pixels.ToArray();
        }
        else
        {
            ReadOnlySpan<byte> rgb = image.Pixels.Span;
            pixels = new byte[info.BytesSize];
            for (int i = 0; i < pixels.Length / 4; i++)
            {
                rgb.Slice(3 * i, 3).CopyTo(pixels.AsSpan(4 * i));
                pixels[(4 * i) + 3] = 255;
            }
        }

        using SKImage skia = SKImage.FromPixelCopy(info, pixels);
        using SKData data = skia.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    /// <summary>Lays transparency over the background, in place: red, green and blue of all pixels at the front of the array.</summary>
    private static ReadOnlyMemory<byte> DropAlpha(byte[] rgba)
    {
        int target = 0;
        for (int source = 0; source < rgba.Length; source += 4, target += 3)
        {
            LayOverBackground(rgba.AsSpan(source, 4), rgba.AsSpan(target, 3));
        }

        return rgba.AsMemory(0, target);
    }

    public static void LayOverBackground(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        int alpha = rgba[3];
        if (alpha == 255)
        {
            (rgb[0], rgb[1], rgb[2]) = (rgba[0], rgba[1], rgba[2]);
            return;
        }

        for (int k = 0; k < 3; k++)
        {
            rgb[k] = (byte)(((rgba[k] * alpha) + (Background * (255 - alpha)) + 127) / 255);
        }
    }

    /// <summary>Lays transparency over the background and turns the rows and columns the way the EXIF orientation asks.</summary>
    private static FaceImage Upright(byte[] decoded, ImageSize stored, bool isGray, SKEncodedOrigin origin)
    {
        // Orientations 5 to 8 swap rows and columns. An upright pixel (x, y) comes from the stored column and row below.
        bool swap = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop
            or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        bool mirrorColumn = origin is SKEncodedOrigin.TopRight or SKEncodedOrigin.BottomRight
            or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        bool mirrorRow = origin is SKEncodedOrigin.BottomRight or SKEncodedOrigin.BottomLeft
            or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom;
        ImageSize size = swap ? new ImageSize(stored.Width, stored.Height) : stored;
        int channels = isGray ? 1 : 3;
        var pixels = new byte[size.Pixels * channels];
        int target = 0;
        for (int y = 0; y < size.Height; y++)
        {
            for (int x = 0; x < size.Width; x++)
            {
                (int column, int row) = swap ? (y, x) : (x, y);
                column = mirrorColumn ? stored.Width - 1 - column : column;
                row = mirrorRow ? stored.Height - 1 - row : row;
                int source = (row * stored.Width) + column;
                if (isGray)
                {
                    pixels[target++] = decoded[source];
                    continue;
                }

                LayOverBackground(decoded.AsSpan(4 * source, 4), pixels.AsSpan(target, 3));
                target += 3;
            }
        }

        return new FaceImage(pixels, size, channels);
    }

    /// <summary>
    /// Whether a JPEG has four colours and no Adobe marker. Skia takes all four-colour files as inverted, as Adobe writes them; one
    /// without the marker may be either.
    /// </summary>
    private static bool IsUnmarkedCmykJpeg(ReadOnlySpan<byte> encoded)
    {
        if (!encoded.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]))
        {
            return false;
        }

        int at = 2;
        while (at + 9 < encoded.Length && encoded[at] == 0xFF)
        {
            int marker = encoded[at + 1];
            if (marker == 0xFF)
            {
                at++; // a fill byte
                continue;
            }
            // Frame headers are FFC0 to FFCF without the tables FFC4, FFC8 and FFCC.
            if (marker is >= 0xC0 and <= 0xCF and not 0xC4 and not 0xC8 and not 0xCC)
            {
                return encoded[at + 9] == 4;
            }

            if (marker == 0xEE && encoded[(at + 4)..].StartsWith("Adobe"u8))
            {
                return false;
            }

            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(encoded[(at + 2)..]);
        }

        return false;
    }

    /// <summary>Why a file that holds far less than the pixels it claims is refused; null where it is not.</summary>
    private static string? FaultOfClaim(ReadOnlySpan<byte> encoded, long pixels, string claim)
    {
        if (pixels > AlwaysAllowedPixels && pixels / MostPixelsPerByte > encoded.Length)
        {
            return $"{claim} in {encoded.Length} bytes; expected at least a byte for each {MostPixelsPerByte} of more than "
                + $"{AlwaysAllowedPixels} pixels.";
        }

        return IsJpeg(encoded) && pixels / MostPixelsPerJpegByte > encoded.Length
            ? $"{claim} in {encoded.Length} bytes, which cannot hold them all; expected at least a byte for each "
                + $"{MostPixelsPerJpegByte} pixels of a complete JPEG."
            : null;
    }

    private static bool IsJpeg(ReadOnlySpan<byte> encoded) => encoded.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]);
}
