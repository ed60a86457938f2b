using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Layers;

public sealed class ConvBackboneTests
{
    private static readonly ConvStage[] Small = [new(1, 3), new(3, 4, Pool: true), new(5, 3, Pool: true)];

    /// <summary>Rows of several convolutions, with squeeze-excitation and shortcuts of both kinds, alone and together.</summary>
    private static readonly ConvStage[] Residual =
    [
        new(3, 4, Convolutions: 2, Shortcut: true),
        new(1, 4, Pool: true, Shortcut: true, SqueezeExcitationReduction: 2),
        new(3, 5, Pool: true, Convolutions: 3, SqueezeExcitationReduction: 1),
        new(3, 3, Convolutions: 2, Shortcut: true, SqueezeExcitationReduction: 2),
    ];

    [Theory]
    [InlineData(48, 48, 6, 6)]
    [InlineData(48, 32, 6, 4)]
    [InlineData(17, 90, 3, 12)]
    [InlineData(33, 50, 5, 7)]
    [InlineData(1, 9, 1, 2)]
    public void Forward_PaperTable_HalvesTheSidesThreeTimesRoundingUp(int height, int width, int outHeight, int outWidth)
    {
        using var backbone = new ConvBackbone();
        using Tensor images = Numbers.Random(1, 2, 1, height, width);
        using Tensor features = backbone.call(images);

        features.shape.Should().Equal(2, 64, outHeight, outWidth);
        ConvBackbone.GridOf(ConvBackbone.Paper, new ImageSize(height, width)).Should().Be(new FeatureGrid(outHeight, outWidth));
        backbone.OutChannels.Should().Be(64);
    }

    [Fact]
    public void Paper_Rows_AreTheDocumentedTable()
    {
        ConvBackbone.Paper.Should().Equal(
            new ConvStage(1, 32), new ConvStage(5, 32, Pool: true), new ConvStage(3, 32, Pool: true), new ConvStage(5, 64, Pool: true));
        ConvBackbone.Paper.Invoking(rows => ((IList<ConvStage>)rows)[0] = new ConvStage(3, 8)).Should().Throw<NotSupportedException>();
    }

