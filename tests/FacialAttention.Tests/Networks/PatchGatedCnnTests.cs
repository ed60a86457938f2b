using FacialAttention.Tests.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Networks;

public sealed class PatchGatedCnnTests
{
    private static readonly FaceDataset Drawn = SyntheticFaces.Generate(16, seed: 1);

    // Full size, faces of 224x224 and seven labels, by hand (docs/related.md). Convolutions before a norm have no bias; a norm has 2 a channel.
    private const long Trunk = (9 * ((1 * 64) + (64 * 64) + (64 * 128) + (128 * 128) + (128 * 256) + (2 * 256 * 256) + (256 * 512) + (512 * 512)))
        + (2 * ((2 * 64) + (2 * 128) + (3 * 256) + (2 * 512)));

    private const long Gate = (512 * 128) + (2 * 128) + (128 * 64) + (2 * 64) + 64 + 2;
    private const long Unit = (2 * ((9 * 512 * 512) + (2 * 512))) + (36 * 512 * 64) + 64 + Gate;
    private const long Head = (24 * 64 * 1024) + 1024 + (1024 * 7) + 7;
    private const long Global = (3 * ((9 * 512 * 512) + (2 * 512))) + (14 * 14 * 512 * 512) + 512 + Gate + (512 * 1024);

    [Theory]
    [InlineData(false, Trunk + (24 * Unit) + Head, 150_246_263)]
    [InlineData(true, Trunk + (24 * Unit) + Head + Global, 209_306_425)]
    public void ParameterCount_FullSize_IsThatOfTheAuthors(bool globalBranch, long byHand, long expected)
    {
        PatchGatedCnnOptions options = PatchGatedCnnOptions.Full();
        options.GlobalBranch = globalBranch;
        using var shapes = new ShapesOnly();
        using var network = new PatchGatedCnn(options);

        byHand.Should().Be(expected);
        network.ParameterCount.Should().Be(expected);
    }

    // Small, faces of 48x48 and seven labels.
    //   trunk 9 * 16 + 2 * 16 = 176; 9 * 16 * 32 + 2 * 32 = 4,672              | 48 * 48 * (144 + 4,608)                = 10,948,608
    //   patches 24 * (9 * 32 * 16 + 9 * 16 * 16 + 4 * 16) = 167,424              | 36 * 24 * (4,608 + 2,304)              =  5,971,968
    //   features 24 * (36 * 16 * 16 + 16) = 221,568                              | 24 * 9,216                             =    221,184
    //   gates 24 * (256 + 32 + 256 + 32 + 16 + 2) = 14,256                       | 24 * (9 * 256 + 256 + 16)              =     61,824
    //   head 384 * 128 + 128 + 128 * 7 + 7 = 50,183                              | 49,152 + 896                           =     50,048
    //   face 2 * (9 * 32 * 32 + 64) = 18,560; 36 * 32 * 64 + 64 = 73,792         | 24 * 24 * 9,216 + 12 * 12 * 9,216 + 73,728 = 6,709,248
    //   its gate 32 * 16 + 32 + 256 + 32 + 16 + 2 = 850; head 64 * 128 = 8,192   | 9 * 512 + 256 + 16 + 8,192             =     13,072
    [Theory]
    [InlineData(false, 4_848 + 167_424 + 221_568 + 14_256 + 50_183, 10_948_608 + 5_971_968 + 221_184 + 61_824 + 50_048)]
    [InlineData(
        true,
        4_848 + 167_424 + 221_568 + 14_256 + 50_183 + 18_560 + 73_792 + 850 + 8_192,
        10_948_608 + 5_971_968 + 221_184 + 61_824 + 50_048 + 6_709_248 + 13_072)]
    public void ParameterCountAndMultiplyAdds_Defaults_ArePinned(bool globalBranch, long parameters, long multiplyAdds)
    {
        using var network = new PatchGatedCnn(new PatchGatedCnnOptions { GlobalBranch = globalBranch });

        (network.ParameterCount, network.MultiplyAdds).Should().Be((parameters, multiplyAdds));
    }

