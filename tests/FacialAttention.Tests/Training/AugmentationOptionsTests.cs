using System.Globalization;
using FacialAttention.Tests.Training;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace FacialAttention.Tests.Training;

public sealed class AugmentationOptionsTests
{
    [Fact]
    public void Constructor_Defaults_AreThePapersFlipsAlone()
    {
        new AugmentationOptions().Should().BeEquivalentTo(new
        {
            FlipProbability = 0.5,
            AlternateFlips = false,
            MaxRotationDegrees = 0.0,
            MaxScale = 0.0,
            MaxShiftPixels = 0.0,
            CropHeight = (int?)null,
            CropWidth = (int?)null,
            MaxBrightness = 0.0,
            MaxContrast = 0.0,
            ErasingProbability = 0.0,
            MaxErasedShare = 0.2,
            CorruptionProbability = 0.0,
            MaxCorruptionStrength = 3,
        });
        typeof(AugmentationOptions).GetProperties().Should().HaveCount(13, "a new option belongs into these tests");
    }

    [Theory]
    [InlineData("FlipProbability", -0.01, "0 to 1")]
    [InlineData("FlipProbability", 1.01, "0 to 1")]
    [InlineData("FlipProbability", double.NaN, "0 to 1")]
    [InlineData("MaxRotationDegrees", -0.5, "0 to 180")]
    [InlineData("MaxRotationDegrees", 180.5, "0 to 180")]
    [InlineData("MaxScale", -0.01, "0 to 0.9")]
    [InlineData("MaxScale", 0.91, "0 to 0.9")]
    [InlineData("MaxShiftPixels", -0.5, "0 to 1024")]
    [InlineData("MaxShiftPixels", 1024.5, "0 to 1024")]
    [InlineData("MaxBrightness", -0.01, "0 to 1")]
    [InlineData("MaxBrightness", 1.01, "0 to 1")]
    [InlineData("MaxContrast", -0.01, "0 to 1")]
    [InlineData("MaxContrast", 1.01, "0 to 1")]
    [InlineData("ErasingProbability", -0.01, "0 to 1")]
    [InlineData("ErasingProbability", 1.01, "0 to 1")]
    [InlineData("MaxErasedShare", 0.019, "0.02 to 1")]
    [InlineData("MaxErasedShare", 1.01, "0.02 to 1")]
    [InlineData("MaxErasedShare", double.PositiveInfinity, "0.02 to 1")]
    [InlineData("CorruptionProbability", -0.01, "0 to 1")]
    [InlineData("CorruptionProbability", 1.01, "0 to 1")]
    [InlineData("MaxCorruptionStrength", 0, "1 to 5")]
    [InlineData("MaxCorruptionStrength", 6, "1 to 5")]
    [InlineData("CropHeight", 0, "1 to 65536")]
    [InlineData("CropHeight", 65_537, "1 to 65536")]
    [InlineData("CropWidth", 0, "1 to 65536")]
    [InlineData("CropWidth", 65_537, "1 to 65536")]
    public void Augmentation_OutOfRange_NamesPropertyValueAndRange(string property, object value, string range)
    {
        using var culture = new UnderCulture("de-DE");
        AugmentationOptions options = With(property, value);

        FluentActions.Invoking(() => Validate(options)).Should().Throw<OptionsValidationException>()
            .Which.Failures.Should().ContainSingle()
            .Which.Should().EndWith(string.Create(CultureInfo.InvariantCulture, $"{property} is {value}; expected {range}."));
    }

    [Theory]
    [InlineData("FlipProbability", 0.0)]
    [InlineData("FlipProbability", 1.0)]
    [InlineData("MaxRotationDegrees", 180.0)]
    [InlineData("MaxScale", 0.9)]
    [InlineData("MaxShiftPixels", 1024.0)]
    [InlineData("MaxBrightness", 1.0)]
    [InlineData("MaxContrast", 1.0)]
    [InlineData("ErasingProbability", 1.0)]
    [InlineData("MaxErasedShare", 0.02)]
    [InlineData("MaxErasedShare", 1.0)]
    [InlineData("CorruptionProbability", 1.0)]
    [InlineData("MaxCorruptionStrength", 1)]
    [InlineData("MaxCorruptionStrength", 5)]
    [InlineData("CropHeight", 1)]
    [InlineData("CropWidth", 65_536)]
    public void Augmentation_AtTheBounds_IsAccepted(string property, object value)
    {
        FluentActions.Invoking(() => Validate(With(property, value))).Should().NotThrow();
    }

