namespace FacialAttention.Tests.Layers;

public sealed class TensorCheckTests
{
    [Theory]
    [InlineData(-2)]
    [InlineData(0)]
    [InlineData(3)]
    public void IsInRange_BoundsAndWithin_GivesTheValue(int value)
    {
        TensorCheck.IsInRange(value, -2, 3, "x").Should().Be(value);
        TensorCheck.IsInRange((double)value, -2, 3, "x").Should().Be(value);
    }

    [Fact]
    public void IsInRange_Beyond_SaysWhatWasGotAndExpected()
    {
        Action[] acts =
        [
            () => TensorCheck.IsInRange(-3, -2, 3, "x"),
            () => TensorCheck.IsInRange(4, -2, 3, "x"),
            () => TensorCheck.IsInRange(-2.5, -2, 3, "x"),
            () => TensorCheck.IsInRange(3.5, -2, 3, "x"),
            () => TensorCheck.IsInRange(double.NaN, -2, 3, "x"),
        ];
        string[] got = ["-3", "4", "-2.5", "3.5", "NaN"];
        foreach ((Action act, string value) in acts.Zip(got))
        {
            act.Should().ThrowExactly<ArgumentOutOfRangeException>().WithParameterName("x").WithMessage($"x is {value}; expected -2 to 3.*");
        }
    }
}