    [Theory]
    [InlineData(false, 24)]
    [InlineData(true, 25)]
    public void Explain_FacesThatAreNotSquare_GivesLogitsGatesAndWhereTheyAre(bool globalBranch, int gates)
    {
        using var scope = NewDisposeScope();
        using var network = new PatchGatedCnn(TinyPatches.Options(globalBranch));
        Numbers.Randomise(network, 100);
        network.eval();
        Tensor images = TinyPatches.Images(), landmarks = TinyPatches.Landmarks();

        (Tensor logits, IReadOnlyList<LayerAttention> attention) = network.Explain(images, landmarks);
        Tensor opened = network.ComputeGates(images, landmarks);

        logits.shape.Should().Equal(3, 3);
        opened.shape.Should().Equal(3, gates);
        Numbers.ValuesOf(opened).Should().OnlyContain(gate => gate > 0 && gate < 1);
        Numbers.ValuesOf(opened[0]).Should().NotEqual(Numbers.ValuesOf(opened[1]), "faces have gates of their own");
        LayerAttention layer = attention.Should().ContainSingle().Subject;
        (layer.Layer, layer.GridHeight, layer.GridWidth).Should().Be(("patch_gates", 9, 11));
        layer.Weights.shape.Should().Equal(3, 99);
        Numbers.ShouldBe(layer.Weights.sum(1), new double[] { 1, 1, 1 }, 1e-5);
        Numbers.ValuesOf(network.Logits(Batch(images, landmarks))).Should().Equal(Numbers.ValuesOf(logits));
        Numbers.ValuesOf(network.call(images)).Should().NotEqual(Numbers.ValuesOf(logits), "an aligned face has other landmarks");
    }

    [Fact]
    public void Forward_WithoutLandmarks_TakesThoseOfAnAlignedFace()
    {
        using var scope = NewDisposeScope();
        using var network = new PatchGatedCnn(TinyPatches.Options());
        network.eval();
        Tensor images = TinyPatches.Images();
        FaceLandmarks aligned = FaceLandmarks.Aligned(3, new ImageSize(TinyPatches.Height, TinyPatches.Width));
        Tensor landmarks = tensor(aligned.Points.ToArray(), [3, 68, 2]);

        Numbers.ValuesOf(network.call(images)).Should().Equal(Numbers.ValuesOf(network.Logits(Batch(images, landmarks))));
    }

    /// <summary>Faces of other sizes than the options' have the same weights.</summary>
    [Fact]
    public void Forward_OtherSizes_GivesLogits()
    {
        using var network = new PatchGatedCnn(TinyPatches.Options());
        using Tensor images = Numbers.RandomImages(1, ScalarType.Float32, 2, 1, 31, 16), logits = network.call(images);

        logits.shape.Should().Equal(2, 3);
    }

    /// <summary>All weights of the gates are zero but the last norm's biases, whose logistic functions the gates then are.</summary>
    [Fact]
    public void ComputeGates_ByHand_AreTheLogisticFunctionOfWhatTheirLayersSay()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = new PatchGatedCnn(TinyPatches.Options());
        network.eval();
        Dictionary<string, Tensor> state = network.state_dict();
        state["patches.conv3.weight"].zero_();
        state["patches.norm3.bias"].copy_(arange(24).to(ScalarType.Float32) / 4 - 3);

        double[,] gates = Numbers.ArrayOf<double[,]>(network.ComputeGates(TinyPatches.Images(2)));

