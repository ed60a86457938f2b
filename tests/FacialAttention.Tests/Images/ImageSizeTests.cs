namespace FacialAttention.Tests.Images;

public sealed class ImageSizeTests
{
    [Fact]
    public void ToString_Always_SaysHeightFirst() => new ImageSize(Height: 48, Width: 40).ToString().Should().Be("48x40");
}
