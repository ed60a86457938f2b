using FacialAttention.Tests.Networks;
using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Export;

/// <summary>
/// An exported file gives on ONNX Runtime what the network gives on TorchSharp: logits, attention and probabilities within 1e-5, relative
/// to the largest logit where that is above 1.
/// </summary>
public sealed class OnnxParityTests
{
    public static TheoryData<NetworkVariant> Variants { get; } = Cases.Of<NetworkVariant>();

    public static TheoryData<NetworkVariant, string> OptionMatrix { get; } =
        Cases.Of<NetworkVariant, string>([.. Changes.Keys]);

    private static Dictionary<string, Action<ExpressionNetworkOptions>> Changes => new()
    {
        ["defaults"] = _ => { },
        ["dot"] = options => options.Scoring = AttentionScoring.Dot,
        ["scaled dot, as printed"] = options =>
        {
            options.Scoring = AttentionScoring.ScaledDot;
            options.LocalAttentionScaling = LocalAttentionScaling.AsPrinted;
        },
        ["bidirectional"] = options => options.Bidirectional = true,
        ["one layer"] = options => options.LstmLayers = 1,
        ["four layers, bidirectional"] = options => (options.LstmLayers, options.Bidirectional) = (4, true),
        ["no batch norm"] = options => options.BatchNorm = false,
        ["crop with odd margins, dropout"] = options =>
        {
            options.ImageHeight = 21;
            options.ImageWidth = 24;
            options.CropHeight = 16;
            options.CropWidth = 19;
            options.Dropout = 0.5;
        },
        ["several convolutions a stage, no pool at the end"] = options => options.BackboneStages =
            [new(3, 4), new(3, 4), new(1, 6, Pool: true), new(7, 3), new(3, 5, Pool: true), new(1, 2), new(15, 3)],
        ["shortcuts and squeeze-excitation"] = options => options.BackboneStages = TinyNetwork.ResidualStages,
        ["shortcuts and squeeze-excitation, no batch norm, crop with odd margins"] = options =>
        {
            (options.BackboneStages, options.BatchNorm) = (TinyNetwork.ResidualStages, false);
            (options.ImageHeight, options.ImageWidth, options.CropHeight, options.CropWidth) = (21, 24, 16, 19);
        },
        ["two classes, other normalisation"] = options =>
        {
            options.Labels = new ExpressionLabels("yes", "no");
            options.PixelMean = 1.0 / 3;
            options.PixelStandardDeviation = 0.1;
        },
    };

    [Theory]
    [MemberData(nameof(OptionMatrix))]
    public void Export_EachVariantWithOptions_GivesTheSameNumbers(NetworkVariant variant, string change)
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        Changes[change](options);

