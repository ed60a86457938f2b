using Recognize;
using SkiaSharp;

namespace FacialAttention.Tests.Samples;

/// <summary>The pictures of <c>facial-attention --overlay</c>, and which pictures it takes for a face.</summary>
public sealed class FacesPictureTests
{
    private static readonly SKColor First = new(0x1E, 0xA8, 0xE0), Second = new(0xF2, 0x8E, 0x1C);

    [Theory]
    [InlineData(48, 48, true)]
    [InlineData(256, 256, true)]
    [InlineData(257, 257, false)]
    [InlineData(256, 192, true)]
    [InlineData(192, 256, true)]
    [InlineData(256, 191, false)]
    [InlineData(640, 480, false)]
    public void IsCrop_IsOfSmallNearlySquarePictures(int width, int height, bool expected) =>
        FaceFinder.IsCrop(new ImageSize(height, width)).Should().Be(expected);

    [Fact]
    public void Png_OfTwoFaces_HasABoxAroundEachAndAPlateThatHidesNeither()
    {
        FaceBox[] boxes = [new(100, 380, 200, 200), new(500, 100, 100, 100)];

        using SKBitmap picture = Draw(Gray(800, 600), boxes, score: 0.9f);

        (picture.Width, picture.Height).Should().Be((800, 600));
        IsNear(picture.GetPixel(100, 480), First).Should().BeTrue();
        IsNear(picture.GetPixel(600, 150), Second).Should().BeTrue();
        foreach (FaceBox box in boxes)
        {
            picture.GetPixel((int)(box.X + (box.Width / 2)), (int)(box.Y + (box.Height / 2))).Should().Be(new SKColor(128, 128, 128));
        }

        picture.GetPixel(200, 340).Red.Should().BeLessThan(100, "below is no room for the first plate, so it stands above");
        picture.GetPixel(550, 215).Should().NotBe(new SKColor(128, 128, 128), "the second stands below");
    }

    [Theory]
    [InlineData(48, 48, 480)]
    [InlineData(3000, 1500, 2048)]
    public void Png_OfAPictureThatIsAFace_IsOfAWidthToReadAndHasThePlateBelow(int width, int height, int expected)
    {
        using SKBitmap picture = Draw(Gray(width, height), [new FaceBox(0, 0, width, height)], score: null);

        picture.Width.Should().Be(expected);
        int end = expected * height / width;
        picture.Height.Should().BeGreaterThan(end + 40);
        picture.GetPixel(expected / 4, end - 20).Should().Be(new SKColor(128, 128, 128));
    }

    [Fact]
    public void Png_OfAThousandFacesAndOneCutByTheEdge_IsDrawn()
    {
        FaceBox[] boxes = [new(-20, -20, 60, 60), .. Enumerable.Range(0, 999).Select(i => new FaceBox(20 * (i % 40), 20 * (i / 40), 18, 18))];

        using SKBitmap picture = Draw(Gray(800, 500), boxes, score: 0.5f);

        (picture.Width, picture.Height).Should().Be((800, 500));
        IsNear(picture.GetPixel(790, 478), new SKColor(128, 128, 128)).Should().BeFalse();
    }

    private static SKBitmap Draw(FaceImage image, FaceBox[] boxes, float? score)
    {
        var prediction = new ExpressionPrediction(ExpressionLabels.Fer2013, [0.1f, 0, 0, 0.6f, 0.3f, 0, 0]);
        using var picture = new FacesPicture();
        return SKBitmap.Decode(picture.Png(
            image, [.. boxes.Select((box, i) => new RecognizedFace(i + 1, new FoundFace(box, score, null), prediction))]));
    }

    private static FaceImage Gray(int width, int height)
    {
        var pixels = new byte[width * height];
        Array.Fill(pixels, (byte)128);
        return FaceImage.FromGray(pixels, new ImageSize(height, width));
    }

    private static bool IsNear(SKColor one, SKColor other) =>
        Math.Abs(one.Red - other.Red) + Math.Abs(one.Green - other.Green) + Math.Abs(one.Blue - other.Blue) < 60;
}
