using System.Numerics;

namespace FacialAttention.Tests.Detection;

public sealed class PixelPartTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1 + 2)]
    [InlineData(3, 1 + 6)]
    [InlineData(4, 1 + 12 + 2)]
    public void Of_Tiles_AreTheWholePictureAndSquares(int tiles, int parts) =>
        PixelPart.Of(new ImageSize(1080, 1920), tiles).Should().HaveCount(parts).And.StartWith(new PixelPart(0, 0, 1920, 1080));

    [Theory]
    [InlineData(1080, 1920, 2)]
    [InlineData(1080, 1920, 5)]
    [InlineData(3000, 40, 3)]
    [InlineData(7, 5, 16)]
    [InlineData(1, 1, 16)]
    public void Of_Tiles_HoldEachFaceOfAQuarterOfOne(int height, int width, int tiles)
    {
        PixelPart[] parts = [.. PixelPart.Of(new ImageSize(height, width), tiles)];
        PixelPart[] finest = [.. parts.Skip(1).TakeWhile(part => part.Width == parts[1].Width && part.Height == parts[1].Height)];
        int face = Math.Max(parts[1].Width, parts[1].Height) / 4;

        parts.Should().AllSatisfy(part => (part.X >= 0 && part.Y >= 0 && part.X + part.Width <= width && part.Y + part.Height <= height)
            .Should().BeTrue("{0} is in the picture", part));
        for (int y = 0; y <= Math.Max(0, height - face); y++)
        {
            for (int x = 0; x <= Math.Max(0, width - face); x += Math.Max(1, width / 50))
            {
                bool isWhole = finest.Any(part => x >= part.X && y >= part.Y
                    && Math.Min(width, x + face) <= part.X + part.Width && Math.Min(height, y + face) <= part.Y + part.Height);
                isWhole.Should().BeTrue("a face of {0} pixels at ({1}, {2})", face, x, y);
            }
        }
    }

    [Theory]
    [InlineData(99, 150, true)]
    [InlineData(101, 150, false)]
    [InlineData(150, 99, true)]
    [InlineData(281, 150, true)]
    [InlineData(279, 150, false)]
    [InlineData(150, 281, true)]
    public void Cuts_BoxBeyondAnInnerEdge_IsTold(int x, int y, bool isCut)
    {
        var face = new FaceCandidate(1, new Vector2(x, y), new Vector2(x + 20, y + 20), default);

        new PixelPart(100, 100, 200, 200).Cuts(face, new ImageSize(1000, 1000)).Should().Be(isCut);
        new PixelPart(0, 0, 200, 200).Cuts(face with { TopLeft = new(-5, -5), BottomRight = new(50, 50) }, new ImageSize(1000, 1000))
            .Should().BeFalse("the edge is that of the picture");
    }
}
