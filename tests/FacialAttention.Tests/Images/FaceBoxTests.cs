namespace FacialAttention.Tests.Images;

public sealed class FaceBoxTests
{
    private static readonly FaceBox Box = new(X: 10, Y: -5, Width: 40, Height: 20);

    [Theory]
    [InlineData(10, -5, 40, 20, 1)]
    [InlineData(30, 5, 40, 20, 200.0 / 1400)] // 20 x 10 in common
    [InlineData(20, 0, 8, 4, 32.0 / 800)] // within
    [InlineData(50, -5, 40, 20, 0)] // side by side
    [InlineData(30, 100, 40, 20, 0)] // below, though not beside
    public void OverlapWith_Box_IsTheSharedAreaOverThatOfBoth(float x, float y, float width, float height, double expected)
    {
        var other = new FaceBox(x, y, width, height);

        Box.OverlapWith(other).Should().BeApproximately(expected, 1e-12);
        other.OverlapWith(Box).Should().Be(Box.OverlapWith(other));
    }

    [Theory]
    [InlineData(float.NaN, 0, 1, 1)]
    [InlineData(0, 0, 0, 1)]
    [InlineData(0, 0, 1, -1)]
    [InlineData(0, 0, float.PositiveInfinity, 1)]
    public void OverlapWith_WhatIsNoRectangle_IsRefusedOnEitherSide(float x, float y, float width, float height)
    {
        var none = new FaceBox(x, y, width, height);
        Action asked = () => Box.OverlapWith(none), asking = () => none.OverlapWith(Box);

        asked.Should().Throw<ArgumentOutOfRangeException>().WithMessage("Got *; expected finite numbers, and sides of more than 0.*");
        asking.Should().Throw<ArgumentOutOfRangeException>();
    }
}
