using System.Numerics;

namespace FacialAttention.Tests.Detection;

public sealed class SquareInputTests
{
    [Fact]
    public void Write_WidePicture_IsInTheMiddleOfBlack()
    {
        var image = FaceImage.FromGray(Enumerable.Repeat((byte)255, 80 * 40).ToArray(), new ImageSize(40, 80));

        float[] values = Write(image, Whole(image), side: 16);

        for (int i = 0; i < values.Length; i++)
        {
            int row = i / 16 % 16;
            values[i].Should().BeApproximately(row is >= 4 and < 12 ? 1 : -1, 1e-5f, "row {0}", row);
        }
    }

    [Fact]
    public void Write_Colours_AreThreePlanes()
    {
        byte[] pixel = [255, 51, 0];
        var image = FaceImage.FromRgb(Enumerable.Repeat(pixel, 33 * 33).SelectMany(values => values).ToArray(), new ImageSize(33, 33));

        float[] values = Write(image, Whole(image), side: 8);

        values[..64].Should().AllSatisfy(value => value.Should().BeApproximately(1, 1e-5f));
        values[64..128].Should().AllSatisfy(value => value.Should().BeApproximately(-0.6f, 1e-5f));
        values[128..].Should().AllSatisfy(value => value.Should().BeApproximately(-1, 1e-5f));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Write_APart_IsWhatThePreprocessorMakesOfIt(int channels)
    {
        byte[] gray = [.. Enumerable.Range(0, 90 * 70).Select(i => (byte)(i * i % 251))];
        byte[] pixels = channels == 1 ? gray : [.. gray.SelectMany(value => new[] { value, value, value })];
        var size = new ImageSize(70, 90);
        FaceImage image = channels == 1 ? FaceImage.FromGray(pixels, size) : FaceImage.FromRgb(pixels, size);
        var part = new PixelPart(13, 7, 57, 57);

        float[] values = Write(image, part, side: 16);

        byte[] expected = new FacePreprocessor(new ImageSize(16, 16)).ToGray(FaceImage.FromGray(gray, size), new FaceBox(13, 7, 57, 57));
        for (int i = 0; i < values.Length; i++)
        {
            ((values[i] + 1) * 127.5f).Should().BeApproximately(expected[i % 256], 0.51f);
        }
    }

    [Fact]
    public void Write_SmallPicture_IsEnlarged()
    {
        var image = FaceImage.FromGray(new byte[] { 0, 255 }, new ImageSize(1, 2));

        float[] values = Write(image, Whole(image), side: 8);

        values[(2 * 8)..(3 * 8)].Should().BeInAscendingOrder().And.StartWith(-1).And.EndWith(1);
        values[(6 * 8)..(7 * 8)].Should().OnlyContain(value => value == -1);
    }

    [Theory]
    [InlineData(0, 0, 192, 108)]
    [InlineData(20, 30, 90, 360)]
    [InlineData(500, 40, 300, 300)]
    [InlineData(0, 0, 1, 1)]
    public void ToPicture_CornersOfWhatIsSeen_AreThoseOfThePart(int x, int y, int width, int height)
    {
        var image = FaceImage.FromGray(new byte[1000 * 1000], new ImageSize(1000, 1000));
        var input = new SquareInput(image, new PixelPart(x, y, width, height), 64);

        float seen = 64f * Math.Min(width, height) / Math.Max(width, height);
        Vector2 border = width > height ? new(0, (64 - seen) / 2) : new((64 - seen) / 2, 0);
        Vector2 topLeft = input.ToPicture(border), bottomRight = input.ToPicture(new Vector2(64, 64) - border);

        topLeft.Should().Be(new Vector2(x, y));
        bottomRight.Should().Be(new Vector2(x + width, y + height));
    }

    private static PixelPart Whole(FaceImage image) => new(0, 0, image.Width, image.Height);

    private static float[] Write(FaceImage image, PixelPart part, int side)
    {
        var values = new float[3 * side * side];
        new SquareInput(image, part, side).Write(values);
        return values;
    }
}
