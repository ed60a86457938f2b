using System.Globalization;
using FacialAttention.Tests.Torch;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Networks;

public sealed class ExpressionNetworkOptionsTests
{
    private static Dictionary<string, string> ShapesOf(NetworkVariant variant, Action<ExpressionNetworkOptions> edit)
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        edit(options);
        using var network = new ExpressionNetwork(variant, options);
        return network.state_dict().ToDictionary(entry => entry.Key, entry => string.Join(", ", entry.Value.shape));
    }

    private static double[] LogitsOf(NetworkVariant variant, Action<ExpressionNetworkOptions> edit)
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        edit(options);
        using var network = new ExpressionNetwork(variant, options);
        network.eval();
        using Tensor images = Numbers.RandomImages(1, ScalarType.Float32, 1, 1, TinyNetwork.Height, TinyNetwork.Width);
        using Tensor logits = network.call(images);
        return Numbers.ValuesOf(logits);
    }

    [Fact]
    public void Defaults_EveryOption_IsAsDocumented()
    {
        var options = new ExpressionNetworkOptions();

        options.Should().BeEquivalentTo(new
        {
            Labels = ExpressionLabels.Fer2013,
            ImageHeight = 48,
            ImageWidth = 48,
            CropHeight = (int?)null,
            CropWidth = (int?)null,
            PixelMean = 0.5,
            PixelStandardDeviation = 0.25,
            BackboneStages = (IReadOnlyList<ConvStage>?)null,
            BatchNorm = true,
            Scoring = AttentionScoring.Additive,
            LocalAttentionScaling = LocalAttentionScaling.MeanOne,
            LstmHiddenSize = 512,
            LstmLayers = 2,
            Bidirectional = false,
            CnnHiddenSize = 512,
            Dropout = 0.0,
            Seed = 1,
        });
        typeof(ExpressionNetworkOptions).GetProperties().Should().HaveCount(17, "an option needs its line above and its tests below");
        options.Invoking(o => o.ValidatedCopy()).Should().NotThrow();
    }

    [Theory]
    [InlineData(nameof(ExpressionNetworkOptions.ImageHeight), 15, "ImageHeight is 15; expected 16 to 1024.")]
    [InlineData(nameof(ExpressionNetworkOptions.ImageHeight), 1025, "ImageHeight is 1025; expected 16 to 1024.")]
    [InlineData(nameof(ExpressionNetworkOptions.ImageWidth), 15, "ImageWidth is 15; expected 16 to 1024.")]
    [InlineData(nameof(ExpressionNetworkOptions.ImageWidth), 1025, "ImageWidth is 1025; expected 16 to 1024.")]
    [InlineData(nameof(ExpressionNetworkOptions.PixelMean), -0.01, "PixelMean is -0.01; expected 0 to 1.")]
    [InlineData(nameof(ExpressionNetworkOptions.PixelMean), 1.01, "PixelMean is 1.01; expected 0 to 1.")]
    [InlineData(nameof(ExpressionNetworkOptions.PixelMean), double.NaN, "PixelMean is NaN; expected 0 to 1.")]
    [InlineData(nameof(ExpressionNetworkOptions.PixelStandardDeviation), 0.0, "PixelStandardDeviation is 0; expected 0.001 to 1.")]
    [InlineData(nameof(ExpressionNetworkOptions.PixelStandardDeviation), 0.0009, "PixelStandardDeviation is 0.0009; expected 0.001 to 1.")]
    [InlineData(nameof(ExpressionNetworkOptions.PixelStandardDeviation), 1.01, "PixelStandardDeviation is 1.01; expected 0.001 to 1.")]
    [InlineData(nameof(ExpressionNetworkOptions.PixelStandardDeviation), double.PositiveInfinity,
        "PixelStandardDeviation is Infinity; expected 0.001 to 1.")]
    [InlineData(nameof(ExpressionNetworkOptions.Scoring), (AttentionScoring)3, "Scoring is 3; expected one of Additive, Dot, ScaledDot.")]
    [InlineData(nameof(ExpressionNetworkOptions.Scoring), (AttentionScoring)(-1),
        "Scoring is -1; expected one of Additive, Dot, ScaledDot.")]
    [InlineData(nameof(ExpressionNetworkOptions.LocalAttentionScaling), (LocalAttentionScaling)2,
        "LocalAttentionScaling is 2; expected one of AsPrinted, MeanOne.")]
    [InlineData(nameof(ExpressionNetworkOptions.LstmHiddenSize), 0, "LstmHiddenSize is 0; expected 1 to 8192.")]
    [InlineData(nameof(ExpressionNetworkOptions.LstmHiddenSize), 8193, "LstmHiddenSize is 8193; expected 1 to 8192.")]
    [InlineData(nameof(ExpressionNetworkOptions.LstmLayers), 0, "LstmLayers is 0; expected 1 to 16.")]
    [InlineData(nameof(ExpressionNetworkOptions.LstmLayers), 17, "LstmLayers is 17; expected 1 to 16.")]
    [InlineData(nameof(ExpressionNetworkOptions.CnnHiddenSize), 0, "CnnHiddenSize is 0; expected 1 to 8192.")]
    [InlineData(nameof(ExpressionNetworkOptions.CnnHiddenSize), 8193, "CnnHiddenSize is 8193; expected 1 to 8192.")]
    [InlineData(nameof(ExpressionNetworkOptions.Dropout), -0.01, "Dropout is -0.01; expected 0 to 0.9.")]
    [InlineData(nameof(ExpressionNetworkOptions.Dropout), 0.91, "Dropout is 0.91; expected 0 to 0.9.")]
    [InlineData(nameof(ExpressionNetworkOptions.Dropout), double.NaN, "Dropout is NaN; expected 0 to 0.9.")]
    [InlineData(nameof(ExpressionNetworkOptions.Seed), -1, "Seed is -1; expected 0 to 2147483647.")]
    [InlineData(nameof(ExpressionNetworkOptions.Labels), null, "Labels is null; expected a label set.")]
    public void Constructor_OptionOutsideItsRange_SaysWhatWasGotAndExpected(string option, object? value, string message)
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        typeof(ExpressionNetworkOptions).GetProperty(option)!.SetValue(options, value);

        FluentActions.Invoking(() => new ExpressionNetwork(NetworkVariant.AcnnAlstm, options))
            .Should().ThrowExactly<OptionsValidationException>().Which.Failures.Should().Equal(message);
    }

    [Theory]
    [InlineData(nameof(ExpressionNetworkOptions.ImageHeight), 16, 1024)]
    [InlineData(nameof(ExpressionNetworkOptions.ImageWidth), 16, 1024)]
    [InlineData(nameof(ExpressionNetworkOptions.PixelMean), 0.0, 1.0)]
    [InlineData(nameof(ExpressionNetworkOptions.PixelStandardDeviation), 0.001, 1.0)]
    [InlineData(nameof(ExpressionNetworkOptions.LstmHiddenSize), 1, 8192)]
    [InlineData(nameof(ExpressionNetworkOptions.LstmLayers), 1, 16)]
    [InlineData(nameof(ExpressionNetworkOptions.CnnHiddenSize), 1, 8192)]
    [InlineData(nameof(ExpressionNetworkOptions.Dropout), 0.0, 0.9)]
    [InlineData(nameof(ExpressionNetworkOptions.Seed), 0, int.MaxValue)]
    public void ValidatedCopy_OptionAtItsBounds_IsAccepted(string option, object minimum, object maximum)
    {
        foreach (object value in (object[])[minimum, maximum])
        {
            ExpressionNetworkOptions options = TinyNetwork.Options();
            typeof(ExpressionNetworkOptions).GetProperty(option)!.SetValue(options, value);

            typeof(ExpressionNetworkOptions).GetProperty(option)!.GetValue(options.ValidatedCopy()).Should().Be(value);
        }
    }

    [Theory]
    [InlineData(15, 20, "CropHeight is 15; expected 16 to ImageHeight, which is 20.")]
    [InlineData(21, 20, "CropHeight is 21; expected 16 to ImageHeight, which is 20.")]
    [InlineData(20, 15, "CropWidth is 15; expected 16 to ImageWidth, which is 24.")]
    [InlineData(20, 25, "CropWidth is 25; expected 16 to ImageWidth, which is 24.")]
    [InlineData(16, null, "CropHeight is 16 and CropWidth is null; expected both or neither.")]
    [InlineData(null, 16, "CropHeight is null and CropWidth is 16; expected both or neither.")]
    public void Constructor_CropOutsideTheImage_SaysWhatWasGotAndExpected(int? height, int? width, string message)
    {
        var options = new ExpressionNetworkOptions { ImageHeight = 20, ImageWidth = 24, CropHeight = height, CropWidth = width };

        FluentActions.Invoking(() => new ExpressionNetwork(NetworkVariant.AcnnAlstm, options))
            .Should().ThrowExactly<OptionsValidationException>().Which.Failures.Should().Equal(message);
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(20, 24)]
    public void ValidatedCopy_CropAtItsBounds_IsAccepted(int height, int width)
    {
        var options = new ExpressionNetworkOptions { ImageHeight = 20, ImageWidth = 24, CropHeight = height, CropWidth = width };

        options.ValidatedCopy().Should().BeEquivalentTo(options);
    }

    [Fact]
    public void Constructor_BackboneOutsideItsRange_SaysWhichRow()
    {
        (IReadOnlyList<ConvStage> Stages, string Message)[] cases =
        [
            ([], "BackboneStages: The backbone has 0 stages; expected 1 to 64."),
            ([.. Enumerable.Repeat(new ConvStage(1, 1), 65)], "BackboneStages: The backbone has 65 stages; expected 1 to 64."),
            ([new(1, 2), new(4, 2)], "BackboneStages: Stage 2 of the backbone: KernelSize is 4; expected an odd number from 1 to 15."),
            ([new(1, 2), new(3, 2, Convolutions: 9)], "BackboneStages: Stage 2 of the backbone: Convolutions is 9; expected 1 to 8."),
            ([new(1, 2, SqueezeExcitationReduction: 3)],
                "BackboneStages: Stage 1 of the backbone: SqueezeExcitationReduction is 3; expected 1 to Channels, which is 2, or null."),
            ([new(1, 2), null!], "BackboneStages: Stage 2 of the backbone: It is null."),
        ];
        foreach ((IReadOnlyList<ConvStage> stages, string message) in cases)
        {
            ExpressionNetworkOptions options = TinyNetwork.Options();
            options.BackboneStages = stages;

            FluentActions.Invoking(() => new ExpressionNetwork(NetworkVariant.Cnn, options))
                .Should().ThrowExactly<OptionsValidationException>().Which.Failures.Should().Equal(message);
        }
    }

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public void Constructor_EverythingWrong_ReportsAllTogetherInAnyCulture(string culture)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo(culture);
        try
        {
            var options = new ExpressionNetworkOptions
            {
                Labels = null!,
                ImageHeight = 0,
                ImageWidth = -5,
                CropHeight = -7,
                PixelMean = 1.5,
                PixelStandardDeviation = -0.25,
                BackboneStages = [],
                Scoring = (AttentionScoring)9,
                LocalAttentionScaling = (LocalAttentionScaling)9,
                LstmHiddenSize = 0,
                LstmLayers = 99,
                CnnHiddenSize = 10_000,
                Dropout = 1.5,
                Seed = -2,
            };

            FluentActions.Invoking(() => new ExpressionNetwork(NetworkVariant.Cnn, options))
                .Should().ThrowExactly<OptionsValidationException>().Which.Failures.Should().BeEquivalentTo(
                    "Labels is null; expected a label set.",
                    "ImageHeight is 0; expected 16 to 1024.",
                    "ImageWidth is -5; expected 16 to 1024.",
                    "CropHeight is -7 and CropWidth is null; expected both or neither.",
                    "CropHeight is -7; expected 16 to ImageHeight, which is 0.",
                    "PixelMean is 1.5; expected 0 to 1.",
                    "PixelStandardDeviation is -0.25; expected 0.001 to 1.",
                    "BackboneStages: The backbone has 0 stages; expected 1 to 64.",
                    "Scoring is 9; expected one of Additive, Dot, ScaledDot.",
                    "LocalAttentionScaling is 9; expected one of AsPrinted, MeanOne.",
                    "LstmHiddenSize is 0; expected 1 to 8192.",
                    "LstmLayers is 99; expected 1 to 16.",
                    "CnnHiddenSize is 10000; expected 1 to 8192.",
                    "Dropout is 1.5; expected 0 to 0.9.",
                    "Seed is -2; expected 0 to 2147483647.");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Constructor_OptionsEditedLater_ChangeNothing()
    {
        ConvStage[] stages = [new(1, 2), new(3, 4, Pool: true)];
        ExpressionNetworkOptions options = TinyNetwork.Options();
        options.BackboneStages = stages;
        using var network = new ExpressionNetwork(NetworkVariant.Cnn, options);

        stages[1] = new ConvStage(3, 99);
        (options.Labels, options.ImageHeight, options.PixelMean, options.Seed) = (ExpressionLabels.CkPlus, 100, 0, 7);
        ExpressionNetworkOptions got = network.Options;
        got.ImageWidth = 999;
        got.BackboneStages.Should().NotBeAssignableTo<ConvStage[]>();
        got.Invoking(copy => ((IList<ConvStage>)copy.BackboneStages!)[0] = new ConvStage(15, 1)).Should().Throw<NotSupportedException>();

        ExpressionNetworkOptions expected = TinyNetwork.Options();
        expected.BackboneStages = [new(1, 2), new(3, 4, Pool: true)];
        network.Options.Should().BeEquivalentTo(expected);
        using Tensor images = Numbers.RandomImages(1, ScalarType.Float32, 1, 1, TinyNetwork.Height, TinyNetwork.Width);
        using Tensor logits = network.call(images);
        logits.shape.Should().Equal(1, 3);
    }

    [Fact]
    public void Labels_Count_IsTheNumberOfLogits()
    {
        LogitsOf(NetworkVariant.AcnnAlstm, options => options.Labels = ExpressionLabels.Fer2013).Should().HaveCount(7);
        LogitsOf(NetworkVariant.Cnn, options => options.Labels = new ExpressionLabels("a", "b")).Should().HaveCount(2);
    }

    [Fact]
    public void ImageHeightAndWidth_OfTheCnn_SizeItsHead()
    {
        // Two pools: 20x50 becomes 5x13 of 4 channels.
        ShapesOf(NetworkVariant.Cnn, options => (options.ImageHeight, options.ImageWidth) = (20, 50))["classifier.hidden.weight"]
            .Should().Be($"6, {4 * 5 * 13}");
    }

    [Theory]
    [InlineData(0.5, 0.25)]
    [InlineData(0.0, 1.0)]
    [InlineData(0.3, 0.8)]
    public void PixelMeanAndStandardDeviation_OfAnySize_NormaliseTheImages(double mean, double deviation)
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        (options.PixelMean, options.PixelStandardDeviation) = (0, 1);
        using var plain = new ExpressionNetwork(NetworkVariant.AcnnAlstm, options);
        (options.PixelMean, options.PixelStandardDeviation) = (mean, deviation);
        using var network = new ExpressionNetwork(NetworkVariant.AcnnAlstm, options);
        Numbers.Randomise(plain, 60);
        Numbers.Randomise(network, 60);
        plain.eval();
        network.eval();
        using Tensor images = Numbers.RandomImages(1, ScalarType.Float32, 2, 1, TinyNetwork.Height, TinyNetwork.Width);
        double[] normalised = [.. Numbers.ValuesOf(images).Select(pixel => (pixel - mean) / deviation)];
        using Tensor prepared = Numbers.Create(normalised, ScalarType.Float32, images.shape);

        using Tensor logits = network.call(images);
        using Tensor expected = plain.call(prepared);
        using Tensor unprepared = plain.call(images);

        Numbers.ShouldBe(logits, Numbers.ArrayOf<double[,]>(expected), 1e-5);
        double change = Numbers.ValuesOf(unprepared).Zip(Numbers.ValuesOf(logits), (a, b) => Math.Abs(a - b)).Max();
        (change > 1e-3).Should().Be((mean, deviation) != (0, 1));
    }

    [Fact]
    public void PixelMeanAndStandardDeviation_EachAlone_ChangesTheLogits()
    {
        double[] usual = LogitsOf(NetworkVariant.AcnnAlstm, _ => { });

        LogitsOf(NetworkVariant.AcnnAlstm, options => options.PixelMean = 0.1).Should().NotEqual(usual);
        LogitsOf(NetworkVariant.AcnnAlstm, options => options.PixelStandardDeviation = 0.9).Should().NotEqual(usual);
    }

    [Fact]
    public void BackboneStages_Table_BuildsTheBackbone()
    {
        Dictionary<string, string> shapes = ShapesOf(NetworkVariant.AcnnAlstm, options => options.BackboneStages = [new(7, 9)]);

        shapes["backbone.c1.conv.weight"].Should().Be("9, 1, 7, 7");
        shapes["local_attention.score.query"].Should().Be("9");
        shapes["classifier.lstm.weight_ih_l0"].Should().Be("20, 9");
        shapes.Keys.Should().NotContain(key => key.StartsWith("backbone.c2", StringComparison.Ordinal));
    }

    [Fact]
    public void BackboneStages_Block_HasItsWeights()
    {
        Dictionary<string, string> shapes = ShapesOf(
            NetworkVariant.AcnnAlstm,
            options => options.BackboneStages = [new(3, 8, Convolutions: 2, Shortcut: true, SqueezeExcitationReduction: 4)]);

        shapes["backbone.c1.conv2.weight"].Should().Be("8, 8, 3, 3");
        shapes["backbone.c1.norm2.running_var"].Should().Be("8");
        shapes["backbone.c1.shortcut.conv.weight"].Should().Be("8, 1, 1, 1");
        shapes["backbone.c1.squeeze_excitation.fc1.weight"].Should().Be("2, 8");
        shapes["backbone.c1.squeeze_excitation.fc2.weight"].Should().Be("8, 2");
        shapes["local_attention.score.query"].Should().Be("8");
    }

    [Fact]
    public void BackboneStages_Null_IsThePapersTable()
    {
        Dictionary<string, string> byDefault = ShapesOf(NetworkVariant.CnnLstm, options => options.BackboneStages = null);
        Dictionary<string, string> spelledOut = ShapesOf(NetworkVariant.CnnLstm, options => options.BackboneStages = ConvBackbone.Paper);

        byDefault.Should().Equal(spelledOut);
        byDefault["backbone.c4.conv.weight"].Should().Be("64, 32, 5, 5");
    }

    [Fact]
    public void BatchNorm_Off_ReplacesEveryNormByABias()
    {
        Dictionary<string, string> with = ShapesOf(NetworkVariant.CnnLstm, _ => { });
        Dictionary<string, string> without = ShapesOf(NetworkVariant.CnnLstm, options => options.BatchNorm = false);

        with.Keys.Should().Contain("backbone.c3.norm.weight").And.NotContain("backbone.c3.conv.bias");
        without.Keys.Should().Contain("backbone.c3.conv.bias").And.NotContain(key => key.Contains(".norm.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(NetworkVariant.AcnnLstm, "local_attention.score.")]
    [InlineData(NetworkVariant.CnnAlstm, "classifier.global_attention.score.")]
    public void Scoring_EachValue_ReachesTheAttentionLayer(NetworkVariant variant, string key)
    {
        ShapesOf(variant, options => options.Scoring = AttentionScoring.Additive).Keys.Should().Contain($"{key}projection.weight");
        ShapesOf(variant, options => options.Scoring = AttentionScoring.Dot).Keys.Should().NotContain($"{key}projection.weight");

        // Both have the same weights; only the division by the root of D tells them apart.
        LogitsOf(variant, options => options.Scoring = AttentionScoring.ScaledDot)
            .Should().NotEqual(LogitsOf(variant, options => options.Scoring = AttentionScoring.Dot));
    }

    [Theory]
    [InlineData(NetworkVariant.AcnnAlstm, true)]
    [InlineData(NetworkVariant.AcnnLstm, true)]
    [InlineData(NetworkVariant.CnnAlstm, false)]
    [InlineData(NetworkVariant.CnnLstm, false)]
    [InlineData(NetworkVariant.Cnn, false)]
    public void LocalAttentionScaling_EachValue_MattersToVariantsWithLocalAttention(NetworkVariant variant, bool matters)
    {
        double[] asPrinted = LogitsOf(variant, options => options.LocalAttentionScaling = LocalAttentionScaling.AsPrinted);
        double[] meanOne = LogitsOf(variant, options => options.LocalAttentionScaling = LocalAttentionScaling.MeanOne);

        asPrinted.SequenceEqual(meanOne).Should().Be(!matters);
    }

    [Fact]
    public void LstmHiddenSizeAndLayers_AnyValue_BuildTheLstm()
    {
        Dictionary<string, string> shapes = ShapesOf(
            NetworkVariant.AcnnAlstm, options => (options.LstmHiddenSize, options.LstmLayers) = (7, 3));

        shapes["classifier.lstm.weight_ih_l0"].Should().Be("28, 4");
        shapes["classifier.lstm.weight_hh_l2"].Should().Be("28, 7");
        shapes.Should().NotContainKey("classifier.lstm.weight_hh_l3");
        shapes["classifier.global_attention.score.query"].Should().Be("7");
        shapes["classifier.linear.weight"].Should().Be("3, 7");
    }

    [Fact]
    public void CropHeightAndWidth_OfTheCnn_SizeItsHead()
    {
        // Two pools: 18x21 becomes 5x6 of 4 channels.
        ShapesOf(NetworkVariant.Cnn, options =>
        {
            (options.ImageHeight, options.ImageWidth) = (20, 50);
            (options.CropHeight, options.CropWidth) = (18, 21);
        })["classifier.hidden.weight"].Should().Be($"6, {4 * 5 * 6}");
    }

    [Fact]
    public void Bidirectional_On_AddsTheReverseDirection()
    {
        Dictionary<string, string> shapes = ShapesOf(NetworkVariant.AcnnAlstm, options => options.Bidirectional = true);

        shapes["classifier.lstm.weight_ih_l0_reverse"].Should().Be("20, 4");
        shapes["classifier.lstm.weight_ih_l1_reverse"].Should().Be("20, 10");
        shapes["classifier.global_attention.score.query"].Should().Be("10");
        shapes["classifier.linear.weight"].Should().Be("3, 10");
        LogitsOf(NetworkVariant.Cnn, options => options.Bidirectional = true).Should().Equal(LogitsOf(NetworkVariant.Cnn, _ => { }));
    }

    [Theory]
    [InlineData(NetworkVariant.Cnn)]
    [InlineData(NetworkVariant.CnnLstm)]
    [InlineData(NetworkVariant.AcnnAlstm)]
    public void Dropout_AnyValue_ChangesTheLogitsInTrainingAlone(NetworkVariant variant)
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        using var without = new ExpressionNetwork(variant, options);
        options.Dropout = 0.5;
        using var with = new ExpressionNetwork(variant, options);
        using Tensor images = Numbers.RandomImages(1, ScalarType.Float32, 8, 1, TinyNetwork.Height, TinyNetwork.Width);

        Numbers.BitsOf(with).Should().Equal(Numbers.BitsOf(without), "keys and initial weights do not depend on it");
        Logits(without).Should().Equal(Logits(without));
        Logits(with).Should().NotEqual(Logits(with), "each call draws anew");
        without.eval();
        with.eval();
        without.load_state_dict(with.state_dict()); // the running statistics have seen another number of batches
        Logits(with).Should().Equal(Logits(with)).And.Equal(Logits(without));

        double[] Logits(ExpressionNetwork network)
        {
            using Tensor logits = network.call(images);
            return Numbers.ValuesOf(logits);
        }
    }

    [Fact]
    public void CnnHiddenSize_AnyValue_SizesTheHeadOfTheCnnAlone()
    {
        Dictionary<string, string> shapes = ShapesOf(NetworkVariant.Cnn, options => options.CnnHiddenSize = 11);

        shapes["classifier.hidden.weight"].Should().Be($"11, {4 * 4 * 6}");
        shapes["classifier.linear.weight"].Should().Be("3, 11");
        LogitsOf(NetworkVariant.CnnLstm, options => options.CnnHiddenSize = 11).Should().Equal(LogitsOf(NetworkVariant.CnnLstm, _ => { }));
    }

    [Fact]
    public void Bind_FromConfiguration_SetsEveryOption()
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Labels"] = "calm, tense",
            ["ImageHeight"] = "40",
            ["ImageWidth"] = "56",
            ["CropHeight"] = "32",
            ["CropWidth"] = "44",
            ["PixelMean"] = "0.1",
            ["PixelStandardDeviation"] = "0.9",
            ["BackboneStages:0:KernelSize"] = "1",
            ["BackboneStages:0:Channels"] = "8",
            ["BackboneStages:1:KernelSize"] = "3",
            ["BackboneStages:1:Channels"] = "16",
            ["BackboneStages:1:Pool"] = "true",
            ["BatchNorm"] = "false",
            ["Scoring"] = "ScaledDot",
            ["LocalAttentionScaling"] = "AsPrinted",
            ["LstmHiddenSize"] = "64",
            ["LstmLayers"] = "3",
            ["Bidirectional"] = "true",
            ["CnnHiddenSize"] = "32",
            ["Dropout"] = "0.3",
            ["Seed"] = "9",
        }).Build();
        var options = new ExpressionNetworkOptions();

        configuration.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);

        options.Should().BeEquivalentTo(new ExpressionNetworkOptions
        {
            Labels = new ExpressionLabels("calm", "tense"),
            ImageHeight = 40,
            ImageWidth = 56,
            CropHeight = 32,
            CropWidth = 44,
            PixelMean = 0.1,
            PixelStandardDeviation = 0.9,
            BackboneStages = [new(1, 8), new(3, 16, Pool: true)],
            BatchNorm = false,
            Scoring = AttentionScoring.ScaledDot,
            LocalAttentionScaling = LocalAttentionScaling.AsPrinted,
            LstmHiddenSize = 64,
            LstmLayers = 3,
            Bidirectional = true,
            CnnHiddenSize = 32,
            Dropout = 0.3,
            Seed = 9,
        });
    }

    [Fact]
    public void Bind_UnknownKey_IsAnError()
    {
        IConfigurationRoot configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["LstmHidenSize"] = "64" }).Build();

        configuration.Invoking(c => c.Bind(new ExpressionNetworkOptions(), binder => binder.ErrorOnUnknownConfiguration = true))
            .Should().Throw<InvalidOperationException>().WithMessage("*LstmHidenSize*");
    }
}
