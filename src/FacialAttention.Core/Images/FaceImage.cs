namespace FacialAttention;

/// <summary>
/// An immutable 8-bit image, gray or RGB: what a file, a stream or a camera delivers, before <see cref="FacePreprocessor"/>.
/// </summary>
/// <remarks>
/// Decodes PNG, JPEG, WebP, BMP and GIF (of an animation the first picture). The EXIF orientation of JPEG, WebP and PNG files is applied,
/// so the pixels stand upright. Transparency is laid over white. Values of 16 bits lose their lower half. Colour profiles are not
/// applied: the stored values are taken as they are. An image whose header claims more than 16,384 pixels a side or 100
/// million in all is refused before any pixel is allocated, as are such pixels of your own; so is one that claims more than 34 million and has not a byte for each 32 of
/// them, and a JPEG with not a byte for each 512. One whose pixels end early is refused rather than filled up; only a JPEG that was cut
/// off and then given an end marker cannot be told from a complete one.
/// </remarks>
public sealed class FaceImage
{
    private const int BlockBytes = 81920;

    internal FaceImage(ReadOnlyMemory<byte> pixels, ImageSize size, int channels)
    {
        Pixels = pixels;
        Size = size;
        Channels = channels;
    }

    /// <summary>The number of columns.</summary>
    public int Width => Size.Width;

    /// <summary>The number of rows.</summary>
    public int Height => Size.Height;

    /// <summary>The number of rows and columns.</summary>
    public ImageSize Size { get; }

    /// <summary>1 (gray) or 3 (red, green, blue).</summary>
    public int Channels { get; }

    /// <summary>
    /// <see cref="Height"/> x <see cref="Width"/> x <see cref="Channels"/> values 0 to 255: rows from the top, pixels from the left, the
    /// channels of a pixel together.
    /// </summary>
    public ReadOnlyMemory<byte> Pixels { get; }

    /// <summary>An image of gray pixels. The pixels are not copied: do not change them afterwards.</summary>
    /// <param name="pixels">Height x width values, row by row from the top.</param>
    /// <param name="size">The number of rows and columns, each 1 to 16,384, and at most 100 million pixels in all.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is out of its range.</exception>
    /// <exception cref="ArgumentException">The number of pixels is not height times width.</exception>
    public static FaceImage FromGray(ReadOnlyMemory<byte> pixels, ImageSize size) => Create(pixels, size, 1);

    /// <summary>An image of RGB pixels. The pixels are not copied: do not change them afterwards.</summary>
    /// <param name="pixels">
    /// Height x width x 3 values: row by row from the top, red, green and blue of a pixel together.
    /// </param>
    /// <param name="size">The number of rows and columns, each 1 to 16,384, and at most 100 million pixels in all.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is out of its range.</exception>
    /// <exception cref="ArgumentException">The number of values is not 3 times height times width.</exception>
    public static FaceImage FromRgb(ReadOnlyMemory<byte> pixels, ImageSize size) => Create(pixels, size, 3);

    /// <summary>An image of pixels as a camera or another library has them in memory. They are copied: the memory may be used again.</summary>
    /// <param name="pixels">
    /// Rows from the top, pixels from the left: as many bytes as the rows take, with or without what follows the pixels of the last one.
    /// </param>
    /// <param name="size">The number of rows and columns, each 1 to 16,384, and at most 100 million pixels in all.</param>
    /// <param name="format">What the bytes of a pixel are. Transparency is laid over white, as for files.</param>
    /// <param name="stride">The bytes from the start of a row to that of the next one; null where rows follow each other without a gap.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size or format is out of range, or the stride less than the pixels of a row take.</exception>
    /// <exception cref="ArgumentException">There are more or fewer bytes than the size, format and stride ask for, or all pixels are transparent.</exception>
    public static FaceImage FromPixels(ReadOnlySpan<byte> pixels, ImageSize size, PixelFormat format, int? stride = null)
    {
        CheckSize(size);
        Require.Defined(format, nameof(format));
        int pixelBytes = PackedPixels.BytesOf(format);
        int rowBytes = size.Width * pixelBytes;
        int step = stride ?? rowBytes;
        if (step < rowBytes)
        {
            throw new ArgumentOutOfRangeException(
                nameof(stride),
                step,
                step < 0
                    ? $"The stride is {step}; expected at least {rowBytes}, and the rows from the top: turn a picture round that is stored from the bottom."
                    : $"The stride is {step}; expected at least {rowBytes}, the bytes of {size.Width} pixels of {format}.");
        }

        long least = ((long)step * (size.Height - 1)) + rowBytes;
        long most = (long)step * size.Height;
        if (pixels.Length < least || pixels.Length > most)
        {
            throw new ArgumentException(
                $"Got {pixels.Length} bytes; expected {(least == most ? $"{most}" : $"{least} to {most}")} for {size} pixels (height x width) of "
                + $"{format} with a stride of {step}.",
                nameof(pixels));
        }

        return new FaceImage(PackedPixels.Unpack(pixels, size, format, step), size, format == PixelFormat.Gray ? 1 : 3);
    }

