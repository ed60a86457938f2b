using System.Text.Json;
using FacialAttention.OnnxFormat;
using FacialAttention.Tests.Files;
using FacialAttention.Tests.Networks;
using FacialAttention.Tests.Storage;
using FacialAttention.Tests.Torch;
using Microsoft.Extensions.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Export;

public sealed class OnnxExporterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<NetworkVariant> Variants { get; } = Cases.Of<NetworkVariant>();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Variants))]
    public void Export_EqualWeights_GivesEqualBytes(NetworkVariant variant)
    {
        string[] paths = [_folder.File("a.onnx"), _folder.File("b.onnx"), _folder.File("c.onnx")];
        foreach (string path in paths[..2])
        {
            using ExpressionNetwork network = TinyNetwork.Create(variant);
            network.train(path == paths[0]);
            OnnxExporter.Export(path, network);
            network.training.Should().Be(path == paths[0], "exporting leaves the mode as it is");
        }

        ExpressionNetworkOptions otherSeed = TinyNetwork.Options();
        otherSeed.Seed = 2;
        using ExpressionNetwork other = new(variant, otherSeed);
        OnnxExporter.Export(paths[2], other);

        File.ReadAllBytes(paths[0]).Should().Equal(File.ReadAllBytes(paths[1]));
        File.ReadAllBytes(paths[2]).Should().NotEqual(File.ReadAllBytes(paths[0]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Export_WithDescription_WritesTheMetadataBesideItAsJson(bool includeAttention)
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        network.Calibration = new Calibration { Temperature = 1.5, Thresholds = [new(0.5, 0.75)] };
        var options = new OnnxExportOptions { IncludeAttention = includeAttention, WriteDescription = true };

        OnnxExporter.Export(_folder.File("face.onnx"), network, options);

        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder.File("face.json")));
        string[] nested = ["labels", "preprocessing", "calibration", "options"];
        json.RootElement.EnumerateObject().ToDictionary(
            entry => entry.Name, entry => nested.Contains(entry.Name) ? entry.Value.GetRawText() : entry.Value.GetString()!)
            .Should().Equal(OnnxExporter.CreateModel(network, options).MetadataProps.ToDictionary(entry => entry.Key, entry => entry.Value));
        json.RootElement.TryGetProperty("attentionGrid", out _).Should().Be(includeAttention);
        json.RootElement.GetProperty("calibration").GetProperty("thresholds")[0].GetDouble().Should().Be(0.75);
    }

    [Fact]
    public void Export_WithoutDescription_WritesOneFile()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.Cnn);

        OnnxExporter.Export(_folder.File("face.onnx"), network);

        Directory.GetFiles(_folder.Path).Should().Equal(_folder.File("face.onnx"));
    }

    [Fact]
    public void Export_DescriptionOfAFileOfItsName_IsRefusedAndWritesNothing()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.Cnn);

        FluentActions.Invoking(() => OnnxExporter.Export(_folder.File("face.json"), network, new OnnxExportOptions { WriteDescription = true }))
            .Should().Throw<ArgumentException>().WithMessage("*expected one that ends in .onnx.*");
        Directory.GetFiles(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void Export_Model_IsOfOperatorSet17WithFoldedNormsAndAnyBatch()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);

        ModelProto model = OnnxExporter.CreateModel(network, null);

        model.IrVersion.Should().Be(8);
        model.ProducerName.Should().Be("FacialAttention");
        model.OpsetImport.Should().ContainSingle().Which.Version.Should().Be(17);
        model.Graph.Node.Select(node => node.OpType).Should().Contain(["Conv", "LSTM"]).And.NotContain(["BatchNormalization", "Dropout"]);
        ShapeOf(model.Graph.Input.Should().ContainSingle().Subject).Should().Be("images [batch, 1, 16, 24]");
        model.Graph.Output.Select(ShapeOf).Should().Equal("logits [batch, 3]", "probabilities [batch, 3]");
        model.Graph.Node.SelectMany(node => node.Output).Concat(model.Graph.Initializer.Select(weight => weight.Name))
            .Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Export_HalfPrecision_HalvesTheFileAndWidensInTheGraph()
    {
        using var network = new ExpressionNetwork(
            NetworkVariant.AcnnAlstm, new ExpressionNetworkOptions { BackboneStages = TinyNetwork.ResidualStages, LstmHiddenSize = 64 });

        ModelProto single = OnnxExporter.CreateModel(network, null);
        ModelProto half = OnnxExporter.CreateModel(network, new OnnxExportOptions { HalfPrecision = true });

        half.CalculateSize().Should().BeLessThan(single.CalculateSize() * 6 / 10);
        string[] rounded = [.. half.Graph.Initializer.Where(weight => weight.DataType == TensorProto.Types.DataType.Float16)
            .Select(weight => weight.Name)];
        rounded.Should().Equal(single.Graph.Initializer.Where(IsMatrix).Select(weight => $"{weight.Name}.half"));
        half.Graph.Node.Where(node => node.OpType == "Cast").Select(node => (node.Input.Single(), node.Output.Single()))
            .Should().Equal(rounded.Select(name => (name, name[..^".half".Length])));
        half.Graph.Node.SelectMany(node => node.Output).Concat(half.Graph.Initializer.Select(weight => weight.Name))
            .Should().OnlyHaveUniqueItems();

        // A query is a row of numbers, of which the graph makes a column; biases of an LSTM have a row for each direction.
        static bool IsMatrix(TensorProto weight) =>
            weight.Dims.Count >= 2 && !weight.Name.EndsWith(".query", StringComparison.Ordinal) && !weight.Name.EndsWith(".bias", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("classifier.linear.weight", "classifier.linear.weight")]
    [InlineData("backbone.c2.norm.running_mean", "backbone.c2.conv")]
    public void Export_HalfPrecisionOfWhatDoesNotFit_NamesIt(string key, string named)
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.CnnLstm);
        using (no_grad())
        {
            network.state_dict()[key].fill_(key == named ? 1e6 : double.NaN);
        }

        FluentActions.Invoking(() => OnnxExporter.CreateModel(network, new OnnxExportOptions { HalfPrecision = true }))
            .Should().ThrowExactly<ArgumentException>().WithParameterName("network").WithMessage($"The weight '{named}' holds a value *");
    }

    [Theory]
    [InlineData(NetworkVariant.Cnn, "")]
    [InlineData(NetworkVariant.CnnLstm, "")]
    [InlineData(NetworkVariant.AcnnLstm, "local_attention [batch, 24]")]
    [InlineData(NetworkVariant.CnnAlstm, "global_attention [batch, 24]")]
    [InlineData(NetworkVariant.AcnnAlstm, "local_attention [batch, 24], global_attention [batch, 24]")]
    public void Export_IncludeAttention_AddsTheOutputsThatTheVariantHas(NetworkVariant variant, string expected)
    {
        using ExpressionNetwork network = TinyNetwork.Create(variant);

        ModelProto model = OnnxExporter.CreateModel(network, new OnnxExportOptions { IncludeAttention = true });

        string.Join(", ", model.Graph.Output.Skip(2).Select(ShapeOf)).Should().Be(expected);
    }

    [Fact]
    public void Export_Metadata_DescribesTheNetwork()
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        options.Labels = new ExpressionLabels("größe \"quoted\"", "無表情 😐", "İstanbul");
        (options.CropHeight, options.CropWidth) = (16, 16);
        using var network = new ExpressionNetwork(NetworkVariant.CnnAlstm, options);
        network.Calibration = new Calibration { Temperature = 1.25 };

        using var model = new OnnxModel(network);

        model.Metadata.Keys.Should().BeEquivalentTo(
            "formatVersion", "library", "family", "variant", "options", "labels", "preprocessing", "calibration");
        model.Metadata["formatVersion"].Should().Be("3");
        model.Metadata["family"].Should().Be("ExpressionNetwork");
        model.Metadata["library"].Should().MatchRegex(@"^FacialAttention \d+\.\d+\.\d+");
        model.Metadata["variant"].Should().Be("CNN-ALSTM");
        JsonSerializer.Deserialize<string[]>(model.Metadata["labels"]).Should().Equal(options.Labels.Names);
        model.Metadata["preprocessing"].Should().Be(
            """{"height":16,"width":24,"color":"gray","range":[0,1],"insideNetwork":"""
            + """{"crop":{"height":16,"width":16},"pixelMean":0.5,"pixelStandardDeviation":0.25}}""");
        model.Metadata["calibration"].Should().Be("""{"temperature":1.25}""");
    }

    [Fact]
    public void Export_WeightNotFinite_NamesItAndKeepsTheFormerFile()
    {
        string path = _folder.Write("a.onnx", [1, 2, 3]);
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.CnnLstm);
        using (no_grad())
        {
            network.state_dict()["classifier.linear.bias"].fill_(double.NaN);
        }

        FluentActions.Invoking(() => OnnxExporter.Export(path, network)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("The weight 'classifier.linear.bias' holds a value that is not finite; expected finite numbers.*")
            .WithParameterName("network");
        File.ReadAllBytes(path).Should().Equal(1, 2, 3);
        Directory.GetFileSystemEntries(_folder.Path).Should().Equal(path);
    }

    [Fact]
    public void Export_OtherDtype_IsRefused()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.Cnn);
        network.to(ScalarType.Float64);

        FluentActions.Invoking(() => OnnxExporter.Export(_folder.File("a.onnx"), network)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("The weight 'backbone.c1.conv.weight' is of dtype Float64; expected Float32.*");
    }

    [Fact]
    public void Export_MissingFolder_IsNamed()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.Cnn);

        FluentActions.Invoking(() => OnnxExporter.Export(_folder.File(Path.Combine("none", "a.onnx")), network))
            .Should().Throw<DirectoryNotFoundException>().WithMessage("*there is no folder*");
    }

    [Fact]
    public void Export_ManyTimes_LeavesNoTensorBehind()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        string path = _folder.File("a.onnx");
        OnnxExporter.Export(path, network);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        OnnxExporter.Export(path, network);

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    private static string ShapeOf(ValueInfoProto value)
    {
        IEnumerable<string> shape = value.Type.TensorType.Shape.Dim.Select(
            length => length.HasDimParam ? length.DimParam : FormattableString.Invariant($"{length.DimValue}"));
        return $"{value.Name} [{string.Join(", ", shape)}]";
    }
}
