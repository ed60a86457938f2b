using System.Globalization;
using FacialAttention.Tests.Files;
using SkiaSharp;

namespace FacialAttention.Tests.Images;

public sealed class FaceImageTests
{
    private const int Width = 24;
    private const int Height = 16;

    /// <summary>Smooth, so that JPEG keeps it nearly; different in every corner and channel.</summary>
    private static readonly byte[] Rgb = MakeRgb();

    [Fact]
    public void FromGray_Pixels_KeepsThem()
    {
        byte[] pixels = [1, 2, 3, 4, 5, 6];

        FaceImage image = FaceImage.FromGray(pixels, new ImageSize(2, 3));

        image.Width.Should().Be(3);
        image.Height.Should().Be(2);
        image.Size.Should().Be(new ImageSize(Height: 2, Width: 3));
        image.Channels.Should().Be(1);
        image.Pixels.ToArray().Should().Equal(pixels);
    }

    [Fact]
    public void FromRgb_WrongCount_NamesGotAndExpected()
    {
        FluentActions.Invoking(() => FaceImage.FromRgb(new byte[17], new ImageSize(2, 3))).Should().Throw<ArgumentException>()
            .WithMessage("Got 17 bytes; expected 18 for 2x3 pixels (height x width) of 3 channel(s).*");
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(2, 0)]
    [InlineData(-1, -1)]
    [InlineData(1, 16385)]
    [InlineData(10001, 10000)]
    [InlineData(65536, 65536)]
    public void OfPixels_SizeOutOfRange_NamesIt(int width, int height)
    {
        var size = new ImageSize(height, width);
        string message = FormattableString.Invariant(
            $"The image is {height}x{width} pixels (height x width); expected 1 to 16384 a side and at most 100000000 in all.*");

        FluentActions.Invoking(() => FaceImage.FromGray(new byte[1], size)).Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);
        FluentActions.Invoking(() => FaceImage.FromRgb(new byte[1], size)).Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);
        FluentActions.Invoking(() => FaceImage.FromPixels([], size, PixelFormat.Bgra)).Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);
    }

    [Theory]
    [InlineData(PixelFormat.Gray, new byte[] { 1, 2, 3, 4 }, new byte[] { 1, 2, 3, 4 })]
    [InlineData(PixelFormat.Rgb, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 })]
    [InlineData(PixelFormat.Bgr, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }, new byte[] { 3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10 })]
    [InlineData(
        PixelFormat.Rgba,
        new byte[] { 1, 2, 3, 255, 4, 5, 6, 0, 100, 0, 200, 51, 10, 11, 12, 255 },
        new byte[] { 1, 2, 3, 255, 255, 255, 224, 204, 244, 10, 11, 12 })]
    [InlineData(
        PixelFormat.Bgra,
        new byte[] { 3, 2, 1, 255, 4, 5, 6, 0, 200, 0, 100, 51, 12, 11, 10, 255 },
        new byte[] { 1, 2, 3, 255, 255, 255, 224, 204, 244, 10, 11, 12 })]
    [InlineData(
        PixelFormat.Rgbx, new byte[] { 1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 10, 11, 12, 0 }, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 })]
    [InlineData(
        PixelFormat.Bgrx, new byte[] { 3, 2, 1, 0, 6, 5, 4, 9, 9, 8, 7, 0, 12, 11, 10, 0 }, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 })]
    public void FromPixels_EachFormatAndStride_GivesGrayOrRgb(PixelFormat format, byte[] pixels, byte[] expected)
    {
        var size = new ImageSize(2, 2);
        int rowBytes = pixels.Length / 2;
        byte[] padded = [.. pixels[..rowBytes], 77, 78, 79, .. pixels[rowBytes..], 80, 81, 82];
        int channels = format == PixelFormat.Gray ? 1 : 3;

        ShouldBe(FaceImage.FromPixels(pixels, size, format), expected, 2, 2, channels);
        ShouldBe(FaceImage.FromPixels(padded, size, format, rowBytes + 3), expected, 2, 2, channels);
        ShouldBe(FaceImage.FromPixels(padded.AsSpan()[..^3], size, format, rowBytes + 3), expected, 2, 2, channels);
    }

    [Fact]
    public void FromPixels_OnePixel_IsAnImage() => ShouldBe(FaceImage.FromPixels([5, 6, 7], new ImageSize(1, 1), PixelFormat.Bgr), [7, 6, 5], 1, 1, 3);

    [Fact]
    public void FromPixels_MemoryUsedAgain_KeepsThePixels()
    {
        byte[] pixels = [1, 2, 3];
        FaceImage image = FaceImage.FromPixels(pixels, new ImageSize(1, 3), PixelFormat.Gray);

        pixels[0] = 99;

        image.Pixels.ToArray().Should().Equal(1, 2, 3);
    }

    [Theory]
    [InlineData(16, 9, "The stride is 9; expected at least 12, the bytes of 4 pixels of Bgr.*")]
    [InlineData(24, -12, "The stride is -12; expected at least 12, and the rows from the top: turn a picture round that is stored from the bottom.*")]
    [InlineData(23, null, "Got 23 bytes; expected 24 for 2x4 pixels (height x width) of Bgr with a stride of 12.*")]
    [InlineData(25, null, "Got 25 bytes; expected 24 for 2x4*")]
    [InlineData(0, null, "Got 0 bytes; expected 24 for 2x4*")]
    [InlineData(27, 16, "Got 27 bytes; expected 28 to 32 for 2x4 pixels (height x width) of Bgr with a stride of 16.*")]
    [InlineData(33, 16, "Got 33 bytes; expected 28 to 32 for 2x4*")]
    [InlineData(33, int.MaxValue, "Got 33 bytes; expected 2147483659 to 4294967294 for 2x4*")]
    public void FromPixels_WrongStrideOrLength_NamesGotAndExpected(int length, int? stride, string message)
    {
        FluentActions.Invoking(() => FaceImage.FromPixels(new byte[length], new ImageSize(2, 4), PixelFormat.Bgr, stride))
            .Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void FromPixels_NoAlphaOrNoFormat_SaysSo()
    {
        FluentActions.Invoking(() => FaceImage.FromPixels(new byte[16], new ImageSize(2, 2), PixelFormat.Bgra)).Should().Throw<ArgumentException>()
            .WithMessage("All pixels are transparent: their alpha is 0. Expected one to be seen; if the fourth byte is no alpha, the format is Bgrx.*");
        FluentActions.Invoking(() => FaceImage.FromPixels(new byte[16], new ImageSize(2, 2), (PixelFormat)7))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("format is 7; expected one of Gray, Rgb, Bgr, Rgba, Bgra, Rgbx, Bgrx.*");
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png, 0)]
    [InlineData(SKEncodedImageFormat.Webp, 0)] // quality 100 is Skia's lossless WebP
    [InlineData(SKEncodedImageFormat.Jpeg, 12)]
    public void Decode_RgbImage_ReturnsPixels(SKEncodedImageFormat format, int tolerance)
    {
        FaceImage image = FaceImage.Decode(EncodedImages.Encode(Rgb, Width, Height, format));

        ShouldBe(image, Rgb, Width, Height, 3, tolerance);
    }

    [Fact]
    public void Decode_Bmp_ReturnsPixels() => ShouldBe(FaceImage.Decode(EncodedImages.Bmp(Rgb, Width, Height)), Rgb, Width, Height, 3);

    [Fact]
    public void Decode_AnimatedGif_ReturnsFirstPicture()
    {
        byte[] gif = EncodedImages.Gif(7, 5, (10, 20, 30), (200, 210, 220), frames: [1, 0]);

        FaceImage image = FaceImage.Decode(gif);

        byte[] expected = [.. Enumerable.Repeat<byte[]>([200, 210, 220], 35).SelectMany(p => p)];
        ShouldBe(image, expected, 7, 5, 3);
    }

    [Fact]
    public void Decode_GrayPngAndJpeg_ReturnsOneChannel()
    {
        byte[][] rows = [[0, 100, 200], [50, 150, 255]];

        ShouldBe(FaceImage.Decode(EncodedImages.Png(3, 2, 8, 0, rows)), [.. rows.SelectMany(r => r)], 3, 2, 1);
        ShouldBe(FaceImage.Decode(EncodedImages.FlatJpeg([200])), [.. Enumerable.Repeat((byte)200, 64)], 8, 8, 1);
    }

    [Fact]
    public void Decode_GrayWithAlpha_IsLaidOverWhite()
    {
        byte[] image = EncodedImages.Png(3, 1, 8, 4, [[100, 255, 100, 0, 100, 51]]); // gray, alpha

        byte faint = 224; // 100 x 0.2 + 255 x 0.8
        ShouldBe(FaceImage.Decode(image), [100, 100, 100, 255, 255, 255, faint, faint, faint], 3, 1, 3);
    }

    [Fact]
    public void Decode_RgbWithAlpha_IsLaidOverWhite()
    {
        byte[] image = EncodedImages.Png(2, 1, 8, 6, [[0, 100, 200, 0, 0, 100, 200, 51]]);

        ShouldBe(FaceImage.Decode(image), [255, 255, 255, 204, 224, 244], 2, 1, 3);
    }

    [Fact]
    public void Decode_16BitPng_KeepsUpperByte()
    {
        byte[] gray = EncodedImages.Png(3, 1, 16, 0, [[0x00, 0x00, 0x80, 0xFF, 0xFF, 0xFF]]);
        byte[] rgb = EncodedImages.Png(1, 1, 16, 2, [[0x12, 0x34, 0x80, 0xFF, 0xFF, 0xFF]]);

        FaceImage grayImage = FaceImage.Decode(gray);
        grayImage.Pixels.Span[0].Should().Be(0);
        grayImage.Pixels.Span[grayImage.Channels].Should().Be(0x80);
        grayImage.Pixels.Span[2 * grayImage.Channels].Should().Be(0xFF);
        ShouldBe(FaceImage.Decode(rgb), [0x12, 0x80, 0xFF], 1, 1, 3);
    }

    [Fact]
    public void Decode_AdobeCmykJpeg_ReturnsRgb()
    {
        // Adobe stores the four inks inverted: red = C x K / 255.
        FaceImage image = FaceImage.Decode(EncodedImages.FlatJpeg([200, 100, 50, 128], adobeTransform: 0));

        image.Pixels[..3].ToArray().Should().Equal(100, 50, 25);
    }

    [Fact]
    public void Decode_CmykJpegWithoutAdobeMarker_Throws()
    {
        FluentActions.Invoking(() => FaceImage.Decode(EncodedImages.FlatJpeg([200, 100, 50, 128]))).Should().Throw<InvalidDataException>()
            .WithMessage("The image data is a JPEG of four colours (CMYK) without an Adobe marker*expected a gray or RGB image.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Decode_ExifOrientation_ReturnsUprightImage(int orientation)
    {
        byte[] jpeg = EncodedImages.Encode(Rgb, Width, Height, SKEncodedImageFormat.Jpeg);
        byte[] webp = EncodedImages.Encode(Rgb, Width, Height, SKEncodedImageFormat.Webp);

        ShouldBeUpright(FaceImage.Decode(EncodedImages.JpegWithOrientation(jpeg, orientation)), FaceImage.Decode(jpeg), orientation);
        ShouldBeUpright(
            FaceImage.Decode(EncodedImages.WebpWithOrientation(webp, Width, Height, orientation)), FaceImage.Decode(webp), orientation);
    }

    public static TheoryData<string> Formats => ["png", "jpeg", "webp", "bmp", "gif"];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Decode_Truncated_Throws(string format)
    {
        byte[] whole = Make(format);
        byte[] pixels = FaceImage.Decode(whole).Pixels.ToArray();

        // What follows the last pixel may be missing: PNG's checksums and last chunk, JPEG's and GIF's end marker, WebP's padding.
        int trailer = format switch { "png" => 20, "jpeg" => 2, "gif" => 2, "webp" => 2, _ => 0 };
        for (int length = 0; length < whole.Length; length += whole.Length - length > 60 ? 11 : 1)
        {
            byte[] part = whole[..length];
            if (length < whole.Length - trailer)
            {
                FluentActions.Invoking(() => FaceImage.Decode(part))
                    .Should().Throw<InvalidDataException>($"{length} of {whole.Length} bytes are no whole image");
            }
            else if (Decodes(part, out FaceImage? image))
            {
                image!.Pixels.ToArray().Should().Equal(pixels);
            }
        }
    }

    [Fact]
    public void Decode_Truncated_NamesSizeAndReason()
    {
        byte[] jpeg = EncodedImages.Encode(Rgb, Width, Height, SKEncodedImageFormat.Jpeg);

        FluentActions.Invoking(() => FaceImage.Decode(jpeg[..^40])).Should().Throw<InvalidDataException>()
            .WithMessage(
                "The image data is a damaged or incomplete image of 24 x 16 pixels (the decoder reports IncompleteInput); " +
                "expected a complete one.");
    }

    [Theory]
    [InlineData("II*\0....", "a TIFF image")]
    [InlineData("MM\0*....", "a TIFF image")]
    [InlineData("\0\0\0\u001CftypmifXheic", "a video (MP4 or QuickTime)")]
    [InlineData("\0\0\0\u001Cftypheic....", "a HEIC image")]
    [InlineData("\0\0\0\u001Cftypavif....", "an AVIF image")]
    [InlineData("\0\0\0\u000CjP  \r\n..", "a JPEG 2000 image")]
    [InlineData("8BPS....", "a Photoshop (PSD) image")]
    [InlineData("<?xml version='1.0'?>\n<svg>", "an SVG drawing")]
    [InlineData("%PDF-1.7", "a PDF document")]
    [InlineData("<!DOCTYPE html>", "an HTML page, not the file itself")]
    [InlineData("version https://git-lfs.github.com/spec/v1", "a Git LFS pointer, not the file itself ('git lfs pull' fetches it)")]
    [InlineData("PK\u0003\u0004....", "a zip archive")]
    public void Decode_ForeignContent_IsNamed(string content, string kind) =>
        FluentActions.Invoking(() => FaceImage.Decode(System.Text.Encoding.Latin1.GetBytes(content))).Should().Throw<InvalidDataException>()
            .WithMessage($"The image data is {kind}; expected a PNG, JPEG, WebP, BMP or GIF image.*");

    [Fact]
    public void Decode_Text_IsShown() => FluentActions.Invoking(() => FaceImage.Decode("not found\n"u8)).Should()
        .Throw<InvalidDataException>()
        .WithMessage("The image data is 10 bytes of text that begins with \"not found\\u000A\"; expected a PNG, JPEG, WebP, BMP or GIF image.");

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(5, false)]
    [InlineData(6, true)]
    [InlineData(6, false)]
    [InlineData(7, true)]
    [InlineData(8, false)]
    public void Decode_PngWithOrientation_IsAsTheJpegWithIt(int orientation, bool isLittleEndian)
    {
        byte[] png = EncodedImages.Encode(Rgb, Width, Height, SKEncodedImageFormat.Png);
        FaceImage plain = FaceImage.Decode(png);
        byte[] tiff = isLittleEndian
            ? [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, 0]
            : [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];
        byte[] chunk = EncodedImages.Chunk("eXIf"u8, tiff);

        foreach (int at in new[] { 33, png.Length - 12 }) // before the pixels and after them
        {
            FaceImage image = FaceImage.Decode([.. png.AsSpan(0, at), .. chunk, .. png.AsSpan(at)]);

            (image.Width, image.Height).Should().Be(orientation < 5 ? (Width, Height) : (Height, Width));
            // Where the first stored pixel comes to stand.
            (bool right, bool low) = orientation switch
            {
                2 => (true, false), 3 => (true, true), 4 => (false, true), 6 => (true, false), 7 => (true, true), 8 => (false, true),
                _ => (false, false),
            };
            int place = ((low ? image.Height - 1 : 0) * image.Width) + (right ? image.Width - 1 : 0);
            image.Pixels.Span.Slice(3 * place, 3).ToArray().Should().Equal(plain.Pixels.Span[..3].ToArray());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(255)]
    public void Decode_PngWithMalformedOrientation_StaysAsItIs(byte value)
    {
        byte[] png = EncodedImages.Encode(Rgb, Width, Height, SKEncodedImageFormat.Png);
        byte[] tiff = [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, value, 0, 0, 0];
        byte[] farAway = [0x49, 0x49, 0x2A, 0, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0];
        foreach (byte[] content in new[] { tiff, tiff[..12], tiff[..9], farAway, [] })
        {
            FaceImage image = FaceImage.Decode([.. png.AsSpan(0, 33), .. EncodedImages.Chunk("eXIf"u8, content), .. png.AsSpan(33)]);

            image.Pixels.ToArray().Should().Equal(Rgb);
        }
    }

    [Fact]
    public async Task LoadAsync_StreamThatOnlyReadsAsynchronously_IsDecoded()
    {
        byte[] png = EncodedImages.Encode(Rgb, Width, Height, SKEncodedImageFormat.Png);

        (await FaceImage.LoadAsync(new RequestBody(png), default)).Pixels.ToArray().Should().Equal(Rgb);
        await FluentActions.Awaiting(() => FaceImage.LoadAsync(new RequestBody(png[..(png.Length / 2)]), default)).Should().ThrowAsync<InvalidDataException>();
        await FluentActions.Awaiting(() => FaceImage.LoadAsync(new RequestBody([]), default)).Should().ThrowAsync<InvalidDataException>()
            .WithMessage("The stream is empty; *");
        await FluentActions.Awaiting(() => FaceImage.LoadAsync(new RequestBody(png), new CancellationToken(canceled: true)))
            .Should().ThrowAsync<OperationCanceledException>();
    }

    [LinuxFact]
    public async Task Load_EndlessZeros_AreRefusedAtOnce()
    {
        FluentActions.Invoking(() => FaceImage.Load("/dev/zero")).Should().Throw<InvalidDataException>()
            .WithMessage("'/dev/zero' is more than * bytes that begin with 0000000000000000; *");
        await FluentActions.Awaiting(() => FaceImage.LoadAsync("/dev/zero", default)).Should().ThrowAsync<InvalidDataException>();
    }

    /// <summary>A stream as the body of a request: it refuses synchronous reads and cannot seek.</summary>
    private sealed class RequestBody(byte[] content) : MemoryStream(content)
    {
        private readonly byte[] _content = content;

        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count) => throw new InvalidOperationException("Synchronous operations are disallowed.");

        public override int Read(Span<byte> buffer) => throw new InvalidOperationException("Synchronous operations are disallowed.");

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int read = (int)Math.Min(Math.Min(7, buffer.Length), Length - Position);
            _content.AsMemory((int)Position, read).CopyTo(buffer);
            Position += read;
            return ValueTask.FromResult(read);
        }
    }

    [Fact]
    public void Decode_Empty_Throws() => FluentActions.Invoking(() => FaceImage.Decode([])).Should().Throw<InvalidDataException>()
        .WithMessage("The image data is empty; expected a PNG, JPEG, WebP, BMP or GIF image.");

    [Fact]
    public void Decode_UnknownFormat_ShowsFirstBytes()
    {
        // 00 00 and two sizes are a WBMP image to Skia.
        byte[] wbmp = [0, 0, 8, 1, 0xAA];

        FluentActions.Invoking(() => FaceImage.Decode(wbmp)).Should().Throw<InvalidDataException>()
            .WithMessage("The image data is 5 bytes that begin with 00000801AA; expected a PNG, JPEG, WebP, BMP or GIF image.");
    }

    [Fact]
    public void Decode_JunkAfterSignature_Throws()
    {
        var random = new SeededRandom(7);
        foreach (string format in (string[])["png", "jpeg", "webp", "bmp", "gif"])
        {
            byte[] whole = Make(format);
            for (int trial = 0; trial < 20; trial++)
            {
                byte[] junk = [.. whole];
                for (int i = 12; i < junk.Length; i++)
                {
                    junk[i] = (byte)random.NextInt32(256);
                }

                FluentActions.Invoking(() => FaceImage.Decode(junk)).Should().Throw<InvalidDataException>(format);
            }
        }
    }

    [Theory]
    [InlineData(60000, 60000)]
    [InlineData(16385, 1)]
    [InlineData(1, 16385)]
    [InlineData(10001, 10000)]
    public void Decode_HugeClaim_ThrowsBeforeAllocating(int width, int height)
    {
        byte[] png = EncodedImages.ClaimSize(EncodedImages.Png(3, 2, 8, 0, [[0, 100, 200], [50, 150, 255]]), width, height);
        long before = GC.GetAllocatedBytesForCurrentThread();

        FluentActions.Invoking(() => FaceImage.Decode(png)).Should().Throw<InvalidDataException>()
            .WithMessage(FormattableString.Invariant(
                $"The image data claims {width} x {height} pixels; expected 1 to 16384 a side and at most 100000000 in all."));

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1_000_000);
    }

    [Theory]
    [InlineData("png", 5_831, 5_832)] // 34,006,392
    [InlineData("png", 16_384, 6_000)]
    [InlineData("gif", 16_000, 6_000)]
    [InlineData("jpeg", 16_384, 6_000)]
    [InlineData("jpeg", 5_000, 5_000)]
    public void Decode_ManyPixelsInFewBytes_ThrowsBeforeAllocating(string format, int width, int height)
    {
        byte[] image = ClaimSize(format, width, height);
        long before = GC.GetAllocatedBytesForCurrentThread();

        FluentActions.Invoking(() => FaceImage.Decode(image)).Should().Throw<InvalidDataException>().WithMessage(
            $"The image data claims {width} x {height} pixels in {image.Length} bytes*expected at least a byte for each *");

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1_000_000);
    }

    [Fact]
    public void Decode_AsManyPixelsAsBytesCanHold_IsLeftToTheDecoder()
    {
        byte[] jpeg = ClaimSize("jpeg", 512, Make("jpeg").Length);

        FluentActions.Invoking(() => FaceImage.Decode(jpeg)).Should().NotThrow("an end mark hides that its pixels end early");
    }

    [Fact]
    public void Load_File_ReturnsImage() => InFolder(folder =>
    {
        string path = Path.Combine(folder, "face.png");
        File.WriteAllBytes(path, EncodedImages.Encode(Rgb, Width, Height, SKEncodedImageFormat.Png));

        ShouldBe(FaceImage.Load(path), Rgb, Width, Height, 3);
    });

    [Fact]
    public void Load_BadFile_NamesTheFile() => InFolder(folder =>
    {
        string path = Path.Combine(folder, "face.jpg");
        File.WriteAllText(path, "<html>");

        FluentActions.Invoking(() => FaceImage.Load(path)).Should().Throw<InvalidDataException>()
            .WithMessage($"'{path}' is an HTML page, not the file itself; expected a PNG, JPEG, WebP, BMP or GIF image.");
    });

    [Fact]
    public void Load_MissingFileOrFolder_Throws() => InFolder(folder =>
    {
        string path = Path.Combine(folder, "none.png");
        FluentActions.Invoking(() => FaceImage.Load(path)).Should().Throw<FileNotFoundException>()
            .WithMessage($"'{path}' does not exist; expected an image file.");
        FluentActions.Invoking(() => FaceImage.Load(folder)).Should().Throw<IOException>()
            .WithMessage($"'{folder}' is a folder; expected an image file.");
        FluentActions.Invoking(() => FaceImage.Load(string.Empty)).Should().Throw<ArgumentException>();
    });

    [Fact]
    public void Load_Stream_ReadsFromPositionAndLeavesItOpen()
    {
        using var stream = new MemoryStream([1, 2, 3, .. EncodedImages.Encode(Rgb, Width, Height, SKEncodedImageFormat.Png)]);
        stream.Position = 3;

        ShouldBe(FaceImage.Load(stream), Rgb, Width, Height, 3);

        stream.CanRead.Should().BeTrue();
    }

    [Fact]
    public void Load_ClosedStream_Throws()
    {
        var stream = new MemoryStream();
        stream.Dispose();

        FluentActions.Invoking(() => FaceImage.Load(stream)).Should().Throw<ArgumentException>().WithMessage("The stream cannot be read*");
    }

    [Fact]
    public void Save_GrayAndRgb_LoadsAgain() => InFolder(folder =>
    {
        string path = Path.Combine(folder, "face.png");

        FaceImage.FromRgb(Rgb, new ImageSize(Height, Width)).Save(path);
        ShouldBe(FaceImage.Load(path), Rgb, Width, Height, 3);

        FaceImage.FromGray(Rgb, new ImageSize(Height, 3 * Width)).Save(path); // in place of the other
        ShouldBe(FaceImage.Load(path), Rgb, 3 * Width, Height, 1);
    });

    [Fact]
    public void Decode_TurkishCulture_SameMessage()
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("tr-TR");
            Decode_Truncated_NamesSizeAndReason();
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    private static byte[] ClaimSize(string format, int width, int height)
    {
        byte[] image = Make(format);
        if (format == "png")
        {
            return EncodedImages.ClaimSize(image, width, height);
        }

        int at = format == "gif" ? 6 : image.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]) + 5;
        byte[] sides = [.. BitConverter.GetBytes((ushort)width), .. BitConverter.GetBytes((ushort)height)];
        sides = format == "gif" ? sides : [.. sides.Reverse()]; // a JPEG has the height first, and the high byte first
        sides.CopyTo(image, at);
        if (format == "gif")
        {
            sides.CopyTo(image, image.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x2C, 0, 0, 0, 0]) + 5); // the first picture's own
        }

        return image;
    }

    private static void ShouldBeUpright(FaceImage image, FaceImage stored, int orientation)
    {
        // Where the pixel that is shown at (x, y) is stored: what the EXIF standard says of row 0 and column 0.
        (int X, int Y) Place(int x, int y) => orientation switch
        {
            1 => (x, y),
            2 => (Width - 1 - x, y),
            3 => (Width - 1 - x, Height - 1 - y),
            4 => (x, Height - 1 - y),
            5 => (y, x),
            6 => (y, Height - 1 - x),
            7 => (Width - 1 - y, Height - 1 - x),
            _ => (Width - 1 - y, x),
        };
        (int width, int height) = orientation >= 5 ? (Height, Width) : (Width, Height);
        var expected = new List<byte>();
        for (int i = 0; i < width * height; i++)
        {
            (int column, int row) = Place(i % width, i / width);
            expected.AddRange(stored.Pixels.Span.Slice(3 * ((row * Width) + column), 3));
        }

        ShouldBe(image, [.. expected], width, height, 3);
    }

    private static bool Decodes(byte[] encoded, out FaceImage? image)
    {
        try
        {
            image = FaceImage.Decode(encoded);
        }
        catch (InvalidDataException)
        {
            image = null;
        }

        return image is not null;
    }

    private static byte[] Make(string format) => format switch
    {
        "png" => EncodedImages.Encode(Rgb, Width, Height, SKEncodedImageFormat.Png),
        "jpeg" => EncodedImages.Encode(Rgb, Width, Height, SKEncodedImageFormat.Jpeg),
        "webp" => EncodedImages.Encode(Rgb, Width, Height, SKEncodedImageFormat.Webp, 80),
        "bmp" => EncodedImages.Bmp(Rgb, Width, Height),
        _ => EncodedImages.Gif(7, 5, (10, 20, 30), (200, 210, 220), frames: [1]),
    };

    private static byte[] MakeRgb()
    {
        var rgb = new byte[Width * Height * 3];
        for (int i = 0; i < Width * Height; i++)
        {
            int x = i % Width, y = i / Width;
            (rgb[3 * i], rgb[(3 * i) + 1], rgb[(3 * i) + 2]) = ((byte)(10 * x), (byte)(15 * y), (byte)(250 - (5 * x) - (7 * y)));
        }

        return rgb;
    }

    private static void ShouldBe(FaceImage image, byte[] pixels, int width, int height, int channels, int tolerance = 0)
    {
        (image.Width, image.Height, image.Channels).Should().Be((width, height, channels));
        byte[] got = image.Pixels.ToArray();
        got.Length.Should().Be(pixels.Length);
        got.Zip(pixels, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThanOrEqualTo(tolerance);
    }

    private static void InFolder(Action<string> action)
    {
        string folder = Directory.CreateTempSubdirectory("facialattention-").FullName;
        try
        {
            action(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Load_LargeFile_HoldsItsBytesOnceAndItsPixelsOnce(int channels)
    {
        const int Side = 512;
        var noise = new byte[Side * Side * channels];
        new Random(1).NextBytes(noise);
        var size = new ImageSize(Side, Side);
        using var folder = new TemporaryFolder();
        string path = folder.File("noise.png");
        (channels == 1 ? FaceImage.FromGray(noise, size) : FaceImage.FromRgb(noise, size)).Save(path);
        FaceImage.Load(path);

        long before = GC.GetAllocatedBytesForCurrentThread();
        FaceImage image = FaceImage.Load(path);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        image.Pixels.ToArray().Should().Equal(noise);
        int decoded = Side * Side * (channels == 1 ? 1 : 4);
        allocated.Should().BeLessThan(new FileInfo(path).Length + decoded + 131_072);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 100_000)]
    [InlineData(false, 1)]
    [InlineData(false, 100_000)]
    public void Load_StreamOfAnyKind_ReadsFromItsPositionToItsEnd(bool canSeek, int mostAtATime)
    {
        byte[] png = ImageCodec.EncodePng(FaceImage.FromRgb(Rgb, new ImageSize(Height, Width)));
        using var stream = new SlowStream([1, 2, 3, .. png], canSeek, mostAtATime);
        stream.ReadExactly(new byte[3]);

        FaceImage.Load(stream).Pixels.ToArray().Should().Equal(Rgb);
    }

    private sealed class SlowStream(byte[] content, bool canSeek, int mostAtATime) : MemoryStream(content)
    {
        public override bool CanSeek => canSeek;

        public override long Length => canSeek ? base.Length : throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, mostAtATime));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, mostAtATime)]);
    }
}
