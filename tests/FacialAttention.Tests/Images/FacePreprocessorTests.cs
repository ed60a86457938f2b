namespace FacialAttention.Tests.Images;

public sealed class FacePreprocessorTests
{
    [Fact]
    public void Ctor_Defaults_Are48x48()
    {
        var preprocessor = new FacePreprocessor();

        preprocessor.Size.Should().Be(new ImageSize(48, 48));
    }

    [Theory]
    [InlineData(0, 48)]
    [InlineData(4097, 48)]
    [InlineData(48, 0)]
    [InlineData(48, -3)]
    public void Ctor_BadSize_Throws(int width, int height)
    {
        FluentActions.Invoking(() => new FacePreprocessor(new ImageSize(height, width)))
            .Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage(FormattableString.Invariant($"Got faces of {height}x{width} pixels (height x width); expected 1 to 4096 a side.*"));
    }

    [Fact]
    public void Equals_SameSize_IsEqual()
    {
        new FacePreprocessor(new ImageSize(48, 40)).Should().Be(new FacePreprocessor(new ImageSize(48, 40)));
        new FacePreprocessor(new ImageSize(48, 40)).GetHashCode().Should().Be(new FacePreprocessor(new ImageSize(48, 40)).GetHashCode());
        new FacePreprocessor(new ImageSize(48, 40)).Should().NotBe(new FacePreprocessor(new ImageSize(40, 48)));
        new FacePreprocessor().Equals((object?)null).Should().BeFalse();
    }

    [Theory]
    [InlineData(255, 0, 0, 76)]
    [InlineData(0, 255, 0, 150)]
    [InlineData(0, 0, 255, 29)]
    [InlineData(255, 255, 255, 255)]
    [InlineData(7, 7, 7, 7)]
    public void ToGray_Rgb_WeighsChannelsAsLuma(byte red, byte green, byte blue, byte expected)
    {
        new FacePreprocessor(new ImageSize(1, 1)).ToGray(FaceImage.FromRgb(new[] { red, green, blue }, new ImageSize(1, 1))).Should().Equal(expected);
    }

    [Fact]
    public void ToGray_SameSize_KeepsPixels()
    {
        FaceImage image = Random(width: 13, height: 9, channels: 1);

        new FacePreprocessor(new ImageSize(9, 13)).ToGray(image).Should().Equal(image.Pixels.ToArray());
    }

    [Theory]
    [InlineData(48, 48)]
    [InlineData(7, 31)]
    [InlineData(200, 3)]
    public void ToGray_ConstantImage_StaysConstant(int width, int height)
    {
        var pixels = new byte[97 * 61];
        Array.Fill(pixels, (byte)137);

        new FacePreprocessor(new ImageSize(height, width)).ToGray(FaceImage.FromGray(pixels, new ImageSize(61, 97))).Should().OnlyContain(value => value == 137);
    }

    [Theory]
    [InlineData(30, 20, 10, 5)]     // whole factors
    [InlineData(37, 23, 16, 48)]    // narrower and taller
    [InlineData(5, 4, 12, 9)]       // enlarged
    [InlineData(101, 50, 48, 48)]
    [InlineData(3, 1, 1, 3)]
    public void ToGray_Resize_MatchesTwoDimensionalTriangleFilter(int fromWidth, int fromHeight, int width, int height)
    {
        FaceImage image = Random(fromWidth, fromHeight, channels: 1);

        byte[] result = new FacePreprocessor(new ImageSize(height, width)).ToGray(image);

        double worst = 0;
        for (int y = 0; y < height; y++)
        {
            double[] rows = [.. Enumerable.Range(0, fromHeight).Select(row => Triangle(row, y, fromHeight, height))];
            for (int x = 0; x < width; x++)
            {
                double sum = 0, total = 0;
                for (int column = 0; column < fromWidth; column++)
                {
                    double weight = Triangle(column, x, fromWidth, width);
                    for (int row = 0; weight > 0 && row < fromHeight; row++)
                    {
                        sum += weight * rows[row] * image.Pixels.Span[(row * fromWidth) + column];
                        total += weight * rows[row];
                    }
                }

                worst = Math.Max(worst, Math.Abs(result[(y * width) + x] - (sum / total)));
            }
        }

        worst.Should().BeLessThan(0.5 + 1e-9, "only rounding may differ");

        static double Triangle(int from, int to, int fromSide, int toSide)
        {
            double scale = (double)fromSide / toSide;
            return Math.Max(0, 1 - (Math.Abs(from + 0.5 - ((to + 0.5) * scale)) / Math.Max(1, scale)));
        }
    }