        ShouldAgree(variant, options, batches: [1, 7, 64]);
    }

    /// <summary>Nothing is lost of weights that were rounded before: the same numbers, to the same tolerance.</summary>
    [Theory]
    [MemberData(nameof(OptionMatrix))]
    public void Export_HalfPrecisionOfRoundedWeights_GivesTheSameNumbers(NetworkVariant variant, string change)
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        Changes[change](options);
        using ExpressionNetwork randomised = Randomised(variant, options), network = Rounded(randomised);
        using var model = new OnnxModel(network, new OnnxExportOptions { HalfPrecision = true, IncludeAttention = true });
        using Tensor images = Images(options, 7);

        ShouldAgree(network, model, images, temperature: 1);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Export_PaperSizedNetworkOnDrawnFaces_GivesTheSameNumbers(NetworkVariant variant)
    {
        using ExpressionNetwork network = Randomised(variant, new ExpressionNetworkOptions { LstmHiddenSize = 128, LstmLayers = 1 });
        FaceDataset faces = SyntheticFaces.Generate(7, seed: 1);
        using Tensor images = tensor([.. faces.Pixels.ToArray().Select(pixel => pixel / 255f)], [7, 1, 48, 48]);
        using var model = new OnnxModel(network, new OnnxExportOptions { IncludeAttention = true });

        ShouldAgree(network, model, images, temperature: 1);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(2.5)]
    public void Export_Temperature_DividesTheLogitsOfTheProbabilitiesAlone(double temperature)
    {
        using ExpressionNetwork network = Randomised(NetworkVariant.AcnnAlstm, TinyNetwork.Options());
        using Tensor images = Images(network.Options, 3);
        network.Calibration = new Calibration { Temperature = temperature };
        using var model = new OnnxModel(network);

        ShouldAgree(network, model, images, temperature);
    }

    [Fact]
    public void Export_ScaledClasses_AreScaledBeforeTheProbabilities()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using ExpressionNetwork network = Randomised(NetworkVariant.AcnnAlstm, TinyNetwork.Options());
        Tensor images = Images(network.Options, 3);
        network.Calibration = new Calibration { Temperature = 0.5, Classes = [new(1.5, -0.5), new(0.75, 0), new(0.25, 1.25)] };
        network.eval();
        Tensor logits = network.call(images);
        using var model = new OnnxModel(network);

        Dictionary<string, Tensor> actual = model.Run(images);

        Tensor scaled = (logits / 0.5 * tensor(new[] { 1.5f, 0.75f, 0.25f })) + tensor(new[] { -0.5f, 0, 1.25f });
        Numbers.ShouldBe(actual["probabilities"], Numbers.ArrayOf<double[,]>(scaled.softmax(1)), 1e-6);
        Numbers.ShouldBe(actual["logits"], Numbers.ArrayOf<double[,]>(logits), 1e-5);
    }

    private static void ShouldAgree(NetworkVariant variant, ExpressionNetworkOptions options, int[] batches)
    {
        using ExpressionNetwork network = Randomised(variant, options);
        using var model = new OnnxModel(network, new OnnxExportOptions { IncludeAttention = true });
        foreach (int batch in batches)
        {
            using Tensor images = Images(options, batch);
            ShouldAgree(network, model, images, temperature: 1);
        }
    }

    private static void ShouldAgree(ExpressionNetwork network, OnnxModel model, Tensor images, double temperature)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        network.eval();
        Dictionary<string, Tensor> expected = AttentionOf(network, images);
        Tensor logits = network.call(images);
        expected.Add("logits", logits);
        expected.Add("probabilities", (logits / temperature).softmax(1));
        double tolerance = 1e-5 * Math.Max(1, logits.abs().max().ToDouble());

        Dictionary<string, Tensor> actual = model.Run(images);

        foreach ((string name, Tensor value) in actual)
        {
            Numbers.ShouldBe(value, Numbers.ArrayOf<double[,]>(expected[name]), name == "logits" ? tolerance : 1e-5);
        }

        actual.Keys.Should().Contain(["logits", "probabilities"]);
        actual["probabilities"].sum(1).sub(1).abs().max().ToDouble().Should().BeLessThan(1e-6);
    }

    private static ExpressionNetwork Rounded(ExpressionNetwork network)
    {
        using var file = new MemoryStream();
        Checkpoint.Save(file, network, halfPrecision: true);
        file.Position = 0;
        return Checkpoint.Load(file);
    }

    /// <summary>The distributions that the network reports.</summary>
    private static Dictionary<string, Tensor> AttentionOf(ExpressionNetwork network, Tensor images) =>
        network.Explain(images).Attention.ToDictionary(layer => layer.Layer, layer => layer.Weights);

    /// <summary>
    /// No weight, bias or statistic has a value that hides a mistake. Matrices and kernels get the size that training keeps them at, about
    /// one over the root of their inputs: larger ones make a network so steep that any order of summation gives other numbers.
    /// </summary>
    private static ExpressionNetwork Randomised(NetworkVariant variant, ExpressionNetworkOptions options)
    {
        var network = new ExpressionNetwork(variant, options);
        Numbers.Randomise(network, 5);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (Tensor weight in network.state_dict().Values.Where(weight => weight.ndim > 1))
        {
            weight.mul_(2 / Math.Sqrt(weight[0].numel()));
        }

        return network;
    }

    private static Tensor Images(ExpressionNetworkOptions options, int batch) =>
        Numbers.RandomImages(batch, ScalarType.Float32, batch, 1, options.ImageHeight, options.ImageWidth);
}
