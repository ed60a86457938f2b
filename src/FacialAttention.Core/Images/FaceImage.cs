namespace FacialAttention;

/// <summary>
/// An immutable 8-bit image, gray or RGB: what a file, a stream or a camera delivers, before <see cref="FacePreprocessor"/>.
/// </summary>
/// <remarks>
/// Decodes PNG, JPEG, WebP, BMP and GIF (of an animation the first picture). The EXIF orientation of JPEG and WebP files is applied,
/// so the pixels stand upright. Transparency is laid over white. Values of 16 bits lose their lower half. Colour profiles are not
/// applied: the stored values are taken as they are. An image whose header claims more than 16,384 pixels a side or 100
/// million in all is refused before any pixel is allocated; so is one that claims more than 34 million and has not a byte for each 32 of
/// them, and a JPEG with not a byte for each 512. One whose pixels end early is refused rather than filled up; only a JPEG that was cut
/// off and then given an end marker cannot be told from a complete one.
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

    /// <summary>Decodes an image file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder, or the file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is no complete image of a known format, or it is too large.</exception>
    public static FaceImage Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            throw new IOException($"'{path}' is a folder; expected an image file.");
        }

        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"'{path}' does not exist; expected an image file.", path);
        }

        using FileStream file = File.OpenRead(path);
        return ImageCodec.Decode(ReadToEnd(file, $"'{path}'"), $"'{path}'");
    }

    /// <summary>Decodes an image from a stream.</summary>
    /// <param name="stream">A readable stream; it is read from its position to its end and stays open.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="InvalidDataException">The stream is no complete image of a known format, or it is too large.</exception>
    public static FaceImage Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead)
        {
            throw new ArgumentException("The stream cannot be read; expected a readable stream.", nameof(stream));
        }

        return ImageCodec.Decode(ReadToEnd(stream, "The stream"), "The stream");
    }

    /// <summary>Decodes an image from the bytes of its file.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <exception cref="InvalidDataException">The bytes are no complete image of a known format, or it is too large.</exception>
    public static FaceImage Decode(ReadOnlySpan<byte> encoded) => ImageCodec.Decode(encoded, "The image data");

    /// <summary>Writes the image as a PNG file, which keeps every pixel as it is. A file already there is replaced, whole or not at all.</summary>
    /// <param name="path">The file to write.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] png = ImageCodec.EncodePng(this);
        AtomicFile.Write(path, stream => stream.Write(png));
    }

    private static byte[] ReadToEnd(Stream stream, string source)
    {
        using var buffer = new MemoryStream();
        var block = new byte[81920];
        for (int read = stream.Read(block); read > 0; read = stream.Read(block))
        {
            buffer.Write(block, 0, read);
            if (buffer.Length > ImageCodec.MaximumBytes)
            {
                throw new InvalidDataException(
                    $"{source} holds more than {ImageCodec.MaximumBytes} bytes; expected an image file of at most so many.");
            }
        }

        return buffer.ToArray();
    }

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