    [Fact]
    public void ToGray_FineStripes_DoNotAlias()
    {
        byte[] stripes = [.. Enumerable.Range(0, 480 * 4).Select(i => (byte)(i % 2 * 255))];

        byte[] result = new FacePreprocessor(new ImageSize(4, 48)).ToGray(FaceImage.FromGray(stripes, new ImageSize(4, 480)));

        result.Should().OnlyContain(value => value >= 120 && value <= 135);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ToGray_Crop_EqualsCroppedImage(int channels)
    {
        FaceImage image = Random(20, 14, channels);
        var box = new FaceBox(X: 5, Y: 2, Width: 11, Height: 12);
        var cut = new List<byte>();
        for (int y = box.Y; y < box.Y + box.Height; y++)
        {
            cut.AddRange(image.Pixels.Span.Slice(((y * 20) + box.X) * channels, box.Width * channels));
        }

        FaceImage part = channels == 1 ? FaceImage.FromGray(cut.ToArray(), new ImageSize(12, 11)) : FaceImage.FromRgb(cut.ToArray(), new ImageSize(12, 11));
        var preprocessor = new FacePreprocessor(new ImageSize(6, 8));

        preprocessor.ToGray(image, box).Should().Equal(preprocessor.ToGray(part));
        preprocessor.ToGray(image, box).Should().NotEqual(preprocessor.ToGray(image));
    }

    [Theory]
    [InlineData(-1, 0, 5, 5)]
    [InlineData(0, -1, 5, 5)]
    [InlineData(16, 0, 5, 5)]
    [InlineData(0, 10, 5, 5)]
    [InlineData(0, 0, 0, 5)]
    [InlineData(0, 0, 5, 0)]
    [InlineData(int.MaxValue, 0, 5, 5)]
    [InlineData(1, 1, int.MaxValue, 5)]
    public void ToGray_CropBeyondTheImage_NamesBoth(int x, int y, int width, int height)
    {
        FluentActions.Invoking(() => new FacePreprocessor().ToGray(Random(20, 14, 1), new FaceBox(x, y, width, height)))
            .Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage(FormattableString.Invariant(
                $"Got a crop of {width} x {height} pixels at ({x}, {y}); expected one of at least 1 x 1 within the image of 20 x 14.*"));
    }

    [Fact]
    public void Process_Image_IsToGrayOver255()
    {
        FaceImage image = Random(20, 14, 3);
        var preprocessor = new FacePreprocessor(new ImageSize(7, 9));
        var destination = new float[63];

        preprocessor.Process(image, destination, new FaceBox(1, 2, 15, 11));

        destination.Should().Equal(preprocessor.ToGray(image, new FaceBox(1, 2, 15, 11)).Select(value => value / 255f));
        destination.Should().OnlyContain(value => value >= 0 && value <= 1);
    }

    [Theory]
    [InlineData(62)]
    [InlineData(64)]
    public void Process_WrongDestination_Throws(int length)
    {
        FluentActions.Invoking(() => new FacePreprocessor(new ImageSize(7, 9)).Process(Random(20, 14, 1), new float[length]))
            .Should().Throw<ArgumentException>()
            .WithMessage(FormattableString.Invariant($"The destination holds {length} values; expected 63 for 7x9 pixels (height x width).*"));
    }

    [Fact]
    public void ToGray_Null_Throws()
    {
        FluentActions.Invoking(() => new FacePreprocessor().ToGray(null!)).Should().Throw<ArgumentNullException>();
    }

    private static FaceImage Random(int width, int height, int channels)
    {
        var random = new SeededRandom(width, height, channels);
        var pixels = new byte[width * height * channels];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)random.NextInt32(256);
        }

        return channels == 1 ? FaceImage.FromGray(pixels, new ImageSize(height, width)) : FaceImage.FromRgb(pixels, new ImageSize(height, width));
    }
}