    /// <summary>Decodes an image file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder, or the file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is no complete image of a known format, or it is too large.</exception>
    public static FaceImage Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream file = Open(path, FileOptions.SequentialScan);
        return Decoded(Read(file), Excerpt.Name(path));
    }

    /// <summary>Decodes an image file without holding a thread while it is read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder, or the file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is no complete image of a known format, or it is too large.</exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public static async Task<FaceImage> LoadAsync(string path, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        cancellationToken.ThrowIfCancellationRequested();
        FileStream file = Open(path, FileOptions.SequentialScan | FileOptions.Asynchronous);
        await using (file.ConfigureAwait(false))
        {
            return Decoded(await ReadAsync(file, cancellationToken).ConfigureAwait(false), Excerpt.Name(path));
        }
    }

    /// <summary>Decodes an image from a stream.</summary>
    /// <param name="stream">
    /// A readable stream; it is read from its position to its end, at most 256 MB, and stays open. It need not be able to seek.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="InvalidDataException">The stream is no complete image of a known format, or it is too large.</exception>
    public static FaceImage Load(Stream stream)
    {
        CheckReadable(stream);
        return Decoded(Read(stream), "The stream");
    }

    /// <summary>
    /// Decodes an image from a stream by asynchronous reads alone, as the body of a web request asks for. Decoding itself keeps the thread.
    /// </summary>
    /// <param name="stream">
    /// A readable stream; it is read from its position to its end, at most 256 MB, and stays open. It need not be able to seek.
    /// </param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="InvalidDataException">The stream is no complete image of a known format, or it is too large.</exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public static async Task<FaceImage> LoadAsync(Stream stream, CancellationToken cancellationToken)
    {
        CheckReadable(stream);
        return Decoded(await ReadAsync(stream, cancellationToken).ConfigureAwait(false), "The stream");
    }

    /// <summary>Decodes an image file, or says why it cannot, as the end of a sentence.</summary>
    internal static (FaceImage? Image, string? Fault) TryLoad(string path)
    {
        using FileStream file = Open(path, FileOptions.SequentialScan);
        (MemoryStream content, string? fault) = Read(file);
        return fault is null ? ImageCodec.TryDecode(Bytes(content)) : (null, fault);
    }

    /// <summary>Decodes an image from the bytes of its file.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <exception cref="InvalidDataException">The bytes are no complete image of a known format, or it is too large.</exception>
    public static FaceImage Decode(ReadOnlySpan<byte> encoded)
    {
        (FaceImage? image, string? fault) = ImageCodec.TryDecode(encoded);
        return image ?? throw new InvalidDataException($"The image data {fault}");
    }

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

    private static FileStream Open(string path, FileOptions options)
    {
        if (Directory.Exists(path))
        {
            throw new IOException($"{Excerpt.Name(path)} is a folder; expected an image file.");
        }

        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{Excerpt.Name(path)} does not exist; expected an image file.", path);
        }

        return InputFile.Open(path, "an image file", options, InputFile.PipeTimeout);
    }

    private static void CheckReadable(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead)
        {
            throw new ArgumentException("The stream cannot be read; expected a readable stream.", nameof(stream));
        }
    }

    private static FaceImage Decoded((MemoryStream Content, string? Fault) read, string source)
    {
        (FaceImage? image, string? fault) = read.Fault is null ? ImageCodec.TryDecode(Bytes(read.Content)) : (null, read.Fault);
        return image ?? throw new InvalidDataException($"{source} {fault}");
    }

    private static ReadOnlySpan<byte> Bytes(MemoryStream content) => content.GetBuffer().AsSpan(0, (int)content.Length);

    /// <summary>The bytes to come, where that is known: a buffer that need not grow holds a file once.</summary>
    private static int RoomFor(Stream stream) =>
        stream.CanSeek ? (int)Math.Clamp(stream.Length - stream.Position, 0, ImageCodec.MaxBytes) : 0;

    private static (MemoryStream Content, string? Fault) Read(Stream stream)
    {
        var content = new MemoryStream(RoomFor(stream));
        var block = new byte[BlockBytes];
        string? fault = null;
        for (int read = stream.Read(block); read > 0 && fault is null; read = fault is null ? stream.Read(block) : 0)
        {
            content.Write(block, 0, read);
            fault = FaultOfStart(content);
        }

        return (content, fault);
    }

    private static async Task<(MemoryStream Content, string? Fault)> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var content = new MemoryStream(RoomFor(stream));
        var block = new byte[BlockBytes];
        string? fault = null;
        while (fault is null)
        {
            int read = await stream.ReadAsync(block, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            content.Write(block, 0, read);
            fault = FaultOfStart(content);
        }

        return (content, fault);
    }

    /// <summary>Why there is no need to read on: what came is no image, or too much. An endless stream is found out by it.</summary>
    private static string? FaultOfStart(MemoryStream content)
    {
        if (content.Length > ImageCodec.MaxBytes)
        {
            return $"holds more than {ImageCodec.MaxBytes} bytes; expected an image file of at most so many.";
        }

        return content.Length > BlockBytes && !ImageCodec.HasKnownSignature(Bytes(content))
            ? ImageCodec.NotAnImage(Bytes(content), hasMore: true)
            : null;
    }

    private static FaceImage Create(ReadOnlyMemory<byte> pixels, ImageSize size, int channels)
    {
        CheckSize(size);
        int expected = size.Pixels * channels;
        return pixels.Length == expected
            ? new FaceImage(pixels, size, channels)
            : throw new ArgumentException(
                $"Got {pixels.Length} bytes; expected {expected} for {size} pixels (height x width) of {channels} channel(s).", nameof(pixels));
    }

    private static void CheckSize(ImageSize size)
    {
        if (!ImageCodec.IsTaken(size))
        {
            throw new ArgumentOutOfRangeException(
                nameof(size),
                $"The image is {size} pixels (height x width); expected 1 to {ImageCodec.MaxSide} a side and at most {ImageCodec.MaxPixels} in all.");
        }
    }
}
