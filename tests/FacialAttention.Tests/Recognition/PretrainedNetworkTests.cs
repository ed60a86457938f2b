using FacialAttention.Tests.Files;
using FacialAttention.Tests.Networks;
using FacialAttention.Tests.Torch;

namespace FacialAttention.Tests.Recognition;

/// <summary>The networks of src/Pretrained as the packages ship them.</summary>
public sealed class PretrainedNetworkTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "src", "Pretrained");

    public static TheoryData<PretrainedNetwork> Networks { get; } = Cases.Of<PretrainedNetwork>();

    [Fact]
    public void Files_OfTheFolder_AreThreeForEachNetwork() =>
        Directory.GetFiles(Folder).Select(Path.GetFileName).Should().BeEquivalentTo(
            from network in Enum.GetValues<PretrainedNetwork>()
            from ending in new[] { ".json", ".onnx", ".safetensors" }
            select $"{NameOf(network)}{ending}");

    [Theory]
    [MemberData(nameof(Networks))]
    public void Export_OnceMore_GivesTheBytesOfTheOnnxFileAndOfItsDescription(PretrainedNetwork network)
    {
        using var folder = new TemporaryFolder();
        using ExpressionNetwork stored = Checkpoint.Load(PathOf(network, ".safetensors"));
        string exported = folder.File("face.onnx");

        OnnxExporter.Export(exported, stored, new OnnxExportOptions { HalfPrecision = true, IncludeAttention = true, WriteDescription = true });

        foreach (string ending in new[] { ".onnx", ".json" })
        {
            File.ReadAllBytes(Path.ChangeExtension(exported, ending)).AsSpan().SequenceEqual(File.ReadAllBytes(PathOf(network, ending))).Should().BeTrue(
                "it was written by: export --half --attention --checkpoint {0} --output ...", PathOf(network, ".safetensors"));
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void LoadPretrained_BothEngines_AgreeOnDrawnFacesAndShowAttention(PretrainedNetwork network)
    {
        var options = new RecognitionOptions { Coverage = 0.8, IncludeAttention = true };
        using var onnx = OnnxExpressionRecognizer.LoadPretrained(network, options: options);
        using var torch = TorchExpressionRecognizer.LoadPretrained(network, options);
        FaceDataset faces = SyntheticFaces.Generate(70, seed: 1);
        FaceImage[] images = [.. Enumerable.Range(0, faces.Count).Select(i => FaceImage.FromGray(faces.PixelsOf(i).ToArray(), faces.Size))];

        IReadOnlyList<ExpressionPrediction> fast = onnx.Recognize(images), plain = torch.Recognize(images);

        for (int i = 0; i < images.Length; i++)
        {
            fast[i].Probabilities.Zip(plain[i].Probabilities, (x, y) => Math.Abs(x - y)).Max().Should().BeLessThan(1e-5f);
            fast[i].Attention.Select(map => map.Layer).Should().Equal("local_attention", "global_attention");
        }

        torch.Description.Should().Be(onnx.Description);
        onnx.Description.Preprocessing.Crop.Should().Be(new ImageSize(40, 40), "attention maps lie over it");
        fast.Select(prediction => prediction.IsUncertain).Should().Contain(true, "drawn faces are not what it knows");
        fast.Select(prediction => prediction.Label).Distinct().Should().HaveCountGreaterThan(2);
    }

    [Theory]
    [InlineData(PretrainedNetwork.CompactFerPlus, "FerPlus")]
    [InlineData(PretrainedNetwork.CompactFer2013, "Fer2013")]
    public void LoadPretrained_Network_IsSmallCalibratedAndSaysWhereItComesFrom(PretrainedNetwork network, string labels)
    {
        using ExpressionNetwork stored = Checkpoint.Load(PathOf(network, ".safetensors"));
        SafetensorsFile file = Safetensors.Read(PathOf(network, ".safetensors"));

        stored.Options.Labels.Names.Should().Equal(ExpressionLabels.Parse(labels).Names);
        stored.Variant.Should().Be(NetworkVariant.AcnnAlstm);
        stored.parameters().Sum(weight => weight.numel()).Should().BeLessThan(2_000_000);
        stored.Calibration.Thresholds.Should().NotBeEmpty();
        file.IsVerified.Should().BeTrue();
        file.Tensors.Where(tensor => tensor.Shape.Count > 1).Should().OnlyContain(tensor => tensor.Dtype == SafetensorsDtype.F16);
        Checkpoint.ReadProvenance(PathOf(network, ".safetensors")).Should().ContainKeys("data", "split", "seed");
    }

    [Fact]
    public void LoadPretrained_WithoutArguments_IsTheOneOfFerPlus()
    {
        using var onnx = OnnxExpressionRecognizer.LoadPretrained();
        using var torch = TorchExpressionRecognizer.LoadPretrained();

        onnx.Labels.Names.Should().Equal(ExpressionLabels.FerPlus.Names);
        torch.Labels.Names.Should().Equal(ExpressionLabels.FerPlus.Names);
    }

    [Fact]
    public void LoadPretrained_NetworkThatIsNone_IsRefused()
    {
        const PretrainedNetwork None = (PretrainedNetwork)99;

        FluentActions.Invoking(() => OnnxExpressionRecognizer.LoadPretrained(None)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => TorchExpressionRecognizer.LoadPretrained(None)).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static string PathOf(PretrainedNetwork network, string ending) => Path.Combine(Folder, NameOf(network) + ending);

    private static string NameOf(PretrainedNetwork network) =>
        network.ToString().Replace("Fer", "-Fer", StringComparison.Ordinal).ToLowerInvariant();
}
