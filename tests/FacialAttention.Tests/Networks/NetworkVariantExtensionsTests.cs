using FacialAttention.Tests.Torch;

namespace FacialAttention.Tests.Networks;

public sealed class NetworkVariantExtensionsTests
{
    public static TheoryData<NetworkVariant> Variants { get; } = Cases.Of<NetworkVariant>();

    [Fact]
    public void PaperName_EachVariant_IsWhatThePaperWrites()
    {
        Enum.GetValues<NetworkVariant>().Select(variant => variant.PaperName)
            .Should().Equal("CNN", "CNN-LSTM", "ACNN-LSTM", "CNN-ALSTM", "ACNN-ALSTM");
    }

    [Fact]
    public void PaperName_UndefinedValue_IsRefused()
    {
        FluentActions.Invoking(() => ((NetworkVariant)5).PaperName).Should().ThrowExactly<ArgumentOutOfRangeException>()
            .WithMessage("NetworkVariant 5 is not defined.*");
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void TryParse_PaperNameInAnyCase_FindsTheVariant(NetworkVariant variant)
    {
        foreach (string name in (string[])[variant.PaperName, variant.PaperName.ToLowerInvariant()])
        {
            NetworkVariantExtensions.TryParse(name, out NetworkVariant parsed).Should().BeTrue();
            parsed.Should().Be(variant);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ACNN")]
    [InlineData("LSTM")]
    [InlineData("AcnnAlstm")]
    [InlineData(" CNN")]
    [InlineData("4")]
    public void TryParse_AnythingElse_FindsNone(string? name)
    {
        NetworkVariantExtensions.TryParse(name, out _).Should().BeFalse();
    }
}
