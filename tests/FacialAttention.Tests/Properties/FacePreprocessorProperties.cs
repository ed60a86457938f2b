using FacialAttention.Tests.Images;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using SkiaSharp;

namespace FacialAttention.Tests.Properties;

/// <summary>From the bytes of a picture to gray pixels, as documented: for any size, any crop box and all EXIF orientations.</summary>
[Properties(Arbitrary = new[] { typeof(FacePreprocessorProperties) })]
public sealed class FacePreprocessorProperties
{
    public sealed record Picture(int Width, int Height, int Channels, (int X, int Y, int Width, int Height) Part, int TargetWidth, int TargetHeight, int Seed)
    {
        internal FaceBox Crop => new(Part.X, Part.Y, Part.Width, Part.Height);

        internal FacePreprocessor Preprocessor => new(new ImageSize(TargetHeight, TargetWidth));

        internal FaceImage Image()
        {
            var random = new SeededRandom(Seed);
            var pixels = new byte[Width * Height * Channels];
            for (int i = 0; i < pixels.Length; i++)
            {
                pixels[i] = (byte)random.NextInt32(256);
            }

            return Channels == 1 ? FaceImage.FromGray(pixels, new ImageSize(Height, Width)) : FaceImage.FromRgb(pixels, new ImageSize(Height, Width));
        }
    }

    /// <summary>Half the boxes touch an edge or two; some are the whole picture, some one pixel.</summary>
    public static Arbitrary<Picture> Pictures() =>
        (from width in Gen.Choose(1, 30)
         from height in Gen.Choose(1, 30)
         from channels in Gen.Elements(1, 3)
         from columns in Part(width)
         from rows in Part(height)
         from targetWidth in Gen.Choose(1, 20)
         from targetHeight in Gen.Choose(1, 20)
         from seed in Some.Seed
         select new Picture(
             width,
             height,
             channels,
             (columns.Start, rows.Start, columns.Length, rows.Length),
             targetWidth,
             targetHeight,
             seed)).ToArbitrary();

    [Property(MaxTest = 100)]
    public void ToGray_AnySizeAndCrop_IsTheTriangleFilterOfTheLuma(Picture it)
    {
        FaceImage image = it.Image();

        byte[] result = it.Preprocessor.ToGray(image, it.Crop);

        double[] expected = new double[it.TargetWidth * it.TargetHeight];
        for (int i = 0; i < expected.Length; i++)
        {
            expected[i] = Filter(image, it.Crop, i % it.TargetWidth, i / it.TargetWidth, it);
        }

        result.Zip(expected).Should().OnlyContain(pixel => Math.Abs(pixel.First - pixel.Second) <= 0.5 + 1e-9, "only rounding may differ");
        var unit = new float[expected.Length];
        it.Preprocessor.Process(image, unit, it.Crop);
        unit.Should().Equal(result.Select(value => value / 255f));
    }

    [Property(MaxTest = 100)]
    public void ToGray_CropOfTheOutputsSize_KeepsTheValues(Picture it)
    {
        FaceImage image = it.Image();

        byte[] result = new FacePreprocessor(new ImageSize(it.Part.Height, it.Part.Width)).ToGray(image, it.Crop);

        result.Should().Equal(
            Enumerable.Range(0, result.Length)
                .Select(i => Luma(image, it.Part.X + (i % it.Part.Width), it.Part.Y + (i / it.Part.Width))));
    }

    /// <summary>Any box that has a part in the picture, on whole pixels or not: its pixels count by what is inside, and those at the edge go on.</summary>
    [Property(MaxTest = 150)]
    public void ToGray_AnyBox_IsTheTriangleFilterOverItsPartsOfPixels(Picture it, int left, int top, int right, int bottom, bool isWhole)
    {
        FaceImage image = it.Image();
        float unit = isWhole ? 1 : 0.37f;
        float x = Math.Clamp(left % 90 * unit, -30, it.Width - 0.5f), y = Math.Clamp(top % 90 * unit, -30, it.Height - 0.5f);
        float width = Math.Max(0.5f, Math.Abs(right % 70) * unit) + Math.Max(0, -x), height = Math.Max(0.5f, Math.Abs(bottom % 70) * unit) + Math.Max(0, -y);
        var box = new FaceBox(x, y, width, height);

        byte[] result = it.Preprocessor.ToGray(image, box);

        for (int i = 0; i < result.Length; i++)
        {
            ((double)result[i]).Should().BeApproximately(Filter(image, box, i % it.TargetWidth, i / it.TargetWidth, it), 0.5 + 1e-6);
        }
    }

