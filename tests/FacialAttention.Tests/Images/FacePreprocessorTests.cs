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
        for (int y = 2; y < 14; y++)
        {
            cut.AddRange(image.Pixels.Span.Slice(((y * 20) + 5) * channels, 11 * channels));
        }

        FaceImage part = channels == 1 ? FaceImage.FromGray(cut.ToArray(), new ImageSize(12, 11)) : FaceImage.FromRgb(cut.ToArray(), new ImageSize(12, 11));
        var preprocessor = new FacePreprocessor(new ImageSize(6, 8));

        preprocessor.ToGray(image, box).Should().Equal(preprocessor.ToGray(part));
        preprocessor.ToGray(image, box).Should().NotEqual(preprocessor.ToGray(image));
    }

    [Theory]
    [InlineData(-3, -2, 9, 12)]
    [InlineData(15, 10, 12, 11)]
    [InlineData(-7, -9, 34, 32)]
    [InlineData(-3.25f, 5.5f, 30.5f, 4.75f)]
    [InlineData(-11, 3, 12, 5)]
    public void ToGray_CropPartlyOutside_ContinuesTheEdgePixels(float x, float y, float width, float height)
    {
        const int Border = 12;
        FaceImage image = Random(20, 14, channels: 3);
        var preprocessor = new FacePreprocessor(new ImageSize(6, 8));
        var padded = new List<byte>();
        for (int row = -Border; row < 14 + Border; row++)
        {
            for (int column = -Border; column < 20 + Border; column++)
            {
                padded.Add(GrayAt(image, Math.Clamp(column, 0, 19), Math.Clamp(row, 0, 13)));
            }
        }

        FaceImage larger = FaceImage.FromGray(padded.ToArray(), new ImageSize(14 + (2 * Border), 20 + (2 * Border)));

        byte[] result = preprocessor.ToGray(image, new FaceBox(x, y, width, height));

        result.Zip(preprocessor.ToGray(larger, new FaceBox(x + Border, y + Border, width, height)))
            .Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) <= 1, "only the order of sums, and so rounding, may differ");
    }

    [Fact]
    public void ToGray_CropFarLargerThanTheImage_IsItsCornersAtTheCorners()
    {
        FaceImage image = Random(20, 14, channels: 3);

        byte[] result = new FacePreprocessor(new ImageSize(6, 8)).ToGray(image, new FaceBox(-1e4f, -1e4f, 3e4f, 2.5e4f));

        result[0].Should().Be(GrayAt(image, 0, 0));
        result[^1].Should().Be(GrayAt(image, 19, 13));
    }

    [Fact]
    public void ToGray_CropThatCutsPixels_TakesTheirParts()
    {
        FaceImage row = FaceImage.FromGray(new byte[] { 0, 100, 200, 40 }, new ImageSize(1, 4));

        // All of pixel 1, half of pixel 0 and a quarter of pixel 2 are inside; the triangle of the one output place reaches 1.75 far.
        (double first, double second, double third) = (0.5 * (1 - (0.875 / 1.75)), 1 - (0.125 / 1.75), 0.25 * (1 - (1.125 / 1.75)));
        double expected = ((second * 100) + (third * 200)) / (first + second + third);

        new FacePreprocessor(new ImageSize(1, 1)).ToGray(row, new FaceBox(0.5f, 0, 1.75f, 1)).Should().Equal((byte)(expected + 0.5));
    }

    [Fact]
    public void ToGray_EnlargedCropWithinTheImage_IsBilinear()
    {
        byte[] ramp = [.. Enumerable.Range(0, 12 * 12).Select(i => (byte)(10 + (10 * (i % 12)) + (7 * (i / 12))))];
        FaceImage image = FaceImage.FromGray(ramp, new ImageSize(12, 12));

        byte[] result = new FacePreprocessor(new ImageSize(40, 40)).ToGray(image, new FaceBox(2, 3, 8, 8));

        for (int y = 3; y < 37; y++) // where no edge of the crop is near
        {
            for (int x = 3; x < 37; x++)
            {
                double value = 10 + (10 * (2 + ((x + 0.5) / 5) - 0.5)) + (7 * (3 + ((y + 0.5) / 5) - 0.5));
                ((double)result[(y * 40) + x]).Should().BeApproximately(value, 0.5 + 1e-9);
            }
        }
    }

    [Theory]
    [InlineData(90, new byte[] { 2, 4, 1, 3 })]
    [InlineData(-90, new byte[] { 3, 1, 4, 2 })]
    [InlineData(180, new byte[] { 4, 3, 2, 1 })]
    [InlineData(-180, new byte[] { 4, 3, 2, 1 })]
    public void ToGray_QuarterTurns_TurnTheBoxClockwise(float roll, byte[] expected)
    {
        FaceImage image = FaceImage.FromGray(new byte[] { 1, 2, 3, 4 }, new ImageSize(2, 2));

        new FacePreprocessor(new ImageSize(2, 2)).ToGray(image, new FaceBox(0, 0, 2, 2) { Roll = roll }).Should().Equal(expected);
    }

    [Theory]
    [InlineData(30, 9, 1)]
    [InlineData(-20, 40, 1)]
    [InlineData(145, 40, 3)]
    public void ToGray_TurnedCropOfASlope_IsTheTurnedSlope(float roll, int side, int channels)
    {
        byte[] slope = [.. Enumerable.Range(0, 60 * 60).SelectMany(i => Enumerable.Repeat((byte)(3 + (2 * (i % 60)) + (i / 60)), channels))];
        FaceImage image = channels == 1
            ? FaceImage.FromGray(slope, new ImageSize(60, 60)) : FaceImage.FromRgb(slope, new ImageSize(60, 60));
        var box = new FaceBox(20.25f, 18, 20, 20) { Roll = roll };

        byte[] result = new FacePreprocessor(new ImageSize(side, side)).ToGray(image, box);

        (double sin, double cos) = Math.SinCos(roll * Math.PI / 180);
        for (int i = 0; i < result.Length; i++)
        {
            // At the edge of a crop that shrinks, the triangle is cut.
            (int column, int row) = (i % side, i / side);
            if (side < 20 && (column is 0 or 8 || row is 0 or 8))
            {
                continue;
            }

            (double u, double v) = ((((column + 0.5) / side) - 0.5) * 20, (((row + 0.5) / side) - 0.5) * 20);
            double value = 3 + (2 * (30.25 + (u * cos) - (v * sin) - 0.5)) + (28 + (u * sin) + (v * cos) - 0.5);
            ((double)result[i]).Should().BeApproximately(value, 1 + 1e-9, "both scalings round");
        }
    }

    [Fact]
    public void ToGray_LargeTurnedCropOfFineStripes_DoesNotAlias()
    {
        byte[] stripes = [.. Enumerable.Range(0, 480 * 480).Select(i => (byte)(i % 2 * 255))];
        var box = new FaceBox(90, 90, 300, 300) { Roll = 12 };

        byte[] result = new FacePreprocessor(new ImageSize(16, 16)).ToGray(FaceImage.FromGray(stripes, new ImageSize(480, 480)), box);

        result.Should().OnlyContain(value => value >= 110 && value <= 145);
    }

    [Theory]
    [InlineData(0, 0, 0, 5, "Got a box of 0 x 5 pixels at (0, 0); expected sides of more than 0, and at most 65536.*")]
    [InlineData(1, 2, 5, -0.5f, "Got a box of 5 x -0.5 pixels at (1, 2); expected sides of more than 0, and at most 65536.*")]
    [InlineData(0, 0, 70_000, 5, "*expected sides of more than 0, and at most 65536.*")]
    [InlineData(0, 0, float.NaN, 5, "Got a box of NaN x 5 pixels at (0, 0); expected sides of more than 0, and at most 65536.*")]
    [InlineData(0, 0, 5, float.PositiveInfinity, "*expected sides of more than 0, and at most 65536.*")]
    [InlineData(float.NaN, 0, 5, 5, "Got a box of 5 x 5 pixels at (NaN, 0); expected its place as finite numbers.*")]
    [InlineData(0, float.NegativeInfinity, 5, 5, "*expected its place as finite numbers.*")]
    [InlineData(20, 0, 5, 5, "Got a box of 5 x 5 pixels at (20, 0); expected one that has a part in the image of 20 x 14.*")]
    [InlineData(-5, 0, 5, 5, "*at (-5, 0); expected one that has a part in the image of 20 x 14.*")]
    [InlineData(0, -5.5f, 5, 5.5f, "*at (0, -5.5); expected one that has a part in the image of 20 x 14.*")]
    [InlineData(3e38f, 14, 5, 5, "*expected one that has a part in the image of 20 x 14.*")]
    public void ToGray_CropOfNothing_IsNamed(float x, float y, float width, float height, string message)
    {
        var preprocessor = new FacePreprocessor();

        FluentActions.Invoking(() => preprocessor.ToGray(Random(20, 14, 1), new FaceBox(x, y, width, height)))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(45, true)] // the corner at the left of the turned box is at 24 - 5 x 1.41
    [InlineData(-135, true)]
    [InlineData(30, true)]
    [InlineData(5, false)]
    public void ToGray_TurnedCropBesideTheImage_IsTakenWhereItReachesInto(float roll, bool isTaken)
    {
        var box = new FaceBox(19.5f, 2, 10, 10) { Roll = roll };
        FaceImage image = Random(18, 14, 1);

        Action act = () => new FacePreprocessor().ToGray(image, box);
        if (isTaken)
        {
            act.Should().NotThrow();
        }
        else
        {
            act.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*has a part in the image of 18 x 14*");
        }
    }

    [Theory]
    [InlineData(180.5f)]
    [InlineData(float.NaN)]
    public void ToGray_RollOutOfRange_IsNamed(float roll)
    {
        FluentActions.Invoking(() => new FacePreprocessor().ToGray(Random(20, 14, 1), new FaceBox(1, 1, 5, 5) { Roll = roll }))
            .Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage(FormattableString.Invariant($"The roll of a box is {roll}; expected -180 to 180 degrees.*"));
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

    private static byte GrayAt(FaceImage image, int column, int row) =>
        new FacePreprocessor(new ImageSize(1, 1)).ToGray(image, new FaceBox(column, row, 1, 1))[0];

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