    [Theory]
    [InlineData(40, null, "CropHeight is 40 and CropWidth is null; expected both or neither.")]
    [InlineData(null, 40, "CropHeight is null and CropWidth is 40; expected both or neither.")]
    public void Augmentation_OneSideOfTheCropAlone_IsRefused(int? height, int? width, string message)
    {
        var options = new AugmentationOptions { CropHeight = height, CropWidth = width };

        FluentActions.Invoking(() => Validate(options)).Should().Throw<OptionsValidationException>()
            .Which.Failures.Should().ContainSingle().Which.Should().EndWith(message);
    }

    [Fact]
    public void Augmentation_EverythingWrong_ReportsAllFailuresTogether()
    {
        AugmentationOptions options = Impossible();

        OptionsValidationException exception =
            FluentActions.Invoking(() => Validate(options)).Should().Throw<OptionsValidationException>().Which;

        exception.OptionsType.Should().Be<AugmentationOptions>();
        exception.Failures.Should().HaveCount(12);
        typeof(AugmentationOptions).GetProperties().Where(property => property.PropertyType != typeof(bool))
            .Should().OnlyContain(property => exception.Message.Contains(property.Name + " is "));
    }

    [Fact]
    public void Get_Configuration_SetsEveryOption()
    {
        AugmentationOptions expected = Unusual();
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(Configured(expected)).Build();
        using var culture = new UnderCulture("de-DE");

        configuration.Get<AugmentationOptions>(binder => binder.ErrorOnUnknownConfiguration = true).Should().BeEquivalentTo(expected);
    }

    private static void Validate(AugmentationOptions options) =>
        OptionsValidation.ThrowIfInvalid(new AugmentationOptionsValidator(), options);

    /// <summary>Every option has another value than by default, and a legal one.</summary>
    internal static AugmentationOptions Unusual() => new()
    {
        FlipProbability = 0.125,
        AlternateFlips = true,
        MaxRotationDegrees = 12.5,
        MaxScale = 0.25,
        MaxShiftPixels = 1.5,
        CropHeight = 7,
        CropWidth = 9,
        MaxBrightness = 0.375,
        MaxContrast = 0.625,
        ErasingProbability = 0.75,
        MaxErasedShare = 0.0625,
        CorruptionProbability = 0.875,
        MaxCorruptionStrength = 4,
    };

    /// <summary>Every option is out of its range.</summary>
    internal static AugmentationOptions Impossible() => new()
    {
        FlipProbability = 2,
        MaxRotationDegrees = -1,
        MaxScale = 1,
        MaxShiftPixels = -1,
        CropHeight = 0,
        CropWidth = 0,
        MaxBrightness = 2,
        MaxContrast = 2,
        ErasingProbability = 2,
        MaxErasedShare = 0,
        CorruptionProbability = 2,
        MaxCorruptionStrength = 0,
    };

    /// <summary>What a configuration file says for these options, under a prefix.</summary>
    internal static IEnumerable<KeyValuePair<string, string?>> Configured(AugmentationOptions options, string prefix = "") =>
        typeof(AugmentationOptions).GetProperties().Select(property => KeyValuePair.Create(
            prefix + property.Name, Convert.ToString(property.GetValue(options), CultureInfo.InvariantCulture)));

    private static AugmentationOptions With(string property, object value)
    {
        // The sides of a crop go together; that rule has tests of its own.
        bool isCrop = property is nameof(AugmentationOptions.CropHeight) or nameof(AugmentationOptions.CropWidth);
        var options = new AugmentationOptions { CropHeight = isCrop ? 5 : null, CropWidth = isCrop ? 5 : null };
        typeof(AugmentationOptions).GetProperty(property)!.SetValue(options, value);
        return options;
    }
}
