using FacialAttention.Tests.Files;
using FacialAttention.Tests.Torch;
using Microsoft.Extensions.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Networks;

/// <summary>Options of a network of patches, and what files keep of them.</summary>
public sealed class PatchGatedCnnFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.File("patches.safetensors");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Defaults_EveryOption_IsAsDocumented()
    {
        new PatchGatedCnnOptions().Should().BeEquivalentTo(new
        {
            Labels = ExpressionLabels.Fer2013,
            ImageHeight = 48,
            ImageWidth = 48,
            PixelMean = 0.5,
            PixelStandardDeviation = 0.25,
            TrunkStages = (IReadOnlyList<ConvStage>?)null,
            PatchSize = 6,
            PatchChannels = 16,
            PatchFeatureSize = 16,
            GateChannels = 16,
            GateHiddenSize = 16,
            GlobalBranch = false,
            GlobalStages = (IReadOnlyList<ConvStage>?)null,
            GlobalFeatureSize = 64,
            HiddenSize = 128,
            Dropout = 0.5,
            Seed = 1,
        });
        typeof(PatchGatedCnnOptions).GetProperties().Should().HaveCount(17, "an option needs its line above and its test below");
    }

    [Theory]
    [InlineData(nameof(PatchGatedCnnOptions.ImageHeight), 15, "ImageHeight is 15; expected 16 to 1024.")]
    [InlineData(nameof(PatchGatedCnnOptions.ImageWidth), 1025, "ImageWidth is 1025; expected 16 to 1024.")]
    [InlineData(nameof(PatchGatedCnnOptions.PixelMean), -0.1, "PixelMean is -0.1; expected 0 to 1.")]
    [InlineData(nameof(PatchGatedCnnOptions.PixelStandardDeviation), 0.0, "PixelStandardDeviation is 0; expected 0.001 to 1.")]
    [InlineData(nameof(PatchGatedCnnOptions.PatchSize), 1, "PatchSize is 1; expected 2 to 64.")]
    [InlineData(
        nameof(PatchGatedCnnOptions.PatchSize),
        10,
        "PatchSize is 10; expected at most each side of the trunk's maps of ImageHeight x ImageWidth, which are 9x11.")]
    [InlineData(nameof(PatchGatedCnnOptions.PatchChannels), 0, "PatchChannels is 0; expected 1 to 4096.")]
    [InlineData(nameof(PatchGatedCnnOptions.PatchFeatureSize), 8193, "PatchFeatureSize is 8193; expected 1 to 8192.")]
    [InlineData(nameof(PatchGatedCnnOptions.GateChannels), 0, "GateChannels is 0; expected 1 to 4096.")]
    [InlineData(nameof(PatchGatedCnnOptions.GateHiddenSize), 4097, "GateHiddenSize is 4097; expected 1 to 4096.")]
    [InlineData(nameof(PatchGatedCnnOptions.GlobalFeatureSize), 0, "GlobalFeatureSize is 0; expected 1 to 8192.")]
    [InlineData(nameof(PatchGatedCnnOptions.HiddenSize), 0, "HiddenSize is 0; expected 1 to 8192.")]
    [InlineData(nameof(PatchGatedCnnOptions.Dropout), 0.95, "Dropout is 0.95; expected 0 to 0.9.")]
    [InlineData(nameof(PatchGatedCnnOptions.Seed), -1, "Seed is -1; expected 0 to 2147483647.")]
    [InlineData(nameof(PatchGatedCnnOptions.Labels), null, "Labels is null; expected a label set.")]
    public void Constructor_OptionOutsideItsRange_SaysWhatWasGotAndExpected(string option, object? value, string message)
    {
        PatchGatedCnnOptions options = TinyPatches.Options();
        typeof(PatchGatedCnnOptions).GetProperty(option)!.SetValue(options, value);

        FluentActions.Invoking(() => new PatchGatedCnn(options)).Should().ThrowExactly<OptionsValidationException>()
            .Which.Failures.Should().Equal(message);
    }

    [Fact]
    public void Constructor_TablesThatDoNotFit_AreNamed()
    {
        PatchGatedCnnOptions options = TinyPatches.Options(globalBranch: true);
        (options.TrunkStages, options.GlobalStages) = ([new(2, 3)], []);
        FluentActions.Invoking(() => new PatchGatedCnn(options)).Should().ThrowExactly<OptionsValidationException>().Which.Failures.Should().Equal(
            "TrunkStages: Stage 1 of the backbone: KernelSize is 2; expected an odd number from 1 to 15.",
            "GlobalStages: The backbone has 0 stages; expected 1 to 64.");

        options = TinyPatches.Options(globalBranch: true);
        options.GlobalStages = [.. Enumerable.Repeat(new ConvStage(1, 2, Pool: true), 4)];
        FluentActions.Invoking(() => new PatchGatedCnn(options)).Should().ThrowExactly<OptionsValidationException>().Which.Failures.Should().Equal(
            "GlobalStages leave maps of 1x1; expected at least 2x2, which the gate pools.");
    }

    /// <summary>Each option changes the weights there are, or the logits in evaluation or training mode.</summary>
    [Fact]
    public void Constructor_EachOption_HasAnEffect()
    {
        Dictionary<string, Action<PatchGatedCnnOptions>> edits = new()
        {
            [nameof(PatchGatedCnnOptions.Labels)] = options => options.Labels = ExpressionLabels.FerPlus,
            [nameof(PatchGatedCnnOptions.ImageHeight)] = options => options.ImageHeight = 24,
            [nameof(PatchGatedCnnOptions.ImageWidth)] = options => options.ImageWidth = 30,
            [nameof(PatchGatedCnnOptions.PixelMean)] = options => options.PixelMean = 0.3,
            [nameof(PatchGatedCnnOptions.PixelStandardDeviation)] = options => options.PixelStandardDeviation = 0.5,
            [nameof(PatchGatedCnnOptions.TrunkStages)] = options => options.TrunkStages = [new(3, 2)],
            [nameof(PatchGatedCnnOptions.PatchSize)] = options => options.PatchSize = 4,
            [nameof(PatchGatedCnnOptions.PatchChannels)] = options => options.PatchChannels = 2,
            [nameof(PatchGatedCnnOptions.PatchFeatureSize)] = options => options.PatchFeatureSize = 3,
            [nameof(PatchGatedCnnOptions.GateChannels)] = options => options.GateChannels = 2,
            [nameof(PatchGatedCnnOptions.GateHiddenSize)] = options => options.GateHiddenSize = 2,
            [nameof(PatchGatedCnnOptions.GlobalBranch)] = options => options.GlobalBranch = false,
            [nameof(PatchGatedCnnOptions.GlobalStages)] = options => options.GlobalStages = [new(1, 2)],
            [nameof(PatchGatedCnnOptions.GlobalFeatureSize)] = options => options.GlobalFeatureSize = 2,
            [nameof(PatchGatedCnnOptions.HiddenSize)] = options => options.HiddenSize = 5,
            [nameof(PatchGatedCnnOptions.Dropout)] = options => options.Dropout = 0.5,
            [nameof(PatchGatedCnnOptions.Seed)] = options => options.Seed = 2,
        };
        string usual = OutcomeOf(_ => { });

        edits.Keys.Should().BeEquivalentTo(typeof(PatchGatedCnnOptions).GetProperties().Select(property => property.Name));
        foreach ((string option, Action<PatchGatedCnnOptions> edit) in edits)
        {
            OutcomeOf(edit).Should().NotBe(usual, option);
        }

        static string OutcomeOf(Action<PatchGatedCnnOptions> edit)
        {
            PatchGatedCnnOptions options = TinyPatches.Options(globalBranch: true);
            edit(options);
            using var seeded = new SeededTorch(1);
            using var network = new PatchGatedCnn(options);
            using Tensor images = Numbers.RandomImages(1, ScalarType.Float32, 2, 1, options.ImageHeight, options.ImageWidth);
            using Tensor logits = network.call(images);
            return string.Join(' ', network.state_dict().Select(entry => $"{entry.Key} {RequireTensor.Shape(entry.Value)}"))
                + string.Join(' ', Numbers.ValuesOf(logits));
        }
    }

    [Theory]
    [InlineData(false, "pACNN")]
    [InlineData(true, "gACNN")]
    public void Load_SavedNetwork_IsTheSameInEveryBit(bool globalBranch, string variant)
    {
        using PatchGatedCnn network = Trained(globalBranch);
        network.Calibration = new Calibration { Temperature = 1.5 };
        Checkpoint.Save(File, network);

        using PatchGatedCnn loaded = Checkpoint.Load<PatchGatedCnn>(File);
        using var any = Checkpoint.Load<FaceNetwork>(File);

        loaded.training.Should().BeFalse();
        loaded.Describe().Should().Be(network.Describe());
        (loaded.Describe().Family, loaded.Describe().Variant, any.Describe().Variant).Should().Be(("PatchGatedCnn", variant, variant));
        loaded.Options.Should().BeEquivalentTo(network.Options);
        loaded.Calibration.Temperature.Should().Be(1.5);
        Numbers.BitsOf(loaded).Should().Equal(Numbers.BitsOf(network));
        Numbers.BitsOf(any).Should().Equal(Numbers.BitsOf(network));
    }

    [Fact]
    public void Load_OfAnotherFamily_SaysHowItIsLoaded()
    {
        using (PatchGatedCnn network = Trained(globalBranch: false))
        {
            Checkpoint.Save(File, network);
        }

        FluentActions.Invoking(() => Checkpoint.Load(File)).Should().ThrowExactly<InvalidDataException>().WithMessage(
            "*family is 'PatchGatedCnn'; expected ExpressionNetwork. Checkpoint.Load<PatchGatedCnn> loads it.");
        using (ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.Cnn))
        {
            Checkpoint.Save(File, network);
        }

        FluentActions.Invoking(() => Checkpoint.Load<PatchGatedCnn>(File)).Should().ThrowExactly<InvalidDataException>().WithMessage(
            "*family is 'ExpressionNetwork'; expected PatchGatedCnn. Checkpoint.Load<ExpressionNetwork> loads it.");
        using var any = Checkpoint.Load<FaceNetwork>(File);
        any.Should().BeOfType<ExpressionNetwork>();
    }

    [Theory]
    [InlineData("variant", "pACNN", "gACNN", "variant is gACNN; expected pACNN, which the options are of.")]
    [InlineData("variant", "pACNN", "CNN", "variant is \"CNN\"; expected pACNN or gACNN.")]
    [InlineData("options", "\"patchSize\":3", "\"patchSize\":1", "options: PatchSize is 1; expected 2 to 64.")]
    [InlineData("options", "\"patchSize\":3,", "", "options is not as expected: *patchSize*")]
    [InlineData("options", "\"patchSize\":3", "\"patchSize\":3,\"patchsize\":3", "options is not as expected: *patchsize*")]
    [InlineData("preprocessing", "\"crop\":null", "\"crop\":{\"height\":16,\"width\":16}",
        "preprocessing crops to 16x16; expected no crop, since pACNN sees whole faces.")]
    [InlineData("family", "PatchGatedCnn", "Other", "family is \"Other\"; expected ExpressionNetwork, FerAttNetwork, PatchGatedCnn.*")]
    public void Load_DescriptionThatDoesNotFit_IsRefused(string key, string from, string to, string message)
    {
        using PatchGatedCnn network = Trained(globalBranch: false);
        Dictionary<string, string> metadata = DescriptionFormat.WriteFile(network.Describe());
        metadata[key].Should().Contain(from);
        metadata[key] = metadata[key].Replace(from, to, StringComparison.Ordinal);
        Safetensors.Write(File, StateDict.ToFile(network), metadata);

        FluentActions.Invoking(() => Checkpoint.Load<FaceNetwork>(File)).Should().ThrowExactly<InvalidDataException>()
            .WithMessage($"*patches.safetensors': {message}");
    }

    private static PatchGatedCnn Trained(bool globalBranch)
    {
        PatchGatedCnnOptions options = TinyPatches.Options(globalBranch);
        (options.PixelMean, options.PixelStandardDeviation, options.Dropout, options.Seed) = (1.0 / 3, 0.1 + 0.2, 0.3, int.MaxValue);
        var network = new PatchGatedCnn(options);
        Numbers.Randomise(network, 80);
        return network;
    }
}
