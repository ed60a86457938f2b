using FacialAttention.Tests.Files;
using FacialAttention.Tests.Torch;
using Microsoft.Extensions.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Networks;

public sealed class FerAttNetworkTests : IDisposable
{
    private static readonly FaceDataset Drawn = SyntheticFaces.Generate(16, seed: 1, size: new ImageSize(24, 24));
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // By hand. Convolutions before a norm have no bias, a norm has 2 a channel. Full size, seven classes: ResNet-34 without its head as encoder, five
    // pairs of convolutions up, 9x9 and 17 3x3 convolutions of features, two that paint, and a pre-activation ResNet-18.
    [Fact]
    public void ParameterCount_FullSize_IsAsByHand()
    {
        long encoder = (49 * 64) + 128 + (3 * Residual(64, 64)) + Residual(64, 128) + (3 * Residual(128, 128)) + Residual(128, 256)
            + (5 * Residual(256, 256)) + Residual(256, 512) + (2 * Residual(512, 512));
        long up = Pair(512 + 256, 256) + Pair(256 + 128, 256) + Pair(256 + 64, 64) + Pair(64 + 64, 128) + Pair(128, 32) + (32 * 7) + 7;
        const long Features = (81 * 7) + 7 + (17 * ((9 * 7 * 7) + 7));
        const long Painting = (9 * 15 * 32) + 32 + 32 + 2;
        long classifier = (9 * 64) + (2 * PreActivated(64, 64)) + PreActivated(64, 128) + PreActivated(128, 128) + PreActivated(128, 256)
            + PreActivated(256, 256) + PreActivated(256, 512) + PreActivated(512, 512) + (512 * 7) + 7;
        using var shapes = new ShapesOnly();
        using var network = new FerAttNetwork(FerAttNetworkOptions.Full());

        (encoder, up, classifier).Should().Be((21_278_400, 4_397_735, 11_168_455));
        network.ParameterCount.Should().Be(encoder + up + Features + Painting + classifier).And.Be(36_857_166);

        static long Residual(long from, long to) => (9 * (from + to) * to) + (4 * to) + (from == to ? 0 : (from * to) + (2 * to));
        static long Pair(long from, long to) => (9 * (from + to) * to) + (2 * to);
        static long PreActivated(long from, long to) => (2 * from) + (9 * (from + to) * to) + (2 * to) + (from == to ? 0 : from * to);
    }

    // Small, 48x48 and seven classes: down 18,296 | 4,294,656, up 16,847 | 8,755,200, features 2,814 | 2,304 * (567 + 5 * 441) = 6,386,688,
    // painting 2,194 | 2,304 * (2,160 + 16) = 5,013,504, classifier 77,239 | 24 * 24 * 4,752 + 12 * 12 * 14,336 + 6 * 6 * 57,344 + 448 = 6,866,368.
    [Fact]
    public void ParameterCountAndMultiplyAdds_Defaults_ArePinned()
    {
        using var network = new FerAttNetwork();

        (network.ParameterCount, network.MultiplyAdds).Should().Be(
            (18_296 + 16_847 + 2_814 + 2_194 + 77_239, 4_294_656 + 8_755_200 + 6_386_688 + 5_013_504 + 6_866_368));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public void Look_FacesThatAreNotSquare_GivesAllThatComesOfThem(int? embeddingSize)
    {
        using var scope = NewDisposeScope();
        using var network = new FerAttNetwork(TinyFerAtt.Options(embeddingSize));
        Numbers.Randomise(network, 7);
        network.eval();
        Tensor images = TinyFerAtt.Images();

        FerAttAnswer answer = network.Look(images);
        (Tensor logits, IReadOnlyList<LayerAttention> attention) = network.Explain(images);

        answer.Logits.shape.Should().Equal(2, 3);
        answer.Embedding.shape.Should().Equal(2, embeddingSize ?? 5);
        answer.Attended.shape.Should().Equal(2, 1, 20, 24);
        answer.Mask.shape.Should().Equal(2, 3, 20, 24);
        Numbers.ValuesOf(answer.Mask).Should().OnlyContain(value => value > 0 && value < 1);
        Numbers.ValuesOf(answer.Attended).Should().OnlyContain(value => value >= 0).And.Contain(value => value > 0);
        Numbers.ValuesOf(logits).Should().Equal(Numbers.ValuesOf(answer.Logits)).And.Equal(Numbers.ValuesOf(network.call(images)));
        LayerAttention layer = attention.Should().ContainSingle().Subject;
        (layer.Layer, layer.GridHeight, layer.GridWidth).Should().Be(("attention_mask", 20, 24));
        Numbers.ShouldBe(layer.Weights, Numbers.ArrayOf<double[,]>(answer.Mask.mean([1]).flatten(1) / answer.Mask.sum([1, 2, 3]).unsqueeze(1) * 3), 1e-6);
    }

    /// <summary>The mask that its module's last bias opens or closes everywhere lets features through or holds them back.</summary>
    [Fact]
    public void Look_MaskByHand_IsTheLogisticFunctionOfTheAttention()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = new FerAttNetwork(TinyFerAtt.Options());
        network.eval();
        Dictionary<string, Tensor> state = network.state_dict();
        state["attention.conv.weight"].zero_();
        state["attention.conv.bias"].copy_(tensor([-1.0f, 0, 2]));

        Tensor mask = network.Look(TinyFerAtt.Images(1)).Mask;

        foreach ((int map, double attention) in new[] { (0, -1.0), (1, 0), (2, 2) })
        {
            Numbers.ValuesOf(mask[0, map]).Should().OnlyContain(value => Math.Abs(value - (1 / (1 + Math.Exp(-attention)))) < 1e-6);
        }
    }

