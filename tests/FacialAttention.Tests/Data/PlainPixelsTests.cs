using System.Text;

namespace FacialAttention.Tests.Data;

public class PlainPixelsTests
{
    [Theory]
    [InlineData(0, 9)]
    [InlineData(10, 99)]
    [InlineData(100, 255)]
    [InlineData(0, 255)]
    public void Read_PlainNumbers_AreAllReadButTheLast(int smallest, int largest)
    {
        var random = new SeededRandom(1);
        byte[] expected = [.. Enumerable.Range(0, 1000).Select(_ => (byte)(smallest + random.NextInt32(largest - smallest + 1)))];
        byte[] text = Encoding.ASCII.GetBytes(string.Join(' ', expected));
        var pixels = new byte[expected.Length];

        (int count, int at) = PlainPixels.Read(text, pixels);

        count.Should().BeGreaterThan(950); // The end is left to the caller.
        pixels[..count].Should().Equal(expected[..count]);
        at.Should().Be(string.Join(' ', expected[..count]).Length + 1);
    }

    [Theory]
    [InlineData("256")]
    [InlineData("300")]
    [InlineData("999")]
    [InlineData("1a2")]
    [InlineData(":")]
    [InlineData("/9")]
    [InlineData("-1")]
    [InlineData("0012")]
    [InlineData("1000")]
    [InlineData("")] // two spaces
    [InlineData("7\t")]
    public void Read_AnythingElse_IsLeftToTheCaller(string value)
    {
        for (int place = 0; place < 40; place++)
        {
            string[] values = [.. Enumerable.Repeat("12", 200)];
            values[place] = value;
            var pixels = new byte[values.Length];

            (int count, int at) = PlainPixels.Read(Encoding.ASCII.GetBytes(string.Join(' ', values)), pixels);

            count.Should().BeInRange(0, place);
            at.Should().Be(3 * count);
            pixels[..count].Should().AllBeEquivalentTo((byte)12);
        }
    }

    [Fact]
    public void Read_MoreNumbersThanRoom_WritesNoFurther()
    {
        byte[] text = Encoding.ASCII.GetBytes(string.Join(' ', Enumerable.Repeat("255", 500)));

        (int count, int at) = PlainPixels.Read(text, new byte[100]);

        count.Should().BeInRange(90, 100);
        at.Should().Be(4 * count);
    }
}
