namespace FacialAttention.Tests.Data;

public sealed class LandmarkSchemeTests
{
    [Fact]
    public void Points68_Mirror_SwapsLeftAndRightOfEveryPart()
    {
        LandmarkScheme scheme = LandmarkScheme.Points68;

        scheme.Count.Should().Be(68);
        Enumerable.Range(0, 68).Should().OnlyContain(i => scheme.Mirror[scheme.Mirror[i]] == i);
        Enumerable.Range(0, 68).Where(i => scheme.Mirror[i] == i).Should().Equal(8, 27, 28, 29, 30, 33, 51, 57, 62, 66); // the middle line
        (int Left, int Right)[] twins = [(0, 16), (17, 26), (21, 22), (31, 35), (36, 45), (37, 44), (39, 42), (41, 46), (48, 54), (49, 53), (59, 55), (60, 64), (61, 63), (67, 65)];
        twins.Should().OnlyContain(twin => scheme.Mirror[twin.Left] == twin.Right);
    }

    [Fact]
    public void Constructor_MirrorThatDoesNotLeadBack_NamesThePoints()
    {
        Action act = () => new LandmarkScheme("three", 1, 2, 0);

        act.Should().Throw<ArgumentException>().WithMessage("The mirror of point 0 is 1, and that of 1 is 2; expected 0.*").WithParameterName("mirror");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void Constructor_MirrorOutside_SaysTheRange(int twin)
    {
        Action act = () => new LandmarkScheme("two", 0, twin);

        act.Should().Throw<ArgumentException>().WithMessage($"The mirror of point 1 is {twin}; expected 0 to 1.*");
    }

    [Fact]
    public void Constructor_NoPointsOrNoName_IsRefused()
    {
        ((Action)(() => new LandmarkScheme("none"))).Should().Throw<ArgumentException>().WithMessage("Got 0 points; expected 1 to 65536.*");
        ((Action)(() => new LandmarkScheme(" ", 0))).Should().Throw<ArgumentException>().WithParameterName("name");
    }

    [Fact]
    public void Equals_ComparesNameAndMirror()
    {
        var scheme = new LandmarkScheme("two", 1, 0);

        scheme.Should().Be(new LandmarkScheme("two", 1, 0)).And.NotBe(new LandmarkScheme("two", 0, 1)).And.NotBe(new LandmarkScheme("zwei", 1, 0));
        scheme.GetHashCode().Should().Be(new LandmarkScheme("two", 1, 0).GetHashCode());
        scheme.ToString().Should().Be("two");
    }
}