    [Fact]
    public void Forward_PoolByHand_TakesTheMaximumOfThreeByThreeAtEverySecondPlace()
    {
        using var backbone = new ConvBackbone([new(1, 1, Pool: true)], batchNorm: false);
        using var noGrad = no_grad();
        backbone.state_dict()["c1.conv.weight"].fill_(1);
        backbone.state_dict()["c1.conv.bias"].fill_(0);
        double[] pixels =
        [
            9, 1, 2, 3,
            1, 1, 4, 1,
            5, 1, 1, 8,
        ];
        using Tensor images = Numbers.Create(pixels, ScalarType.Float32, 1, 1, 3, 4);
        using Tensor features = backbone.call(images);

        // Windows of rows -1 to 1 and 1 to 3 (row 3 is padding), columns -1 to 1 and 1 to 3.
        features.shape.Should().Equal(1, 1, 2, 2);
        Numbers.ValuesOf(features).Should().Equal(9, 4, 5, 8);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public void Forward_SmallTable_EqualsPlainLoops(bool batchNorm, bool training)
    {
        using var backbone = new ConvBackbone(Small, inChannels: 2, batchNorm);
        Numbers.Randomise(backbone, 24);
        backbone.train(training);
        using Tensor images = Numbers.Random(1, 2, 2, 7, 10);
        double[,,,] expected = PlainLayers.Backbone(
            Numbers.ArrayOf<double[,,,]>(images), Small, backbone.state_dict(), "", training);
        expected.Cast<double>().Should().Contain(value => value > 0.1);

        using Tensor features = backbone.call(images);

        Numbers.ShouldBe(features, expected, 1e-5);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public void Forward_ShortcutsAndSqueezeExcitation_EqualsPlainLoops(bool batchNorm, bool training)
    {
        using var backbone = new ConvBackbone(Residual, inChannels: 2, batchNorm);
        Numbers.Randomise(backbone, 24);
        backbone.train(training);
        using Tensor images = Numbers.Random(1, 3, 2, 7, 10);
        double[,,,] expected = PlainLayers.Backbone(
            Numbers.ArrayOf<double[,,,]>(images), Residual, backbone.state_dict(), "", training);
        expected.Cast<double>().Should().Contain(value => value > 0.1);

        using Tensor features = backbone.call(images);

        Numbers.ShouldBe(features, expected, 1e-5 * Math.Max(1, expected.Cast<double>().Max()));
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void Forward_Shortcut_AddsTheInputBeforeReluByAConvolutionOnlyWhereChannelsDiffer(int channels, bool isConvolved)
    {
        using var backbone = new ConvBackbone([new(3, channels, Shortcut: true)], inChannels: 2, batchNorm: false);
        using var noGrad = no_grad();
        using Tensor images = Numbers.Random(1, 2, 2, 5, 8);
        Dictionary<string, Tensor> state = backbone.state_dict();
        state["c1.conv.weight"].fill_(0);
        state["c1.conv.bias"].fill_(-0.1);
        using var scope = NewDisposeScope();
        Tensor shortcut = isConvolved
            ? nn.functional.conv2d(images, state["c1.shortcut.conv.weight"], state["c1.shortcut.conv.bias"])
            : images;

        Tensor features = backbone.call(images);

        features.sub((shortcut - 0.1f).relu()).abs().max().ToDouble().Should().BeLessThan(1e-6);
        state.Keys.Any(key => key.Contains("shortcut", StringComparison.Ordinal)).Should().Be(isConvolved);
    }

    [Fact]
    public void Forward_SqueezeExcitationByHand_ScalesEachMapByTheSigmoidOfWhatTheMeansGive()
    {
        using var backbone = new ConvBackbone([new(1, 2, SqueezeExcitationReduction: 2)], batchNorm: false);
        using var noGrad = no_grad();
        Dictionary<string, Tensor> state = backbone.state_dict();
        Fill("conv.weight", 1, 3);
        Fill("conv.bias", 0, 0);
        Fill("squeeze_excitation.fc1.weight", 1, -0.25);
        Fill("squeeze_excitation.fc1.bias", 0.5);
        Fill("squeeze_excitation.fc2.weight", 2, -1);
        Fill("squeeze_excitation.fc2.bias", 0, 1);
        using Tensor images = Numbers.Create([1, 2, 3, 6, 0, 0], ScalarType.Float32, 1, 1, 2, 3); // of mean 2; the second map's is 6

        using Tensor features = backbone.call(images);

        double hidden = 2 - (0.25 * 6) + 0.5;
        double[] scales = [1 / (1 + Math.Exp(-2 * hidden)), 1 / (1 + Math.Exp(hidden - 1))];
        double[] pixels = [1, 2, 3, 6, 0, 0];
        double[] expected = [.. pixels.Select(pixel => pixel * scales[0]), .. pixels.Select(pixel => 3 * pixel * scales[1])];
        Numbers.ValuesOf(features).Zip(expected).Should().AllSatisfy(pair => pair.First.Should().BeApproximately(pair.Second, 1e-5));

        void Fill(string key, params double[] values) =>
            state[$"c1.{key}"].copy_(tensor(values).to(ScalarType.Float32).view_as(state[$"c1.{key}"]));
    }

    [Fact]
    public void Forward_PaperTable_EqualsPlainLoops()
    {
        using var backbone = new ConvBackbone();
        backbone.eval();
        using Tensor images = Numbers.Random(1, 1, 1, 9, 12);
        double[,,,] expected = PlainLayers.Backbone(
            Numbers.ArrayOf<double[,,,]>(images), ConvBackbone.Paper, backbone.state_dict(), "", training: false);

        using Tensor features = backbone.call(images);

        Numbers.ShouldBe(features, expected, 1e-5);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void StateDict_Keys_FollowTheTable(bool batchNorm)
    {
        using var backbone = new ConvBackbone(Small, inChannels: 2, batchNorm);
        string[] norm = ["norm.weight", "norm.bias", "norm.running_mean", "norm.running_var", "norm.num_batches_tracked"];
        string[] parts = ["conv.weight", .. batchNorm ? norm : ["conv.bias"]];

        backbone.state_dict().Keys.Should().BeEquivalentTo(Enumerable.Range(1, 3).SelectMany(i => parts.Select(part => $"c{i}.{part}")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void StateDict_KeysOfShortcutsAndSqueezeExcitation_FollowTheTable(bool batchNorm)
    {
        using var backbone = new ConvBackbone(Residual, inChannels: 2, batchNorm);
        string[] squeeze =
            ["squeeze_excitation.fc1.weight", "squeeze_excitation.fc1.bias", "squeeze_excitation.fc2.weight", "squeeze_excitation.fc2.bias"];

        backbone.state_dict().Keys.Should().BeEquivalentTo(
        [
            .. Layer("c1.", ""), .. Layer("c1.", "2"), .. Layer("c1.shortcut.", ""),
            .. Layer("c2.", ""), .. squeeze.Select(key => $"c2.{key}"),
            .. Layer("c3.", ""), .. Layer("c3.", "2"), .. Layer("c3.", "3"), .. squeeze.Select(key => $"c3.{key}"),
            .. Layer("c4.", ""), .. Layer("c4.", "2"), .. Layer("c4.shortcut.", ""), .. squeeze.Select(key => $"c4.{key}"),
        ]);
        backbone.state_dict()["c4.squeeze_excitation.fc1.weight"].shape.Should().Equal(1, 3); // 3 / 2, rounded down
        backbone.state_dict()["c1.shortcut.conv.weight"].shape.Should().Equal(4, 2, 1, 1);
        backbone.state_dict()["c3.conv2.weight"].shape.Should().Equal(5, 5, 3, 3);

        string[] Layer(string block, string number) => batchNorm
            ?
            [
                $"{block}conv{number}.weight", $"{block}norm{number}.weight", $"{block}norm{number}.bias", $"{block}norm{number}.running_mean",
                $"{block}norm{number}.running_var", $"{block}norm{number}.num_batches_tracked",
            ]
            : [$"{block}conv{number}.weight", $"{block}conv{number}.bias"];
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Backward_ShortcutsAndSqueezeExcitation_ReachesEveryParameterAndMatchesDifferences(bool batchNorm, bool training)
    {
        using var backbone = new ConvBackbone(Residual, inChannels: 2, batchNorm);
        Numbers.Randomise(backbone, 24);
        backbone.train(training);
        using Tensor images = Numbers.Random(1, 3, 2, 7, 10);

        LayerChecks.GradientReachesEveryParameter(backbone, images);
        backbone.zero_grad();
        LayerChecks.GradientsMatchFiniteDifferences(backbone, images);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Backward_SmallTable_ReachesEveryParameterAndMatchesDifferences(bool batchNorm, bool training)
    {
        using var backbone = new ConvBackbone(Small, inChannels: 2, batchNorm);
        Numbers.Randomise(backbone, 24);
        backbone.train(training);
        using Tensor images = Numbers.Random(1, 2, 2, 5, 6);

        LayerChecks.GradientReachesEveryParameter(backbone, images);
        backbone.zero_grad();
        LayerChecks.GradientsMatchFiniteDifferences(backbone, images);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Backward_PaperTable_ReachesEveryParameter(bool batchNorm)
    {
        using var backbone = new ConvBackbone(batchNorm: batchNorm);
        using Tensor images = Numbers.Random(1, 3, 1, 16, 24);

        LayerChecks.GradientReachesEveryParameter(backbone, images);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void StateDict_LoadedIntoAnother_GivesEqualOutput(bool batchNorm)
    {
        using var backbone = new ConvBackbone(Small, inChannels: 2, batchNorm);
        using var other = new ConvBackbone(Small, inChannels: 2, batchNorm);
        using Tensor images = Numbers.Random(1, 2, 2, 7, 10);

        LayerChecks.StateDictCarriesTheOutput(backbone, other, images);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public void Forward_ManyTimes_LeavesNoTensorBehind(bool batchNorm, bool training)
    {
        foreach (ConvStage[] stages in new[] { Small, Residual })
        {
            using var backbone = new ConvBackbone(stages, inChannels: 2, batchNorm);
            backbone.train(training);
            using Tensor images = Numbers.Random(1, 2, 2, 7, 10);

            LayerChecks.LeavesNoTensorBehind(backbone.call, images);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Constructor_InsideACallersScope_KeepsItsWeights(bool batchNorm)
    {
        using Tensor images = Numbers.Random(1, 2, 2, 7, 10);

        LayerChecks.OwnsItsWeights(() => new ConvBackbone(Small, inChannels: 2, batchNorm), images);
        LayerChecks.OwnsItsWeights(() => new ConvBackbone(Residual, inChannels: 2, batchNorm), images);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Forward_Input_IsLeftAlone(int kernelSize)
    {
        using var backbone = new ConvBackbone([new(kernelSize, 1)], batchNorm: false);
        using Tensor images = Numbers.Random(1, 2, 1, 4, 5);

        LayerChecks.LeavesItsInputAlone(backbone.call, images);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Forward_InputOfAShortcut_IsLeftAlone(int channels)
    {
        using var backbone = new ConvBackbone([new(3, channels, Shortcut: true, SqueezeExcitationReduction: 1)], batchNorm: false);
        using Tensor images = Numbers.Random(1, 2, 1, 4, 5);

        LayerChecks.LeavesItsInputAlone(backbone.call, images);
    }

    [Theory]
    [InlineData("2, 7, 10")]
    [InlineData("1, 2, 2, 7, 10")]
    [InlineData("2, 1, 7, 10")]
    [InlineData("2, 7, 10, 2")]
    [InlineData("0, 2, 7, 10")]
    [InlineData("2, 2, 0, 10")]
    [InlineData("2, 2, 7, 0")]
    public void Forward_WrongShape_SaysWhatWasGotAndExpected(string shape)
    {
        using var backbone = new ConvBackbone(Small, inChannels: 2);

        LayerChecks.RefusesShape(
            backbone.call,
            shape,
            "ConvBackbone expects images of shape [N, 2, H, W] with N of at least 1 and H and W of at least 1",
            "images");
    }

    [Fact]
    public void Forward_WrongDtypeDeviceOrNull_SaysWhatWasGotAndExpected()
    {
        using var backbone = new ConvBackbone(Small, inChannels: 2);
        using Tensor images = Numbers.Random(1, 2, 2, 7, 10);

        LayerChecks.RefusesOtherDtypeDeviceAndNull(backbone.call, images, "ConvBackbone", "images");
    }

    [Theory]
    [InlineData(0, 8, "Stage 2 of the backbone: KernelSize is 0; expected an odd number from 1 to 15.*")]
    [InlineData(4, 8, "Stage 2 of the backbone: KernelSize is 4; expected an odd number from 1 to 15.*")]
    [InlineData(-1, 8, "Stage 2 of the backbone: KernelSize is -1; expected an odd number from 1 to 15.*")]
    [InlineData(17, 8, "Stage 2 of the backbone: KernelSize is 17; expected an odd number from 1 to 15.*")]
    [InlineData(3, 0, "Stage 2 of the backbone: Channels is 0; expected 1 to 4096.*")]
    [InlineData(3, 4097, "Stage 2 of the backbone: Channels is 4097; expected 1 to 4096.*")]
    public void Constructor_RowOutsideItsRanges_SaysWhichAndWhatWasExpected(int kernelSize, int channels, string message)
    {
        Action act = () => _ = new ConvBackbone([new(1, 2), new(kernelSize, channels)]);

        act.Should().ThrowExactly<ArgumentException>().WithParameterName("stages").WithMessage(message);
    }

    [Theory]
    [InlineData(0, null, "Stage 2 of the backbone: Convolutions is 0; expected 1 to 8.*")]
    [InlineData(9, null, "Stage 2 of the backbone: Convolutions is 9; expected 1 to 8.*")]
    [InlineData(1, 0, "Stage 2 of the backbone: SqueezeExcitationReduction is 0; expected 1 to Channels, which is 6, or null.*")]
    [InlineData(1, -1, "Stage 2 of the backbone: SqueezeExcitationReduction is -1; expected 1 to Channels, which is 6, or null.*")]
    [InlineData(1, 7, "Stage 2 of the backbone: SqueezeExcitationReduction is 7; expected 1 to Channels, which is 6, or null.*")]
    public void Constructor_BlockOutsideItsRanges_SaysWhichAndWhatWasExpected(int convolutions, int? reduction, string message)
    {
        Action act = () => _ = new ConvBackbone([new(1, 2), new(3, 6, Convolutions: convolutions, SqueezeExcitationReduction: reduction)]);

        act.Should().ThrowExactly<ArgumentException>().WithParameterName("stages").WithMessage(message);
    }

    [Fact]
    public void Constructor_BlockAtTheBounds_Works()
    {
        using var backbone = new ConvBackbone([new(3, 6, Convolutions: 8, Shortcut: true, SqueezeExcitationReduction: 6)]);
        using Tensor images = Numbers.Random(1, 2, 1, 3, 4);
        using Tensor features = backbone.call(images);

        features.shape.Should().Equal(2, 6, 3, 4);
        backbone.state_dict()["c1.squeeze_excitation.fc1.weight"].shape.Should().Equal(1, 6);
    }

    [Fact]
    public void Constructor_NoRowTooManyRowsOrNull_SaysWhatWasExpected()
    {
        FluentActions.Invoking(() => new ConvBackbone([])).Should().ThrowExactly<ArgumentException>()
            .WithMessage("The backbone has 0 stages; expected 1 to 64.*");
        FluentActions.Invoking(() => new ConvBackbone([.. Enumerable.Repeat(new ConvStage(1, 1), 65)]))
            .Should().ThrowExactly<ArgumentException>().WithMessage("The backbone has 65 stages; expected 1 to 64.*");
        FluentActions.Invoking(() => new ConvBackbone([new(1, 1), null!])).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Stage 2 of the backbone: It is null.*");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_048_577)]
    public void Constructor_InChannelsOutsideItsRange_SaysWhatWasGotAndExpected(int inChannels)
    {
        Action act = () => _ = new ConvBackbone(inChannels: inChannels);

        act.Should().ThrowExactly<ArgumentOutOfRangeException>().WithMessage($"inChannels is {inChannels}; expected 1 to 1048576.*");
    }

    [Fact]
    public void Constructor_RowsAtTheBounds_Work()
    {
        using var backbone = new ConvBackbone([new(15, 1), new(1, 4096)], batchNorm: false);
        using Tensor images = Numbers.Random(1, 1, 1, 2, 3);
        using Tensor features = backbone.call(images);

        features.shape.Should().Equal(1, 4096, 2, 3);
    }

    [Fact]
    public void Constructor_AsManyRowsAsThereMayBe_Works()
    {
        using var backbone = new ConvBackbone([.. Enumerable.Repeat(new ConvStage(1, 1), 64)], batchNorm: false);

        backbone.parameters().Should().HaveCount(2 * 64);
    }

    [Fact]
    public void Constructor_TableEditedLater_ChangesNothing()
    {
        ConvStage[] table = [.. Small];
        using var backbone = new ConvBackbone(table, inChannels: 2);
        table[2] = new ConvStage(3, 99);
        using Tensor images = Numbers.Random(1, 2, 2, 7, 10);
        using Tensor features = backbone.call(images);

        features.shape.Should().Equal(2, 3, 2, 3);
        backbone.OutChannels.Should().Be(3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forward_PointwiseStage_ComputesAsPointwiseConvBlock(bool batchNorm)
    {
        using var backbone = new ConvBackbone([new(1, 4)], inChannels: 3, batchNorm);
        using var block = new PointwiseConvBlock(3, 4, batchNorm);
        Numbers.Randomise(block, 5);
        backbone.load_state_dict(block.state_dict().ToDictionary(entry => $"c1.{entry.Key}", entry => entry.Value));
        using Tensor images = Numbers.Random(1, 2, 3, 5, 7);
        using Tensor expected = block.call(images);
        using Tensor features = backbone.call(images);

        Numbers.ShouldBe(features, Numbers.ArrayOf<double[,,,]>(expected), 1e-6); // summed in another order: channels last
    }

    [Fact]
    public void Forward_PointwiseStageWithPool_PoolsBeforeReluLikeAnyOther()
    {
        using var backbone = new ConvBackbone([new(1, 4, Pool: true)], inChannels: 3, batchNorm: false);
        using Tensor images = Numbers.Random(1, 2, 3, 5, 8);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> state = backbone.state_dict();
        Tensor convolved = nn.functional.conv2d(images, state["c1.conv.weight"], state["c1.conv.bias"]);
        Tensor expected = nn.functional.max_pool2d(convolved.relu(), kernel_size: 3, stride: 2, padding: 1);
        Tensor features = backbone.call(images);

        features.shape.Should().Equal(2, 4, 3, 4);
        features.sub(expected).abs().max().ToDouble().Should().BeLessThan(1e-6);
    }
}