    [Fact]
    public void Learn_Batch_ReachesEveryParameterAndIsTheSumOfItsLosses()
    {
        using var scope = NewDisposeScope();
        using var network = new FerAttNetwork(TinyFerAtt.Options());
        Numbers.Randomise(network, 1);
        Tensor images = TinyFerAtt.Images(8), targets = nn.functional.one_hot(tensor([0L, 1, 2, 0, 1, 2, 0, 1]), 3).to(ScalarType.Float32);
        var batch = new FaceBatch(images, targets) { Clean = images * 0.5, Weights = tensor([1.0f, 2, 0, 1, 1, 1, 1, 1]) };
        network.eval();
        FerAttAnswer answer = network.Look(images);
        Tensor attention = new AttentionLoss().Of(batch.Clean, answer.Attended);
        Tensor structure = new GaussianStructureLoss().Of(answer.Embedding, targets, batch.Weights);
        Tensor entropy = nn.functional.cross_entropy(answer.Logits, targets, reduction: nn.Reduction.None);
        double expected = ((entropy + attention + structure) * batch.Weights!).sum().ToDouble() / 8;

        (Tensor loss, Tensor logits) = network.CreateObjective().Learn(batch);
        double[] without = [.. new FerAttObjective[] { new(network) { Attention = null }, new(network) { Structure = null } }
            .Select(objective => objective.Learn(batch).Loss.ToDouble())];

        double tolerance = 1e-5 * Math.Max(1, Math.Abs(expected));
        loss.ToDouble().Should().BeApproximately(expected, tolerance);
        Numbers.ValuesOf(logits).Should().Equal(Numbers.ValuesOf(answer.Logits));
        without[0].Should().BeApproximately(expected - ((attention * batch.Weights!).sum().ToDouble() / 8), tolerance);
        without[1].Should().BeApproximately(expected - ((structure * batch.Weights!).sum().ToDouble() / 8), tolerance);
        network.train();
        network.CreateObjective().Learn(batch).Loss.backward();
        network.named_parameters().Should().AllSatisfy(entry =>
            Numbers.ValuesOf(entry.parameter.grad!).Should().Contain(value => Math.Abs(value) > 1e-9, entry.name));
    }

    [Fact]
    public void Learn_BatchWithoutCleanFaces_TakesItsOwn()
    {
        using var scope = NewDisposeScope();
        using var network = new FerAttNetwork(TinyFerAtt.Options());
        network.eval();
        Tensor images = TinyFerAtt.Images(), targets = tensor([1.0f, 0, 0, 0, 1, 0], [2, 3]);
        var batch = new FaceBatch(images, targets);

        double own = network.CreateObjective().Learn(batch).Loss.ToDouble();

        network.CreateObjective().Learn(batch with { Clean = images }).Loss.ToDouble().Should().Be(own);
        network.CreateObjective().Learn(batch with { Clean = images * 0 }).Loss.ToDouble().Should().NotBe(own);
        network.CreateObjective().Invoking(objective => objective.Learn(batch with { Targets = zeros(2, 4) })).Should().ThrowExactly<ArgumentException>();
    }

    [Fact]
    public void Layer_Checks_Hold()
    {
        using var network = new FerAttNetwork(TinyFerAtt.Options());
        network.eval();
        using Tensor images = TinyFerAtt.Images();

        LayerChecks.StateDictCarriesTheOutput(network, new FerAttNetwork(TinyFerAtt.Options()), images);
        LayerChecks.LeavesItsInputAlone(network.call, images);
        LayerChecks.LeavesNoTensorBehind(network.call, images);
        LayerChecks.OwnsItsWeights(() => new FerAttNetwork(TinyFerAtt.Options()), images);
    }

    [Fact]
    public void Fit_SixteenDrawnFaces_LearnsThemByHeart() => TrainingChecks.LearnsByHeart(new FerAttNetwork(OptionsOfDrawn()), Drawn, 120);

