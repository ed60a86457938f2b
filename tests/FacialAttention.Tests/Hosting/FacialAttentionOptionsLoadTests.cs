using FacialAttention.Tests.Files;
using Microsoft.Extensions.Options;

namespace FacialAttention.Tests.Hosting;

public sealed class FacialAttentionOptionsLoadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_FileOverridesAndDefaults_TheNearestSays()
    {
        string path = Write("""
            {
              // comments and trailing commas are allowed
              "variant": "CnnAlstm",
              "NETWORK": { "lstmLayers": 2, "backboneStages": [
                { "kernelSize": 3, "channels": 8, "pool": true },
                { "kernelSize": 3, "channels": 9, "convolutions": 2, "SHORTCUT": true, "squeezeExcitationReduction": 3 },
                { "kernelSize": 1, "channels": 9, "squeezeExcitationReduction": null }] },
              "trainer": { "batchSize": 8, "epochs": 3 },
            }
            """);
        var defaults = new FacialAttentionOptions();
        defaults.Network.LstmHiddenSize = 24;
        defaults.Trainer.Iterations = 7;

        FacialAttentionOptions loaded = FacialAttentionOptions.Load(path, new Dictionary<string, string?> { ["Trainer:BatchSize"] = "9" }, defaults);

        loaded.Variant.Should().Be(NetworkVariant.CnnAlstm);
        loaded.Network.LstmLayers.Should().Be(2);
        loaded.Network.LstmHiddenSize.Should().Be(24);
        loaded.Network.BackboneStages.Should().Equal(
            new ConvStage(3, 8, Pool: true),
            new ConvStage(3, 9, Convolutions: 2, Shortcut: true, SqueezeExcitationReduction: 3),
            new ConvStage(1, 9));
        loaded.Trainer.BatchSize.Should().Be(9);
        loaded.Trainer.Epochs.Should().Be(3);
        loaded.Trainer.Iterations.Should().BeNull("epochs are a budget as iterations are");
        defaults.Trainer.Iterations.Should().Be(7);
    }

    [Fact]
    public void Load_NoFile_GivesTheDefaults()
    {
        FacialAttentionOptions loaded = FacialAttentionOptions.Load(null);

        loaded.Should().BeEquivalentTo(new FacialAttentionOptions());
    }

    [Fact]
    public void Load_ManyFaults_NamesAllOfThem()
    {
        string path = Write("""
            { "networks": {}, "network": { "lstmLayers": "two", "imageHeight": 0 },
              "trainer": { "batchSize": 2, "BatchSize": 3, "learningRate": [1], "schedule": "1", "augmentation": 3 } }
            """);

        FluentActions.Invoking(() => FacialAttentionOptions.Load(path)).Should().Throw<InvalidDataException>()
            .Which.Message.Should().StartWith($"'{path}': ").And.ContainAll(
                "networks is unknown; expected variant, network, trainer.",
                "network:lstmLayers is 'two'; expected a whole number.",
                "ImageHeight is 0; expected ",
                "trainer:BatchSize is there twice; expected it once.",
                "trainer:learningRate is an object or a list; expected a number.",
                "trainer:schedule is '1'; expected one of ",
                "trainer:augmentation is '3'; expected an object.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("{ \"trainer\": ")]
    [InlineData("null")]
    [InlineData("variant: Cnn")]
    public void Load_NoObjectOfJson_SaysSo(string text)
    {
        string path = Write(text);

        FluentActions.Invoking(() => FacialAttentionOptions.Load(path)).Should().Throw<InvalidDataException>()
            .WithMessage($"'{path}' is no recipe: *");
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n", "it is a Git LFS pointer, not the file itself *")]
    [InlineData("<!DOCTYPE html><html></html>", "it is an HTML page, not the file itself; expected JSON.")]
    [InlineData("PK\u0003\u0004", "it is a zip archive; expected JSON.")]
    public void Load_AnotherFormat_IsCalledWhatItIs(string content, string expected)
    {
        string path = Write(content);

        FluentActions.Invoking(() => FacialAttentionOptions.Load(path)).Should().Throw<InvalidDataException>()
            .WithMessage($"'{path}' is no recipe: {expected}");
    }

    [Fact]
    public void Load_FileLargerThanAnyRecipe_IsRefusedUnread()
    {
        string path = Write(new string(' ', 1_000_001));

        FluentActions.Invoking(() => FacialAttentionOptions.Load(path)).Should().Throw<InvalidDataException>()
            .WithMessage("*it has more than 1000000 bytes*");
    }

    [LinuxFact]
    public void Load_FileWithoutEnd_IsRefused() =>
        FluentActions.Invoking(() => FacialAttentionOptions.Load("/dev/zero")).Should().Throw<InvalidDataException>()
            .WithMessage("'/dev/zero' is no recipe: it has more than 1000000 bytes.");

    [Fact]
    public void Load_MissingFile_NamesIt() =>
        FluentActions.Invoking(() => FacialAttentionOptions.Load(Path.Combine(_folder.Path, "none.json")))
            .Should().Throw<FileNotFoundException>().WithMessage("There is no file '*none.json'*");

    [Fact]
    public void Load_UnknownOverride_IsNamed() =>
        FluentActions.Invoking(() => FacialAttentionOptions.Load(null, new Dictionary<string, string?> { ["trainer:batch"] = "3" }))
            .Should().Throw<InvalidDataException>().WithMessage("trainer:batch is unknown; expected iterations, *");

    [Fact]
    public void Load_InvalidDefaults_AreRefused()
    {
        var defaults = new FacialAttentionOptions();
        defaults.Trainer.BatchSize = 0;

        FluentActions.Invoking(() => FacialAttentionOptions.Load(null, null, defaults)).Should().Throw<OptionsValidationException>();
    }

    private string Write(string text)
    {
        string path = Path.Combine(_folder.Path, "recipe.json");
        File.WriteAllText(path, text);
        return path;
    }
}
