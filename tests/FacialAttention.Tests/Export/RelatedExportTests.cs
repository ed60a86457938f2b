using FacialAttention.Tests.Networks;
using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Export;

/// <summary>
/// Networks of related work as ONNX files: on ONNX Runtime, and in its recogniser, what they give on TorchSharp, to 1e-5 of the largest logit.
/// </summary>
public sealed class RelatedExportTests : IDisposable
{
    private static readonly RecognitionOptions WithAttention = new() { IncludeAttention = true };

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");

    public static TheoryData<string> Networks { get; } = ["pACNN", "gACNN", "pACNN of one stage", "FERAtt", "FERAtt without blocks and embedding"];

    public void Dispose() => File.Delete(_path);

    [Theory]
    [MemberData(nameof(Networks))]
    public void Export_EachNetwork_GivesTheSameNumbers(string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using FaceNetwork network = Create(name);
        network.Calibration = new Calibration { Temperature = 2 };
        using var model = new OnnxModel(network, new OnnxExportOptions { IncludeAttention = true });

        foreach (int count in (int[])[1, 5])
        {
            Tensor images = ImagesOf(network, count);
            ShouldAgree(model.Run(images), network.Explain(images));
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Export_HalfPrecisionOfRoundedWeights_GivesTheSameNumbers(string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using FaceNetwork exact = Create(name);
        using var file = new MemoryStream();
        Checkpoint.Save(file, exact, halfPrecision: true);
        file.Position = 0;
        using var network = Checkpoint.Load<FaceNetwork>(file);
        network.Calibration = new Calibration { Temperature = 2 };
        using var model = new OnnxModel(network, new OnnxExportOptions { HalfPrecision = true, IncludeAttention = true });
        Tensor images = ImagesOf(network, 3);

        ShouldAgree(model.Run(images), network.Explain(images));
    }

    /// <summary>Landmarks are an input that may be left out: without them those of an aligned face are taken.</summary>
    [Fact]
    public void Export_Landmarks_AreAnInputWithADefault()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var network = (PatchGatedCnn)Create("gACNN");
        network.Calibration = new Calibration { Temperature = 2 };
        using var model = new OnnxModel(network, new OnnxExportOptions { IncludeAttention = true });
        Tensor images = TinyPatches.Images(), landmarks = TinyPatches.Landmarks();

        ShouldAgree(model.Run(images, landmarks), network.Explain(images, landmarks));
        ShouldAgree(model.Run(images), network.Explain(images));
        Numbers.ValuesOf(model.Run(images, landmarks)["logits"]).Should().NotEqual(Numbers.ValuesOf(model.Run(images)["logits"]));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Recognize_BothEngines_GiveTheSameProbabilitiesAndMaps(string name)
    {
        FaceNetwork network = Create(name);
        ImageSize size = network.Describe().Preprocessing.Size;
        OnnxExporter.Export(_path, network, new OnnxExportOptions { IncludeAttention = true });
        using var torchRecognizer = new TorchExpressionRecognizer(network, WithAttention);
        using var onnxRecognizer = OnnxExpressionRecognizer.Load(_path, options: WithAttention);
        FaceImage[] faces = [.. Enumerable.Range(0, 3).Select(i => SyntheticFaces.Draw(FacialExpression.Happy, i, 1, size))];

        IReadOnlyList<ExpressionPrediction> expected = torchRecognizer.Recognize(faces), actual = onnxRecognizer.Recognize(faces);

        onnxRecognizer.Description.Should().Be(torchRecognizer.Description);
        for (int face = 0; face < faces.Length; face++)
        {
            ShouldBeNear(actual[face].Probabilities, expected[face].Probabilities);
            AttentionMap there = expected[face].Attention.Should().ContainSingle().Subject;
            AttentionMap here = actual[face].Attention.Should().ContainSingle().Subject;
            there.Layer.Should().Be(name.StartsWith("FERAtt", StringComparison.Ordinal) ? "attention_mask" : "patch_gates");
            (here.Layer, here.GridHeight, here.GridWidth).Should().Be((there.Layer, there.GridHeight, there.GridWidth));
            ShouldBeNear(here.Weights, there.Weights);
        }
    }

    [Fact]
    public void Load_CheckpointOfAnyFamily_Recognises()
    {
        using (FaceNetwork network = Create("pACNN"))
        {
            Checkpoint.Save(_path, network);
        }

        using var recognizer = TorchExpressionRecognizer.Load(_path);
        recognizer.Recognize(SyntheticFaces.Draw(FacialExpression.Sad, 1, 1)).Probabilities.Should().HaveCount(3);
        recognizer.Description.Variant.Should().Be("pACNN");
    }

    private static void ShouldBeNear(IEnumerable<float> actual, IEnumerable<float> expected) =>
        actual.Zip(expected, (got, wanted) => Math.Abs(got - wanted)).Max().Should().BeLessThan(1e-5f);

    private static void ShouldAgree(Dictionary<string, Tensor> actual, (Tensor Logits, IReadOnlyList<LayerAttention> Attention) expected)
    {
        (Tensor logits, IReadOnlyList<LayerAttention> attention) = expected;
        LayerAttention layer = attention.Single();
        actual.Keys.Should().BeEquivalentTo(["logits", "probabilities", layer.Layer]);
        double tolerance = 1e-5 * Math.Max(1, logits.abs().max().ToDouble());
        Numbers.ShouldBe(actual["logits"], Numbers.ArrayOf<double[,]>(logits), tolerance);
        Numbers.ShouldBe(actual["probabilities"], Numbers.ArrayOf<double[,]>((logits / 2).softmax(1)), 1e-5);
        Numbers.ShouldBe(actual[layer.Layer], Numbers.ArrayOf<double[,]>(layer.Weights), 1e-5);
    }

    private static FaceNetwork Create(string name)
    {
        PatchGatedCnnOptions patches = TinyPatches.Options(globalBranch: name == "gACNN");
        if (name == "pACNN of one stage")
        {
            (patches.TrunkStages, patches.PatchSize) = ([new(3, 3)], 4);
        }

        FerAttNetworkOptions whole = TinyFerAtt.Options();
        if (name == "FERAtt without blocks and embedding")
        {
            (whole.ResidualBlocks, whole.EmbeddingSize, whole.ClassifierChannels) = (0, null, [3, 4, 5]);
        }

        FaceNetwork network = name.StartsWith("FERAtt", StringComparison.Ordinal) ? new FerAttNetwork(whole) : new PatchGatedCnn(patches);
        Numbers.Randomise(network, 5);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (Tensor weight in network.state_dict().Values.Where(weight => weight.ndim > 1))
        {
            weight.mul_(2 / Math.Sqrt(weight[0].numel()));
        }

        network.eval();
        return network;
    }

    private static Tensor ImagesOf(FaceNetwork network, int count)
    {
        (int height, int width) = network.Describe().Preprocessing.Size;
        return Numbers.RandomImages(count, ScalarType.Float32, count, 1, height, width);
    }
}
