using System.Text;

namespace FacialAttention.Tests.Checks;

public sealed class ExcerptTests
{
    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("12345678901234567890", "\"12345678901234567890\"")]
    [InlineData("123456789012345678901", "\"12345678901234567890...\"")]
    [InlineData("a\0b\r\t\u001b", "\"a\\u0000b\\u000D\\u0009\\u001B\"")]
    [InlineData("a\u202eb\u2028", "\"a\\u202Eb\\u2028\"")]
    [InlineData("größe 無", "\"größe 無\"")]
    public void Of_Text_IsShortAndVisible(string text, string expected)
    {
        Excerpt.Of(text).Should().Be(expected);
        Excerpt.Of(Encoding.UTF8.GetBytes(text)).Should().Be(expected);
    }

    [Fact]
    public void Of_LongBytes_TakesWideCharactersWhole() =>
        Excerpt.Of(Encoding.UTF8.GetBytes(new string('無', 1000))).Should().Be("\"" + new string('無', 20) + "...\"");

    [Fact]
    public void Of_BytesThatAreNotUtf8_ShowsReplacements() => Excerpt.Of([0x61, 0xFF, 0x62]).Should().Be("\"a\uFFFDb\"");

    [Fact]
    public void Of_HalfSurrogate_IsVisible() => Excerpt.Of("a\ud83d").Should().Be("\"a\\uD83D\"");

    [Theory]
    [InlineData(5000, 1)]
    [InlineData(250, 40)]
    public void NameAndNames_ControlCharactersAlone_AreVisibleAndShort(int length, int count)
    {
        string name = new('\u0007', length);

        Excerpt.Name(name).Should().StartWith("'\\u0007").And.EndWith("\\u0007'").And.Match(text => text.Length < 330);
        Excerpt.Names([.. Enumerable.Repeat(name, count)]).Should().StartWith("\\u0007").And.Match(text => text.Length < 1300);
    }

    [Fact]
    public void Name_CutInTheMiddleOfAPair_ShowsTheHalf() =>
        Excerpt.Name("a" + string.Concat(Enumerable.Repeat("😀", 300))).Should().Contain("\\uD83D...").And.NotContain("\uD83D...");
}
