using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Networks;

public sealed class ExpressionNetworkTests
{
    public static TheoryData<NetworkVariant> Variants { get; } = Cases.Of<NetworkVariant>();

    public static TheoryData<NetworkVariant, bool> VariantsAndModes { get; } = Cases.Of<NetworkVariant, bool>(true, false);

    private static Tensor Images(ScalarType dtype = ScalarType.Float32, int n = 2) =>
        Numbers.RandomImages(1, dtype, n, 1, TinyNetwork.Height, TinyNetwork.Width);

    /// <summary>
    /// The paper's Figure 2 in plain loops; step h * W + w of the sequence is place (h, w) of the map, or step w * H + h by columns.
    /// </summary>
    private static double[,] PlainLogits(ExpressionNetwork network, Tensor images, bool training, bool byColumns = false)
    {
        ExpressionNetworkOptions options = network.Options;
        Dictionary<string, Tensor> state = network.state_dict();
        double[,,,] x = Numbers.ArrayOf<double[,,,]>(images);
        (int n, int height, int width) = (x.GetLength(0), x.GetLength(2), x.GetLength(3));
        for (int i = 0; i < x.Length; i++)
        {
            (int image, int row, int column) = (i / (height * width), i / width % height, i % width);
            x[image, 0, row, column] = (x[image, 0, row, column] - options.PixelMean) / options.PixelStandardDeviation;
        }

        x = PlainLayers.Backbone(x, options.BackboneStages!, state, "backbone.", training);
        (int channels, height, width) = (x.GetLength(1), x.GetLength(2), x.GetLength(3));
        var flat = new double[n, channels * height * width];
        var sequence = new double[n, height * width, channels];
        for (int i = 0; i < x.Length; i++)
        {
            (int image, int c) = (i / (channels * height * width), i / (height * width) % channels);
            (int h, int w) = (i / width % height, i % width);
            flat[image, (((c * height) + h) * width) + w] = x[image, c, h, w];
            sequence[image, byColumns ? (w * height) + h : (h * width) + w, c] = x[image, c, h, w];
        }

        double[,,] Attended() => PlainLayers.LocalAttention(
            sequence, state, "local_attention.", options.Scoring, options.LocalAttentionScaling);
        double[,] Classified(double[,,] steps, SequencePooling pooling) => PlainLayers.Classifier(
            steps, state, "classifier.", options.LstmLayers, pooling, options.Scoring, options.Bidirectional);
        return network.Variant switch
        {
            NetworkVariant.Cnn => PlainLayers.CnnHead(flat, state, "classifier."),
            NetworkVariant.CnnLstm => Classified(sequence, SequencePooling.Mean),
            NetworkVariant.AcnnLstm => Classified(Attended(), SequencePooling.Mean),
            NetworkVariant.CnnAlstm => Classified(sequence, SequencePooling.Attention),
            NetworkVariant.AcnnAlstm => Classified(Attended(), SequencePooling.Attention),
            _ => throw new NotSupportedException($"{network.Variant} needs its figure here."),
        };
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Forward_DefaultNetwork_GivesLogits(NetworkVariant variant)
    {
        using var network = new ExpressionNetwork(variant);
        using Tensor images = Numbers.RandomImages(1, ScalarType.Float32, 2, 1, 48, 48);
        using Tensor logits = network.call(images);

        logits.shape.Should().Equal(2, 7);
        logits.dtype.Should().Be(ScalarType.Float32);
        Numbers.ValuesOf(logits).Should().OnlyContain(logit => double.IsFinite(logit)).And.OnlyHaveUniqueItems();
        network.training.Should().BeTrue();
        network.Variant.Should().Be(variant);
    }

    [Theory]
    [InlineData(33, 50)]
    [InlineData(16, 16)]
    [InlineData(17, 90)]
    public void Forward_AnySizeFrom16_IsAcceptedByVariantsWithLstm(int height, int width)
    {
        using Tensor images = Numbers.RandomImages(1, ScalarType.Float32, 3, 1, height, width);
        foreach (NetworkVariant variant in Enum.GetValues<NetworkVariant>().Except([NetworkVariant.Cnn]))
        {
            using var network = new ExpressionNetwork(variant, new ExpressionNetworkOptions { LstmHiddenSize = 16 });
            using Tensor logits = network.call(images);

            logits.shape.Should().Equal(3, 7);
        }
    }

    [Theory]
    [MemberData(nameof(VariantsAndModes))]
    public void Forward_AnyWeights_EqualsPlainLoops(NetworkVariant variant, bool training)
    {
        using var network = TinyNetwork.Create(variant);
        Numbers.Randomise(network, 60);
        network.train(training);
        network.to(ScalarType.Float64);
        using Tensor images = Images(ScalarType.Float64);
        double[,] expected = PlainLogits(network, images, training);

        using Tensor logits = network.call(images);

        Numbers.ShouldBe(logits, expected, 1e-10);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Forward_OtherReadings_EqualPlainLoops(NetworkVariant variant)
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        options.BatchNorm = false;
        options.Scoring = AttentionScoring.ScaledDot;
        options.LocalAttentionScaling = LocalAttentionScaling.AsPrinted;
        (options.PixelMean, options.PixelStandardDeviation) = (0.2, 0.7);
        using var network = new ExpressionNetwork(variant, options);
        Numbers.Randomise(network, 60);
        using Tensor images = Images();
        double[,] expected = PlainLogits(network, images, training: true);

        using Tensor logits = network.call(images);

        Numbers.ShouldBe(logits, expected, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Forward_Bidirectional_EqualsPlainLoops(NetworkVariant variant)
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        options.Bidirectional = true;
        using var network = new ExpressionNetwork(variant, options);
        Numbers.Randomise(network, 60);
        using Tensor images = Images();
        double[,] expected = PlainLogits(network, images, training: true);

        using Tensor logits = network.call(images);

        Numbers.ShouldBe(logits, expected, 1e-5);
    }

    [Theory]
    [MemberData(nameof(VariantsAndModes))]
    public void Forward_WithCrop_SeesTheCentreAlone(NetworkVariant variant, bool training)
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        (options.ImageHeight, options.ImageWidth, options.CropHeight, options.CropWidth) = (21, 34, 16, 24);
        using var network = new ExpressionNetwork(variant, options);
        using ExpressionNetwork plain = TinyNetwork.Create(variant); // of the size of the crop
        Numbers.Randomise(network, 60);
        Numbers.Randomise(plain, 60);
        network.train(training);
        plain.train(training);
        using Tensor images = Numbers.RandomImages(1, ScalarType.Float32, 2, 1, 21, 34);
        using Tensor centre = images[.., .., 2..18, 5..29].contiguous(); // margins 5 and 10

        using Tensor logits = network.call(images);
        using Tensor logitsOfCentre = network.call(centre);
        using Tensor expected = plain.call(centre);

        Numbers.ValuesOf(logits).Should().Equal(Numbers.ValuesOf(expected));
        Numbers.ValuesOf(logitsOfCentre).Should().Equal(Numbers.ValuesOf(expected));
        network.MultiplyAdds.Should().Be(plain.MultiplyAdds);
        network.ParameterCount.Should().Be(plain.ParameterCount);
        LayerChecks.LeavesItsInputAlone(network.call, images);
        LayerChecks.LeavesNoTensorBehind(network.call, images);
    }

    [Theory]
    [InlineData(15, 24, "expects images of shape [N, 1, H, W] with N of at least 1 and H and W of at least 16; got [1, 1, 15, 24].*")]
    [InlineData(17, 24, "sees the centre of [N, 1, 18, 20] of its images; expected images of at least that size, got [1, 1, 17, 24].*")]
    [InlineData(20, 19, "sees the centre of [N, 1, 18, 20] of its images; expected images of at least that size, got [1, 1, 20, 19].*")]
    public void Forward_SmallerThanTheCrop_SaysWhatWasGotAndExpected(int height, int width, string message)
    {
        using var network = new ExpressionNetwork(NetworkVariant.AcnnAlstm, CropOptions());
        using Tensor images = zeros(1, 1, height, width);

        network.Invoking(n => n.call(images)).Should().ThrowExactly<ArgumentException>().WithParameterName("images")
            .WithMessage($"ExpressionNetwork ACNN-ALSTM {message}");
    }

    [Theory]
    [InlineData(18, 20, true)]
    [InlineData(20, 30, true)]
    [InlineData(18, 30, false)]
    [InlineData(20, 20, false)]
    [InlineData(19, 25, false)]
    [InlineData(40, 60, false)]
    public void Forward_CnnWithCrop_TakesWholeFacesAndCropsAlone(int height, int width, bool taken)
    {
        using var network = new ExpressionNetwork(NetworkVariant.Cnn, CropOptions());
        using Tensor images = zeros(1, 1, height, width);

        if (taken)
        {
            using Tensor logits = network.call(images);
            logits.shape.Should().Equal(1, 3);
        }
        else
        {
            network.Invoking(n => n.call(images)).Should().ThrowExactly<ArgumentException>().WithParameterName("images").WithMessage(
                "ExpressionNetwork CNN was built for images of shape [N, 1, 20, 30] or [N, 1, 18, 20]; "
                + $"got [1, 1, {height}, {width}]. Set ImageHeight and ImageWidth, or *");
        }
    }

    private static ExpressionNetworkOptions CropOptions()
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        (options.ImageHeight, options.ImageWidth, options.CropHeight, options.CropWidth) = (20, 30, 18, 20);
        return options;
    }

