namespace FacialAttention.Tests.Checks;

public sealed class RequireTests
{
    [Theory]
    [InlineData(-2)]
    [InlineData(0)]
    [InlineData(3)]
    public void InRange_BoundsAndWithin_GivesTheValue(int value)
    {
        Require.InRange(value, -2, 3, "x").Should().Be(value);
        Require.InRange((double)value, -2, 3, "x").Should().Be(value);
    }

    [Fact]
    public void InRange_Beyond_SaysWhatWasGotAndExpected()
    {
        Action[] acts =
        [
            () => Require.InRange(-3, -2, 3, "x"),
            () => Require.InRange(4, -2, 3, "x"),
            () => Require.InRange(-2.5, -2, 3, "x"),
            () => Require.InRange(3.5, -2, 3, "x"),
            () => Require.InRange(double.NaN, -2, 3, "x"),
        ];
        string[] got = ["-3", "4", "-2.5", "3.5", "NaN"];
        foreach ((Action act, string value) in acts.Zip(got))
        {
            act.Should().ThrowExactly<ArgumentOutOfRangeException>().WithParameterName("x").WithMessage($"x is {value}; expected -2 to 3.*");
        }
    }
}