        for (int patch = 0; patch < 24; patch++)
        {
            gates[0, patch].Should().BeApproximately(1 / (1 + Math.Exp(3 - (patch / 4.0))), 1e-6);
            gates[1, patch].Should().Be(gates[0, patch]);
        }
    }

    /// <summary>
    /// One patch of one cell's weights: the mean of the pooled map goes through every layer of the gate by hand, with its ring of padding.
    /// </summary>
    [Fact]
    public void GatedFeatures_ByHand_AreVectorsTimesGates()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var gated = new GatedFeatures(groups: 2, channels: 1, new ImageSize(2, 2), featureSize: 1, gateChannels: 1, gateHiddenSize: 1);
        gated.eval();
        Dictionary<string, Tensor> state = gated.state_dict();
        Set("feature.weight", 1, 0, 0, 1, 0, 2, 0, 0);
        Set("feature.bias", 0.5, -100);
        Set("conv.weight", 3, 1);
        Set("norm.bias", 1, 0);
        Set("conv2.weight", 2, 1);
        Set("conv3.weight", 0.5, -1);
        Set("norm3.bias", -4, 0);
        Tensor maps = tensor([1.0f, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2]);

        (Tensor features, Tensor gates) = gated.call(maps);

        // Norms of fresh statistics divide by the root of 1 + 1e-5. Group 1: the pool is 4, times 3 plus 1 is 13, around it eight times 1:
        // the mean is 21 / 9; times 2 is 14 / 3, times 0.5 is 7 / 3. Less 4 and through the logistic function. Group 2: 8 of 9, negated.
        double root = Math.Sqrt(1.00001);
        double first = 1 / (1 + Math.Exp(4 - (((12 / root) + 9) / 9 * 2 / root * 0.5 / root)));
        double second = 1 / (1 + Math.Exp(8 / root / 9 / root / root));
        Numbers.ShouldBe(gates, new[,] { { first, second } }, 1e-6);
        Numbers.ShouldBe(features, new[,,] { { { 5.5 * first }, { 0 } } }, 1e-6);

        void Set(string key, params double[] values) => state[key].copy_(tensor(values).reshape(state[key].shape));
    }

    [Fact]
    public void ComputeGates_ClosedGates_LeaveTheirPartsOut()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = new PatchGatedCnn(TinyPatches.Options());
        network.eval();
        Tensor images = TinyPatches.Images(1), covered = images.clone();
        covered[.., .., 12.., ..] = 1; // below the nose
        Tensor before = network.call(images), seen = network.call(covered);

        Tensor biases = network.state_dict()["patches.norm3.bias"];
        biases.fill_(-200); // All gates are closed: logits say nothing of the face.
        Numbers.ValuesOf(seen).Should().NotEqual(Numbers.ValuesOf(before));
        Numbers.ValuesOf(network.call(covered)).Should().Equal(Numbers.ValuesOf(network.call(images)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Backward_Batch_ReachesEveryParameter(bool globalBranch)
    {
        using var network = new PatchGatedCnn(TinyPatches.Options(globalBranch));
        using Tensor images = TinyPatches.Images(8);

        LayerChecks.GradientReachesEveryParameter(network, images, name => name);
        network.eval();
        LayerChecks.StateDictCarriesTheOutput(network, new PatchGatedCnn(TinyPatches.Options(globalBranch)), images);
        LayerChecks.LeavesItsInputAlone(network.call, images);
        LayerChecks.LeavesNoTensorBehind(network.call, images);
        LayerChecks.OwnsItsWeights(() => new PatchGatedCnn(TinyPatches.Options(globalBranch)), images);
    }

    [Fact]
    public void Backward_Landmarks_DecideWhichPixelsTheUnitsSee()
    {
        using var scope = NewDisposeScope();
        using var network = new PatchGatedCnn(TinyPatches.Options());
        network.eval();
        Tensor images = TinyPatches.Images(1).requires_grad_(), landmarks = zeros(1, 68, 2) + tensor([4.0f, 5.0f]);
        network.Logits(Batch(images, landmarks)).sum().backward();
        double[,,,] gradient = Numbers.ArrayOf<double[,,,]>(images.grad!);

        gradient.Cast<double>().Should().Contain(value => value != 0);
        gradient[0, 0, TinyPatches.Height - 1, TinyPatches.Width - 1].Should().Be(0, "every patch is at the upper left");
        gradient[0, 0, TinyPatches.Height - 1, 0].Should().Be(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fit_SixteenDrawnFaces_LearnsThemByHeart(bool globalBranch)
    {
        PatchGatedCnnOptions options = TinyPatches.Options(globalBranch);
        (options.ImageHeight, options.ImageWidth, options.Labels) = (Drawn.Size.Height, Drawn.Size.Width, Drawn.Labels);
        (options.PatchChannels, options.PatchFeatureSize, options.HiddenSize, options.PatchSize) = (4, 4, 16, 4);
        TrainingChecks.LearnsByHeart(new PatchGatedCnn(options), Drawn, 60);
    }

    [Fact]
    public void Fit_StoppedAndResumed_LosesNotABit() => TrainingChecks.ResumesToTheBit(
        () => new PatchGatedCnn(OptionsOfDrawn(globalBranch: true)),
        Drawn,
        new TrainerOptions
        {
            Iterations = 9, BatchSize = 8, ValidationInterval = 3, Augmentation = { MaxRotationDegrees = 10 }, Device = DevicePreference.Cpu,
        },
        iteration: 5,
        (new PatchGatedCnn(OptionsOfDrawn(globalBranch: false)), "*network/variant is \"gACNN\" there and \"pACNN\" here*"));

    [Theory]
    [InlineData(1, 68, 2, "expects landmarks of shape [3, 68, 2] for 3 faces; got [1, 68, 2]")]
    [InlineData(3, 5, 2, "expects landmarks of shape [3, 68, 2] for 3 faces; got [3, 5, 2]")]
    [InlineData(3, 68, 3, "expects landmarks of shape [3, 68, 2] for 3 faces; got [3, 68, 3]")]
    public void Explain_LandmarksOfAnotherShape_SaysWhatWasGotAndExpected(long n, long count, long axes, string message)
    {
        using var network = new PatchGatedCnn(TinyPatches.Options());
        using Tensor images = TinyPatches.Images(), landmarks = zeros(n, count, axes);

        network.Invoking(n => n.Explain(images, landmarks)).Should().ThrowExactly<ArgumentException>().WithMessage($"pACNN {message}*");
    }

    [Theory]
    [InlineData(float.NaN, 4, "(NaN, 4)")]
    [InlineData(4, float.PositiveInfinity, "(4, Infinity)")]
    [InlineData(-22, 4, "(-22, 4)")]
    [InlineData(44, 4, "(44, 4)")]
    [InlineData(4, -18.5, "(4, -18.5)")]
    [InlineData(4, 36, "(4, 36)")]
    public void Explain_LandmarkOutsideTheFaceOrNoNumber_IsNamed(float x, float y, string got)
    {
        using var network = new PatchGatedCnn(TinyPatches.Options());
        using Tensor images = TinyPatches.Images(), landmarks = TinyPatches.Landmarks();
        landmarks[2, 30, 0] = x;
        landmarks[2, 30, 1] = y;

        network.Invoking(n => n.Explain(images, landmarks)).Should().ThrowExactly<ArgumentException>().WithMessage(
            $"Landmark 30 of face 2 is at {got}; pACNN expects pixels of an image 22 wide and 18 high, at most so far outside it.*");
    }

    [Fact]
    public void Logits_LandmarksOfAnotherScheme_AreRefusedByName()
    {
        using var network = new PatchGatedCnn(TinyPatches.Options());
        using Tensor images = TinyPatches.Images(), landmarks = TinyPatches.Landmarks();
        FaceBatch batch = Batch(images, landmarks);
        var corners = new LandmarkScheme("mouth corners", 1, 0);

        network.Invoking(n => n.Logits(batch with { LandmarkScheme = corners })).Should().ThrowExactly<ArgumentException>().WithMessage(
            "pACNN expects landmarks of the scheme Points68; got the scheme 'mouth corners' of 2 points.*");
        network.Invoking(n => n.Logits(batch with { LandmarkScheme = null })).Should().ThrowExactly<ArgumentException>().WithMessage(
            "*got landmarks without a scheme*");
    }

    [Fact]
    public void Forward_FacesSmallerThanAPatch_SaysHowLargeTheyMustBe()
    {
        PatchGatedCnnOptions options = TinyPatches.Options();
        options.PatchSize = 9;
        using var network = new PatchGatedCnn(options);
        using Tensor images = Numbers.RandomImages(1, ScalarType.Float32, 2, 1, 22, 16);

        network.Invoking(n => n.call(images)).Should().ThrowExactly<ArgumentException>().WithMessage(
            "pACNN cuts patches of 9x9 cells out of maps of 11x8, which is what images of shape [2, 1, 22, 16] become; "
            + "expected faces of at least 17 pixels a side.*");
    }

    [Fact]
    public void Forward_OfWhatItWasNotBuiltFor_SaysWhatWasGotAndExpected()
    {
        using var network = new PatchGatedCnn(TinyPatches.Options(globalBranch: true));
        using Tensor other = Numbers.RandomImages(1, ScalarType.Float32, 2, 1, 22, 18), one = TinyPatches.Images(1);
        using Tensor colour = Numbers.RandomImages(1, ScalarType.Float32, 2, 3, 18, 22), precise = TinyPatches.Images(2, ScalarType.Float64);

        network.Invoking(n => n.call(other)).Should().ThrowExactly<ArgumentException>().WithMessage(
            "gACNN was built for images of shape [N, 1, 18, 22]; got [2, 1, 22, 18]*");
        network.Invoking(n => n.call(one)).Should().ThrowExactly<ArgumentException>().WithMessage("gACNN in training mode got one face*");
        network.Invoking(n => n.call(colour)).Should().ThrowExactly<ArgumentException>().WithMessage("gACNN expects images of shape [N, 1,*");
        network.Invoking(n => n.call(precise)).Should().ThrowExactly<ArgumentException>().WithMessage("*of dtype Float32*");
        network.Dispose();
        network.Invoking(n => n.ComputeGates(one)).Should().Throw<ObjectDisposedException>();
    }

    private static PatchGatedCnnOptions OptionsOfDrawn(bool globalBranch)
    {
        PatchGatedCnnOptions options = TinyPatches.Options(globalBranch);
        (options.ImageHeight, options.ImageWidth, options.Labels, options.Dropout) = (48, 48, Drawn.Labels, 0.5);
        return options;
    }

    private static FaceBatch Batch(Tensor images, Tensor landmarks) =>
        new(images, images) { Landmarks = landmarks, LandmarkScheme = LandmarkScheme.Points68 };
}