    [Fact]
    public void Forward_NonSquareMap_IsSerialisedRowByRow()
    {
        using var network = TinyNetwork.Create(NetworkVariant.CnnLstm);
        Numbers.Randomise(network, 60);
        network.eval();
        using Tensor images = Images(n: 1);
        using Tensor logits = network.call(images);

        double[,] byRows = PlainLogits(network, images, training: false);
        double[,] byColumns = PlainLogits(network, images, training: false, byColumns: true);

        Numbers.ShouldBe(logits, byRows, 1e-5);
        byRows.Cast<double>().Zip(byColumns.Cast<double>(), (a, b) => Math.Abs(a - b)).Max().Should().BeGreaterThan(1e-3);
    }

    [Fact]
    public void Constructor_ThatThrows_LeavesNothingThatTheCollectorStumblesOver()
    {
        Action construct = () => new ExpressionNetwork((NetworkVariant)99).Dispose();
        construct.Should().Throw<ArgumentException>();

        // An exception in a finalizer would end the process.
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    [Fact]
    public void Forward_CnnOnItsOwnSize_Works()
    {
        using var network = new ExpressionNetwork(NetworkVariant.Cnn, new ExpressionNetworkOptions { ImageHeight = 40, ImageWidth = 56 });
        using Tensor images = Numbers.RandomImages(1, ScalarType.Float32, 2, 1, 40, 56);
        using Tensor logits = network.call(images);

        logits.shape.Should().Equal(2, 7);
    }

    [Theory]
    [InlineData(56, 40)]
    [InlineData(40, 57)]
    [InlineData(39, 56)]
    [InlineData(48, 48)]
    public void Forward_CnnOnAnotherSize_SaysWhichOptionsToSet(int height, int width)
    {
        using var network = new ExpressionNetwork(NetworkVariant.Cnn, new ExpressionNetworkOptions { ImageHeight = 40, ImageWidth = 56 });
        using Tensor images = zeros(1, 1, height, width);

        network.Invoking(n => n.call(images)).Should().ThrowExactly<ArgumentException>().WithParameterName("images").WithMessage(
            $"ExpressionNetwork CNN was built for images of shape [N, 1, 40, 56]; got [1, 1, {height}, {width}]. "
            + "Set ImageHeight and ImageWidth, or use a variant with an LSTM, which takes any size.*");
    }

    [Theory]
    [InlineData("48, 48")]
    [InlineData("1, 48, 48")]
    [InlineData("1, 1, 1, 48, 48")]
    [InlineData("2, 3, 48, 48")]
    [InlineData("2, 48, 48, 1")]
    [InlineData("0, 1, 48, 48")]
    [InlineData("2, 1, 15, 48")]
    [InlineData("2, 1, 48, 15")]
    [InlineData("2, 1, 0, 48")]
    public void Forward_WrongShape_SaysWhatWasGotAndExpected(string shape)
    {
        foreach (NetworkVariant variant in Enum.GetValues<NetworkVariant>())
        {
            using var network = TinyNetwork.Create(variant);

            LayerChecks.RefusesShape(
                network.call,
                shape,
                $"ExpressionNetwork {variant.PaperName} expects images of shape [N, 1, H, W] "
                + "with N of at least 1 and H and W of at least 16",
                "images");
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Forward_WrongDtypeDeviceOrNull_SaysWhatWasGotAndExpected(NetworkVariant variant)
    {
        using var network = TinyNetwork.Create(variant);
        using Tensor images = Images();

        LayerChecks.RefusesOtherDtypeDeviceAndNull(network.call, images, $"ExpressionNetwork {variant.PaperName}", "images");
    }

    [Fact]
    public void Constructor_UndefinedVariant_IsRefused()
    {
        FluentActions.Invoking(() => new ExpressionNetwork((NetworkVariant)5)).Should().ThrowExactly<ArgumentOutOfRangeException>()
            .WithMessage("variant is 5; expected one of Cnn, CnnLstm, AcnnLstm, CnnAlstm, AcnnAlstm.*");
    }

    [Theory]
    [MemberData(nameof(VariantsAndModes))]
    public void Backward_TinyNetwork_ReachesEveryParameterAndMatchesDifferences(NetworkVariant variant, bool training)
    {
        using var network = TinyNetwork.Create(variant);
        Numbers.Randomise(network, 60);
        network.train(training);
        using Tensor images = Images();

        LayerChecks.GradientReachesEveryParameter(network, images, LayerOf);
        network.zero_grad();
        LayerChecks.GradientsMatchFiniteDifferences(network, images);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Backward_FreshPaperNetwork_ReachesEveryParameter(NetworkVariant variant)
    {
        using var network = new ExpressionNetwork(variant, new ExpressionNetworkOptions { LstmHiddenSize = 128 });
        using Tensor images = Numbers.RandomImages(1, ScalarType.Float32, 3, 1, 48, 48);

        LayerChecks.GradientReachesEveryParameter(network, images, LayerOf);
    }

    /// <summary>backbone, local_attention, and of the classifier its LSTM, attention and linear layers.</summary>
    private static string LayerOf(string parameter) => string.Join('.', parameter.Split('.').Take(parameter.StartsWith('c') ? 2 : 1));

    [Theory]
    [MemberData(nameof(Variants))]
    public void StateDict_LoadedIntoAnother_GivesEqualOutput(NetworkVariant variant)
    {
        using var network = TinyNetwork.Create(variant);
        using var other = TinyNetwork.Create(variant);
        using Tensor images = Images();

        LayerChecks.StateDictCarriesTheOutput(network, other, images);
    }

    [Theory]
    [MemberData(nameof(VariantsAndModes))]
    public void Forward_ManyTimes_LeavesNoTensorBehind(NetworkVariant variant, bool training)
    {
        using var network = TinyNetwork.Create(variant);
        network.train(training);
        using Tensor images = Images();

        LayerChecks.LeavesNoTensorBehind(network.call, images);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Forward_ThousandPredictions_KeepLiveTensorsConstant(NetworkVariant variant)
    {
        using var network = TinyNetwork.Create(variant);
        network.eval();
        using var noGrad = no_grad();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 1000; i++)
        {
            using (NewDisposeScope())
            {
                Tensor probabilities = network.call(zeros(1, 1, TinyNetwork.Height, TinyNetwork.Width)).softmax(1);
                probabilities.argmax(1).ToInt64().Should().BeInRange(0, 2);
            }
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Constructor_InsideACallersScope_KeepsItsWeights(NetworkVariant variant)
    {
        using Tensor images = Images();

        LayerChecks.OwnsItsWeights(() => TinyNetwork.Create(variant), images);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Forward_Input_IsLeftAlone(NetworkVariant variant)
    {
        using var network = TinyNetwork.Create(variant);
        using Tensor images = Images();

        LayerChecks.LeavesItsInputAlone(network.call, images);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Seed_EqualOrOther_GivesEqualOrOtherWeights(NetworkVariant variant)
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        options.Seed = 5;
        manual_seed(111);
        using var first = new ExpressionNetwork(variant, options);
        manual_seed(222);
        using var second = new ExpressionNetwork(variant, options);
        options.Seed = 6;
        using var third = new ExpressionNetwork(variant, options);

        Dictionary<string, string> weights = Numbers.BitsOf(first);
        Numbers.BitsOf(second).Should().Equal(weights);
        Dictionary<string, string> others = Numbers.BitsOf(third);
        foreach (string key in weights.Keys.Where(key => !key.Contains(".norm.", StringComparison.Ordinal)))
        {
            others[key].Should().NotBe(weights[key], key);
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Constructor_Generator_IsLeftAsItWas(NetworkVariant variant)
    {
        using Tensor before = get_rng_state();
        byte[] expected = before.bytes.ToArray();

        TinyNetwork.Create(variant).Dispose();

        using Tensor after = get_rng_state();
        after.bytes.ToArray().Should().Equal(expected);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void StateDict_EveryKey_StartsWithItsPart(NetworkVariant variant)
    {
        using var network = TinyNetwork.Create(variant);
        string[] keys = [.. network.state_dict().Keys];

        keys.Select(key => key.Split('.')[0]).Distinct().Should().BeEquivalentTo(
            variant.HasLocalAttention ? ["backbone", "local_attention", "classifier"] : (string[])["backbone", "classifier"]);
        keys.Where(key => key.StartsWith(ExpressionNetworkFormat.LastLayerPrefix, StringComparison.Ordinal))
            .Should().BeEquivalentTo("classifier.linear.weight", "classifier.linear.bias");
    }
}
