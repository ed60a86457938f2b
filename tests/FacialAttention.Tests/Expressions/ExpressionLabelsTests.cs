using System.ComponentModel;
using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace FacialAttention.Tests.Expressions;

public sealed class ExpressionLabelsTests
{
    [Fact]
    public void Fer2013_Order_IsThatOfTheCsvFile()
    {
        ExpressionLabels.Fer2013.Names.Should().Equal("Angry", "Disgust", "Fear", "Happy", "Sad", "Surprise", "Neutral");
        Enumerable.Range(0, 7).Select(i => (int?)ExpressionLabels.Fer2013.ExpressionAt(i)).Should().Equal(0, 1, 2, 3, 4, 5, 6);
    }

    [Fact]
    public void CkPlus_Order_IsThatOfTheEmotionCodes()
    {
        ExpressionLabels.CkPlus.Names.Should().Equal("Angry", "Contempt", "Disgust", "Fear", "Happy", "Sad", "Surprise");
        Enumerable.Range(0, 7).Should().OnlyContain(i => ExpressionLabels.CkPlus.ExpressionAt(i) != null);
    }

    [Fact]
    public void Ctor_OwnNames_KeepsOrderAndTrims()
    {
        var labels = new ExpressionLabels(" calm ", "Tense", "happy");

        labels.Count.Should().Be(3);
        labels.Names.Should().Equal("calm", "Tense", "happy");
        labels[1].Should().Be("Tense");
        labels.IndexOf("TENSE").Should().Be(1);
        labels.IndexOf("angry").Should().Be(-1);
        labels.ExpressionAt(0).Should().BeNull();
        labels.ExpressionAt(2).Should().Be(FacialExpression.Happy);
    }

    [Fact]
    public void ExpressionAt_Number_IsNoExpression() => new ExpressionLabels("3", "4").ExpressionAt(0).Should().BeNull();

    [Fact]
    public void Ctor_SourceChangedLater_KeepsNames()
    {
        var source = new List<string> { "a", "b" };
        var labels = new ExpressionLabels(source);

        source.Add("c");

        labels.Names.Should().Equal("a", "b");
        labels.Names.Should().NotBeAssignableTo<List<string>>();
    }

    [Fact]
    public void Ctor_HalfOfASurrogatePair_IsRefused()
    {
        // No file can hold it: two such names would come back as one.
        FluentActions.Invoking(() => new ExpressionLabels("whole \uD83D\uDE10", "half \uD83D")).Should().Throw<ArgumentException>()
            .WithMessage("Label 1 has half of a surrogate pair; expected a name of whole Unicode characters.*");
    }