    [Fact]
    public void Fit_StoppedAndResumed_LosesNotABit() => TrainingChecks.ResumesToTheBit(
        () => new FerAttNetwork(OptionsOfDrawn()),
        Drawn,
        new TrainerOptions
        {
            Iterations = 6,
            BatchSize = 8,
            ValidationInterval = 2,
            MixupAlpha = 2,
            Augmentation = { MaxBrightness = 0.3, ErasingProbability = 0.5 },
            Device = DevicePreference.Cpu,
        },
        iteration: 4);

    [Fact]
    public void Load_SavedNetwork_IsTheSameInEveryBit()
    {
        FerAttNetworkOptions options = TinyFerAtt.Options();
        (options.PixelMean, options.PixelStandardDeviation, options.Seed) = (1.0 / 3, 0.1 + 0.2, 5);
        using var network = new FerAttNetwork(options) { Calibration = new Calibration { Temperature = 1.5 } };
        Numbers.Randomise(network, 80);
        string file = _folder.File("fer.safetensors");
        Checkpoint.Save(file, network);

        using FerAttNetwork loaded = Checkpoint.Load<FerAttNetwork>(file);

        loaded.Describe().Should().Be(network.Describe());
        (loaded.Describe().Family, loaded.Describe().Variant).Should().Be(("FerAttNetwork", "FERAtt"));
        loaded.Options.Should().BeEquivalentTo(network.Options);
        Numbers.BitsOf(loaded).Should().Equal(Numbers.BitsOf(network));
    }

    [Theory]
    [InlineData(nameof(FerAttNetworkOptions.ImageHeight), 22, "ImageHeight is 22; expected a multiple of 4, since the encoder halves it 2 times.")]
    [InlineData(nameof(FerAttNetworkOptions.ImageWidth), 1028, "ImageWidth is 1028; expected 16 to 1024.")]
    [InlineData(nameof(FerAttNetworkOptions.PixelMean), 1.1, "PixelMean is 1.1; expected 0 to 1.")]
    [InlineData(nameof(FerAttNetworkOptions.PixelStandardDeviation), 0.0, "PixelStandardDeviation is 0; expected 0.001 to 1.")]
    [InlineData(nameof(FerAttNetworkOptions.ResidualBlocks), 65, "ResidualBlocks is 65; expected 0 to 64.")]
    [InlineData(nameof(FerAttNetworkOptions.ReconstructionChannels), 0, "ReconstructionChannels is 0; expected 1 to 4096.")]
    [InlineData(nameof(FerAttNetworkOptions.ClassifierBlocks), 0, "ClassifierBlocks is 0; expected 1 to 64.")]
    [InlineData(nameof(FerAttNetworkOptions.EmbeddingSize), 0, "EmbeddingSize is 0; expected 1 to 8192.")]
    [InlineData(nameof(FerAttNetworkOptions.Seed), -1, "Seed is -1; expected 0 to 2147483647.")]
    [InlineData(nameof(FerAttNetworkOptions.Labels), null, "Labels is null; expected a label set.")]
    [InlineData(
        nameof(FerAttNetworkOptions.DecoderChannels), new[] { 4 }, "DecoderChannels has 1 numbers; expected 2, one for each pool of EncoderStages.")]
    [InlineData(nameof(FerAttNetworkOptions.DecoderChannels), new[] { 4, 0 }, "DecoderChannels holds 0; expected 1 to 4096.")]
    [InlineData(nameof(FerAttNetworkOptions.ClassifierChannels), new int[0], "ClassifierChannels has 0 numbers; expected 1 to 16.")]
    [InlineData(nameof(FerAttNetworkOptions.ClassifierChannels), new[] { 4097 }, "ClassifierChannels holds 4097; expected 1 to 4096.")]
    public void Constructor_OptionOutsideItsRange_SaysWhatWasGotAndExpected(string option, object? value, string message)
    {
        FerAttNetworkOptions options = TinyFerAtt.Options();
        typeof(FerAttNetworkOptions).GetProperty(option)!.SetValue(options, value);

        FluentActions.Invoking(() => new FerAttNetwork(options)).Should().ThrowExactly<OptionsValidationException>()
            .Which.Failures.Should().Equal(message);
    }

    [Fact]
    public void Constructor_EncoderThatEndsWithoutAPool_IsNamed()
    {
        FerAttNetworkOptions options = TinyFerAtt.Options();
        options.EncoderStages = [new(3, 3, Pool: true), new(3, 3)];

        FluentActions.Invoking(() => new FerAttNetwork(options)).Should().ThrowExactly<OptionsValidationException>().Which.Failures.Should().Equal(
            "EncoderStages: Stage 2 of the backbone has no pool; expected one, which ends the last level.");
    }