    [Property(MaxTest = 100)]
    public void ToGray_BoxMovedAndGrownByVeryLittle_GivesNearlyTheSame(Picture it)
    {
        FaceImage image = it.Image();
        FaceBox moved = it.Crop with { X = it.Crop.X - 1e-3f, Y = it.Crop.Y + 1e-3f, Width = it.Crop.Width + 2e-3f };

        byte[] result = it.Preprocessor.ToGray(image, moved);

        result.Zip(it.Preprocessor.ToGray(image, it.Crop)).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) <= 3);
    }

    /// <summary>A JPEG with an orientation gives what the same JPEG without one gives once it is turned and mirrored by hand.</summary>
    [Property(MaxTest = 40)]
    public void Decode_AnyJpegAndOrientation_IsUpright(Picture it, bool isLittleEndian)
    {
        FaceImage source = it.Image();
        byte[] jpeg = source.Channels == 1
            ? EncodedImages.EncodeGray(source.Pixels.Span, it.Width, it.Height, SKEncodedImageFormat.Jpeg)
            : EncodedImages.Encode(source.Pixels.Span, it.Width, it.Height, SKEncodedImageFormat.Jpeg);
        FaceImage stored = FaceImage.Decode(jpeg);
        stored.Channels.Should().Be(it.Channels);

        for (int orientation = 1; orientation <= 8; orientation++)
        {
            FaceImage upright = FaceImage.Decode(EncodedImages.JpegWithOrientation(jpeg, orientation, isLittleEndian));

            FaceImage expected = Upright(stored, orientation);
            (upright.Width, upright.Height, upright.Channels).Should().Be((expected.Width, expected.Height, expected.Channels));
            upright.Pixels.ToArray().Should().Equal(expected.Pixels.ToArray(), "orientation {0}", orientation);
            it.Preprocessor.ToGray(upright).Should().Equal(it.Preprocessor.ToGray(expected));
        }
    }

    private static Gen<(int Start, int Length)> Part(int side) =>
        from first in Gen.Choose(0, side - 1)
        from last in Gen.Choose(first, side - 1)
        from edges in Gen.Choose(0, 5)
        let start = edges is 0 or 2 ? 0 : first
        let end = edges is 1 or 2 ? side - 1 : last
        select (start, end - start + 1);

    private static byte Luma(FaceImage image, int x, int y)
    {
        ReadOnlySpan<byte> pixel = image.Pixels.Span.Slice(((y * image.Width) + x) * image.Channels, image.Channels);
        return image.Channels == 1
            ? pixel[0]
            : (byte)Math.Floor((((299 * pixel[0]) + (587 * pixel[1]) + (114 * pixel[2])) / 1000m) + 0.5m);
    }

    private static double Filter(FaceImage image, FaceBox crop, int x, int y, Picture it)
    {
        double sum = 0, total = 0;
        for (int row = (int)Math.Floor(crop.Y); row < crop.Y + crop.Height; row++)
        {
            double weight = Triangle(row, y, crop.Y, crop.Height, it.TargetHeight);
            for (int column = (int)Math.Floor(crop.X); weight > 0 && column < crop.X + crop.Width; column++)
            {
                double both = weight * Triangle(column, x, crop.X, crop.Width, it.TargetWidth);
                sum += both * Luma(image, Math.Clamp(column, 0, image.Width - 1), Math.Clamp(row, 0, image.Height - 1));
                total += both;
            }
        }

        return sum / total;
    }

    /// <summary>
    /// The weight of an input place for an output place, which falls off to 0 one pixel of the coarser side away, times how much of the input
    /// place is in the box.
    /// </summary>
    private static double Triangle(int from, int to, double start, double length, int toSide)
    {
        double scale = length / toSide;
        double part = Math.Min(from + 1, start + length) - Math.Max(from, start);
        return part * Math.Max(0, 1 - (Math.Abs(from + 0.5 - (start + ((to + 0.5) * scale))) / Math.Max(1, scale)));
    }

    /// <summary>What a viewer does to show a picture of an EXIF orientation: quarter turns clockwise, then perhaps a mirror.</summary>
    private static FaceImage Upright(FaceImage image, int orientation)
    {
        int turns = orientation switch { 1 or 2 => 0, 5 or 6 => 1, 3 or 4 => 2, _ => 3 };
        for (int i = 0; i < turns; i++)
        {
            FaceImage before = image;
            image = Map(before, before.Height, before.Width, (x, y) => (y, before.Height - 1 - x));
        }

        return orientation is 2 or 4 or 5 or 7 ? Map(image, image.Width, image.Height, (x, y) => (image.Width - 1 - x, y)) : image;
    }

    private static FaceImage Map(FaceImage image, int width, int height, Func<int, int, (int X, int Y)> placeOf)
    {
        var pixels = new List<byte>();
        for (int i = 0; i < width * height; i++)
        {
            (int x, int y) = placeOf(i % width, i / width);
            pixels.AddRange(image.Pixels.Span.Slice(((y * image.Width) + x) * image.Channels, image.Channels));
        }

        return image.Channels == 1
            ? FaceImage.FromGray(pixels.ToArray(), new ImageSize(height, width))
            : FaceImage.FromRgb(pixels.ToArray(), new ImageSize(height, width));
    }
}