    [Theory]
    [InlineData(new[] { "a" }, "Got 1 label names; expected 2 to 256.*")]
    [InlineData(new string[0], "Got 0 label names; expected 2 to 256.*")]
    [InlineData(new[] { "a", " " }, "Label 1 is blank; expected a name.*")]
    [InlineData(new[] { "Calm", "b", " cALM" }, "Label 2 is 'cALM', which is label 0 already; expected different names, ignoring case.*")]
    [InlineData(new[] { "a", "b,c" }, "Label 1 is 'b,c'; expected a name without commas and control characters.*")]
    [InlineData(new[] { "a", "b\nc" }, "Label 1 is 'b\\u000Ac'; expected a name without commas and control characters.*")]
    [InlineData(new[] { "a", null }, "Label 1 is null; expected a name.*")]
    public void Ctor_BadNames_SaysWhich(string?[] names, string message)
    {
        FluentActions.Invoking(() => new ExpressionLabels(names!)).Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void Ctor_257Names_Throws()
    {
        string[] names = [.. Enumerable.Range(0, 257).Select(i => i.ToString(CultureInfo.InvariantCulture))];

        FluentActions.Invoking(() => new ExpressionLabels(names)).Should().Throw<ArgumentException>().WithMessage("Got 257 label names*");
        new ExpressionLabels(names[..256]).Count.Should().Be(256);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(7)]
    public void Indexer_NoSuchClass_NamesRange(int index)
    {
        FluentActions.Invoking(() => ExpressionLabels.Fer2013[index]).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage(FormattableString.Invariant($"Got class index {index}; expected 0 to 6.*"));
        FluentActions.Invoking(() => ExpressionLabels.Fer2013.ExpressionAt(index)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Equals_SameNamesAndOrder_IsEqual()
    {
        var copy = new ExpressionLabels(ExpressionLabels.Fer2013.Names);

        copy.Should().Be(ExpressionLabels.Fer2013);
        copy.GetHashCode().Should().Be(ExpressionLabels.Fer2013.GetHashCode());
        copy.Should().NotBe(ExpressionLabels.CkPlus);
        new ExpressionLabels("a", "b").Should().NotBe(new ExpressionLabels("b", "a"));
        new ExpressionLabels("a", "b").Should().NotBe(new ExpressionLabels("a", "B"));
        new ExpressionLabels("a", "b").Equals((object?)null).Should().BeFalse();
    }

    [Theory]
    [InlineData("Fer2013")]
    [InlineData("CkPlus")]
    [InlineData("calm, tense")]
    public void Parse_ToString_RoundTrips(string text) => ExpressionLabels.Parse(text).ToString().Should().Be(text);

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")] // where the lower case of I is not i
    public void Parse_OtherCultureAndCase_FindsPresetAndNames(string culture)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo(culture);
            ExpressionLabels.Parse(" FER2013 ").Should().BeSameAs(ExpressionLabels.Fer2013);
            ExpressionLabels.Parse("ckplus").Should().BeSameAs(ExpressionLabels.CkPlus);
            ExpressionLabels.Parse("angry,disgust").IndexOf("DISGUST").Should().Be(1);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("Fer2014")]
    public void Parse_Unknown_SaysWhatIsExpected(string text)
    {
        FluentActions.Invoking(() => ExpressionLabels.Parse(text)).Should().Throw<ArgumentException>()
            .WithMessage($"The label set is '{text}'; expected Fer2013, CkPlus, CkExtended, FerPlus, or at least two names separated by commas.*");
    }

    [Fact]
    public void Converter_Text_ConvertsBothWays()
    {
        TypeConverter converter = TypeDescriptor.GetConverter(typeof(ExpressionLabels));

        converter.CanConvertFrom(typeof(string)).Should().BeTrue();
        converter.ConvertFromInvariantString("a, b").Should().Be(new ExpressionLabels("a", "b"));
        converter.ConvertToInvariantString(ExpressionLabels.CkPlus).Should().Be("CkPlus");
        FluentActions.Invoking(() => converter.ConvertFrom(7)).Should().Throw<NotSupportedException>();
    }

    [Theory]
    [InlineData("CkPlus", "CkPlus")]
    [InlineData("calm,tense", "calm, tense")]
    public void Binding_Text_ReplacesDefault(string text, string expected)
    {
        var settings = new Settings();

        Configuration(("Labels", text)).Bind(settings, options => options.ErrorOnUnknownConfiguration = true);

        settings.Labels.ToString().Should().Be(expected);
    }

    [Fact]
    public void Binding_BadText_SaysWhatIsExpected()
    {
        FluentActions.Invoking(() => Configuration(("Labels", "calm")).Bind(new Settings()))
            .Should().Throw<InvalidOperationException>().WithInnerException<ArgumentException>().WithMessage("The label set is 'calm'*");
    }

    [Theory]
    [InlineData("Labels:0")]
    [InlineData("Labels:Names:0")]
    public void Binding_List_NeverChangesThePreset(string key)
    {
        var settings = new Settings();

        try
        {
            Configuration((key, "calm")).Bind(settings, options => options.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException)
        {
            // A list is no label set; that it is refused is good, that the preset stays is what counts.
        }

        settings.Labels.Should().BeSameAs(ExpressionLabels.Fer2013);
        Fer2013_Order_IsThatOfTheCsvFile();
    }

    private static IConfigurationRoot Configuration(params (string Key, string Value)[] values) => new ConfigurationBuilder()
        .AddInMemoryCollection(values.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)))
        .Build();

    private sealed class Settings
    {
        public ExpressionLabels Labels { get; set; } = ExpressionLabels.Fer2013;
    }
}