    [Fact]
    public void Defaults_EveryOption_IsAsDocumented()
    {
        new FerAttNetworkOptions().Should().BeEquivalentTo(new
        {
            EncoderStages = (IReadOnlyList<ConvStage>?)null,
            DecoderChannels = (IReadOnlyList<int>?)null,
            ResidualBlocks = 2,
            ReconstructionChannels = 16,
            ClassifierChannels = (IReadOnlyList<int>?)null,
            ClassifierBlocks = 1,
            EmbeddingSize = (int?)null,
            Labels = ExpressionLabels.Fer2013,
            ImageHeight = 48,
            ImageWidth = 48,
            Seed = 1,
            PixelMean = 0.5,
            PixelStandardDeviation = 0.25,
        });
        typeof(FerAttNetworkOptions).GetProperties().Should().HaveCount(13, "an option needs its line above and its test below");
    }

    [Fact]
    public void Constructor_EachOption_HasAnEffect()
    {
        Dictionary<string, Action<FerAttNetworkOptions>> edits = new()
        {
            [nameof(FerAttNetworkOptions.EncoderStages)] = options => options.EncoderStages = [new(3, 2, Pool: true), new(3, 2, Pool: true)],
            [nameof(FerAttNetworkOptions.DecoderChannels)] = options => options.DecoderChannels = [2, 2],
            [nameof(FerAttNetworkOptions.ResidualBlocks)] = options => options.ResidualBlocks = 0,
            [nameof(FerAttNetworkOptions.ReconstructionChannels)] = options => options.ReconstructionChannels = 2,
            [nameof(FerAttNetworkOptions.ClassifierChannels)] = options => options.ClassifierChannels = [2],
            [nameof(FerAttNetworkOptions.ClassifierBlocks)] = options => options.ClassifierBlocks = 1,
            [nameof(FerAttNetworkOptions.EmbeddingSize)] = options => options.EmbeddingSize = null,
            [nameof(FerAttNetworkOptions.Labels)] = options => options.Labels = ExpressionLabels.FerPlus,
            [nameof(FerAttNetworkOptions.ImageHeight)] = options => options.ImageHeight = 24,
            [nameof(FerAttNetworkOptions.ImageWidth)] = options => options.ImageWidth = 28,
            [nameof(FerAttNetworkOptions.Seed)] = options => options.Seed = 2,
            [nameof(FerAttNetworkOptions.PixelMean)] = options => options.PixelMean = 0.3,
            [nameof(FerAttNetworkOptions.PixelStandardDeviation)] = options => options.PixelStandardDeviation = 0.5,
        };
        string usual = OutcomeOf(_ => { });

        edits.Keys.Should().BeEquivalentTo(typeof(FerAttNetworkOptions).GetProperties().Select(property => property.Name));
        foreach ((string option, Action<FerAttNetworkOptions> edit) in edits)
        {
            OutcomeOf(edit).Should().NotBe(usual, option);
        }

        static string OutcomeOf(Action<FerAttNetworkOptions> edit)
        {
            FerAttNetworkOptions options = TinyFerAtt.Options();
            edit(options);
            using var network = new FerAttNetwork(options);
            using Tensor images = Numbers.RandomImages(1, ScalarType.Float32, 2, 1, options.ImageHeight, options.ImageWidth);
            using Tensor logits = network.call(images);
            return string.Join(' ', network.state_dict().Select(entry => $"{entry.Key} {RequireTensor.Shape(entry.Value)}"))
                + string.Join(' ', Numbers.ValuesOf(logits));
        }
    }

    [Fact]
    public void Forward_OfWhatItDoesNotTake_SaysWhatWasGotAndExpected()
    {
        using var network = new FerAttNetwork(TinyFerAtt.Options());
        using Tensor odd = Numbers.RandomImages(1, ScalarType.Float32, 2, 1, 20, 26), colour = zeros(2, 3, 20, 24);

        network.Invoking(n => n.call(odd)).Should().ThrowExactly<ArgumentException>().WithMessage(
            "FERAtt expects faces whose height and width are multiples of 4, since its encoder halves them 2 times; got images of shape [2, 1, 20, 26].*");
        network.Invoking(n => n.call(colour)).Should().ThrowExactly<ArgumentException>().WithMessage("FERAtt expects images of shape [N, 1,*");
        network.Dispose();
        network.Invoking(n => n.Look(odd)).Should().Throw<ObjectDisposedException>();
    }

    private static FerAttNetworkOptions OptionsOfDrawn()
    {
        FerAttNetworkOptions options = TinyFerAtt.Options();
        (options.ImageHeight, options.ImageWidth, options.Labels) = (Drawn.Size.Height, Drawn.Size.Width, Drawn.Labels);
        (options.ClassifierChannels, options.ClassifierBlocks) = ([8, 16], 1);
        return options;
    }
}
