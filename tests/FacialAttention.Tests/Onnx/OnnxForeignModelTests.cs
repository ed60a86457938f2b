using FacialAttention.OnnxFormat;
using FacialAttention.Tests.Files;
using FacialAttention.Tests.Networks;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace FacialAttention.Tests.Onnx;

/// <summary>Files that ONNX Runtime would load, but that no exporter of ours wrote, and what is no file at all.</summary>
public sealed class OnnxForeignModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ModelProto _model;

    public OnnxForeignModelTests()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.CnnLstm);
        _model = OnnxExporter.CreateModel(network, null);
    }

    /// <summary>Fields that are merged into a sound model, and what is said of them.</summary>
    public static TheoryData<string, byte[], string> ForeignParts { get; } = new()
    {
        { "node of another domain", Field(7, Field(1, [.. Field(4, "Gelu"u8), .. Field(7, "com.microsoft"u8)])), "has the operator \"com.microsoft.Gelu\"" },
        { "graph in an attribute", Field(7, Field(1, [.. Field(4, "Relu"u8), .. Field(5, Field(6, []))])), "has a graph or weights inside an operator" },
        { "weights in an attribute", Field(7, Field(1, [.. Field(4, "Relu"u8), .. Field(5, Field(5, []))])), "has a graph or weights inside an operator" },
        { "external data", Field(7, Field(5, Field(13, []))), "keeps weights in other files" },
        { "external location", Field(7, Field(5, [14 << 3, 1])), "keeps weights in other files" },
        { "sparse weights", Field(7, Field(15, [])), "holds sparse weights" },
        { "operator set", Field(8, [.. Field(1, "com.example"u8), 2 << 3, 1]), "uses operators of the domain \"com.example\"" },
        { "training", Field(20, []), "holds a graph for training" },
        { "function", Field(25, []), "holds functions of its own" },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Known_Operators_AreThoseOfTheExporter()
    {
        var written = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (NetworkVariant variant in Enum.GetValues<NetworkVariant>())
        {
            foreach (AttentionScoring scoring in Enum.GetValues<AttentionScoring>())
            {
                ExpressionNetworkOptions options = TinyNetwork.Options();
                options.Scoring = scoring;
                options.BackboneStages = TinyNetwork.ResidualStages;
                (options.ImageHeight, options.ImageWidth, options.CropHeight, options.CropWidth) = (20, 30, 16, 24);
                Note(new ExpressionNetwork(variant, options));
            }
        }

        Note(new PatchGatedCnn(TinyPatches.Options(globalBranch: true)));
        Note(new FerAttNetwork(TinyFerAtt.Options()));

        OnnxOperators.Known.Should().BeEquivalentTo(written);
        OnnxOperators.Known.Keys.Should().BeEquivalentTo(written.Keys);

        void Note(FaceNetwork network)
        {
            using FaceNetwork owned = network;
            foreach (NodeProto node in OnnxExporter.CreateModel(network, new OnnxExportOptions { HalfPrecision = true }).Graph.Node)
            {
                written.TryAdd(node.OpType, []);
                written[node.OpType].UnionWith(node.Attribute.Select(attribute => attribute.Name));
            }
        }
    }

    [Theory]
    [InlineData("Loop")]
    [InlineData("If")]
    [InlineData("Scan")]
    [InlineData("ConstantOfShape")]
    [InlineData("relu")]
    [InlineData("")]
    public void Load_OtherOperator_IsNamedAndNotRun(string type)
    {
        _model.Graph.Node.Add(new NodeProto { OpType = type, Name = "last", Output = { "last" } });

        ShouldBeRefused(_model.ToByteArray(), $"The model has the operator \"{type}\", which FacialAttention never writes and does not run; *");
    }

    [Theory]
    [InlineData("Mul", "asks for 2.*E+9 numbers and * for a face of 384 pixels")]
    [InlineData("MatMul", "asks for 2.*E+9 numbers and * for a face of 384 pixels")]
    [InlineData("GlobalAveragePool", "has the operator GlobalAveragePool for \"grown\" on values of [65536, 1], or with attributes")]
    [InlineData("MaxPool", "has the operator MaxPool for \"grown\" on values of *, or with attributes")]
    [InlineData("Conv", "has the operator Conv for \"grown\" on values of *, or with attributes")]
    public void Load_FewBytesThatAskForMuch_AreNotRun(string type, string expected)
    {
        const int Side = 1 << 16;
        AddWeight("row", 1, Side);
        AddWeight("column", Side, 1);
        AddWeight("kernel", 1, 1, 3, 3);
        AttributeProto[] padded = [OnnxGraph.Attribute("kernel_shape", [3, 3]), OnnxGraph.Attribute("pads", [Side, Side, Side, Side])];
        _model.Graph.Node.Insert(0, type switch
        {
            "Conv" => Node(type, ["images", "kernel"], padded),
            "GlobalAveragePool" => Node(type, ["column"]),
            "MaxPool" => Node(type, ["images"], [.. padded, OnnxGraph.Attribute("strides", [1, 1])]),
            _ => Node(type, ["column", "row"]),
        });

        ShouldBeRefused(_model.ToByteArray(), $"The model {expected}, which FacialAttention never writes and does not run; *");
    }

    [Fact]
    public void Load_ManyLargeProducts_AreNotRun()
    {
        AddWeight("grown", 1 << 10, 1 << 10);
        for (int i = 0; i < 100; i++)
        {
            NodeProto product = Node("MatMul", [i == 0 ? "grown" : $"grown{i - 1}", "grown"]);
            product.Output[0] = $"grown{i}";
            _model.Graph.Node.Insert(i, product);
        }

        ShouldBeRefused(_model.ToByteArray(), "The model asks for *E+6 numbers and *E+9 multiply-adds for a face of 384 pixels, which *");
    }

    [Fact]
    public void Load_ManyMeansOfLargeMaps_AreNotRun()
    {
        AddWeight("grown", 1, 1, 1 << 11, 1 << 11);
        for (int i = 0; i < 5000; i++)
        {
            NodeProto mean = Node("GlobalAveragePool", ["grown"]);
            mean.Output[0] = $"grown{i}";
            _model.Graph.Node.Insert(0, mean);
        }

        ShouldBeRefused(_model.ToByteArray(), "The model asks for * numbers and *E+9 multiply-adds for a face of 384 pixels, which *");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Load_GraphThatFitsOneNumberOfFaces_IsNotRun(long faces)
    {
        AddWeight("faces", faces, 1, 1, 1);
        _model.Graph.Node.Insert(0, Node("Add", ["images", "faces"]));
        NodeProto reshaped = Node("Reshape", ["grown", "shape"]);
        reshaped.Output[0] = "reshaped";
        _model.Graph.Initializer.Add(new TensorProto
        {
            Name = "shape",
            DataType = TensorProto.Types.DataType.Int64,
            Dims = { 4 },
            RawData = ByteString.CopyFrom([.. new[] { faces, 1, 16, 24 }.SelectMany(BitConverter.GetBytes)]),
        });
        _model.Graph.Node.Insert(1, reshaped);

        ShouldBeRefused(_model.ToByteArray(), "The model has the operator * on values of *, or with attributes, which *");
    }

    [Theory]
    [InlineData("images", 1)]
    [InlineData("classifier.linear.bias", 1)]
    [InlineData("classifier.linear.weight.half", 11)]
    [InlineData("classifier.linear.weight.half", 10)]
    public void Load_CastOfMoreThanHalfPrecisionToFloat_IsNotRun(string input, long type)
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.CnnLstm);
        ModelProto model = OnnxExporter.CreateModel(network, new OnnxExportOptions { HalfPrecision = true });
        OnnxExpressionRecognizer.Load(model.ToByteArray()).Dispose();
        model.Graph.Node.Add(Node("Cast", [input], OnnxGraph.Attribute("to", type)));

        ShouldBeRefused(model.ToByteArray(), "The model has the operator Cast for \"grown\" on values of *, or with attributes, which *");
    }

    [Theory]
    [InlineData("dilations")]
    [InlineData("auto_pad")]
    public void Load_AttributeThatIsNeverWritten_IsNotRun(string name)
    {
        _model.Graph.Node.First(node => node.OpType == "Conv").Attribute.Add(OnnxGraph.Attribute(name, [1, 1]));

        ShouldBeRefused(_model.ToByteArray(), "The model has the operator Conv for \"backbone.c1.conv\" on values of *, or with attributes, which *");
    }

    [Fact]
    public void Load_ValueThatNothingGives_IsNamed()
    {
        _model.Graph.Node.RemoveAt(0);

        ShouldBeRefused(_model.ToByteArray(), "The model has the operator Div for \"normalised\" on \"centred\", which nothing before it gives, which *");
    }

    [Theory]
    [InlineData("calibration", "1", "2", "temperature 2 in its metadata, while its graph computes with 1")]
    [InlineData(
        "calibration",
        "1}",
        "1,\"scales\":[1,2,0.5],\"biases\":[0,0,0]}",
        "class_scales [1, 2, 0.5] in its metadata, while its graph computes with []")]
    [InlineData("preprocessing", "\"pixelMean\":0.5", "\"pixelMean\":0.25", "pixel_mean 0.25 in its metadata, while its graph computes with 0.5")]
    [InlineData(
        "preprocessing",
        "\"pixelStandardDeviation\":0.25",
        "\"pixelStandardDeviation\":0.5",
        "pixel_deviation 0.5 in its metadata, while its graph computes with 0.25")]
    [InlineData(
        "preprocessing",
        "\"crop\":null",
        "\"crop\":{\"height\":16,\"width\":20}",
        "crop's corner [0, 2] by its metadata, while its graph cuts at []")]
    public void Load_MetadataThatTheGraphDoesNotObey_IsRefused(string key, string written, string altered, string expected)
    {
        StringStringEntryProto entry = _model.MetadataProps.Single(entry => entry.Key == key);
        entry.Value.Should().Contain(written);
        entry.Value = entry.Value.Replace(written, altered, StringComparison.Ordinal);

        ShouldBeRefused(_model.ToByteArray(), $"The model has the {expected}; expected a model as it was exported.");
    }

    [Theory]
    [InlineData("\"biases\":[0,0.25,0]", "\"biases\":[0,0.5,0]", "class_biases [0, 0.5, 0] in its metadata, while its graph computes with [0, 0.25, 0]")]
    [InlineData(",\"scales\":[1,2,1],\"biases\":[0,0.25,0]", "", "class_scales [] in its metadata, while its graph computes with [1, 2, 1]")]
    public void Load_ClassesThatTheGraphScalesOtherwise_AreRefused(string written, string altered, string expected)
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.CnnLstm);
        network.Calibration = new Calibration { Classes = [new(1, 0), new(2, 0.25), new(1, 0)] };
        ModelProto model = OnnxExporter.CreateModel(network, options: null);
        StringStringEntryProto entry = model.MetadataProps.Single(entry => entry.Key == "calibration");
        entry.Value.Should().Contain(written);
        entry.Value = entry.Value.Replace(written, altered, StringComparison.Ordinal);

        ShouldBeRefused(model.ToByteArray(), $"The model has the {expected}; expected a model as it was exported.");
    }

    [Fact]
    public void FindForeignShape_LargestFacesOfThePaper_AreRun()
    {
        var size = new ImageSize(1024, 1024);
        using var network = new ExpressionNetwork(
            NetworkVariant.AcnnAlstm, new ExpressionNetworkOptions { ImageHeight = size.Height, ImageWidth = size.Width });

        OnnxOutline outline = OnnxOutline.Read(OnnxExporter.CreateModel(network, null).ToByteArray());

        outline.Foreign.Should().BeNull();
        outline.FindForeignShape(size).Should().BeNull();
    }

    [Fact]
    public void FindForeignShape_MillionsOfWeightsInHalfPrecision_AreRunOnSmallFaces()
    {
        var options = new ExpressionNetworkOptions { LstmHiddenSize = 1024 };
        using var network = new ExpressionNetwork(NetworkVariant.AcnnAlstm, options);

        OnnxOutline outline = OnnxOutline.Read(
            OnnxExporter.CreateModel(network, new OnnxExportOptions { HalfPrecision = true }).ToByteArray());

        network.parameters().Sum(weight => weight.numel()).Should().BeGreaterThan(12_000_000);
        outline.Foreign.Should().BeNull();
        outline.FindForeignShape(options.ImageSize).Should().BeNull();
    }

    [Theory]
    [MemberData(nameof(ForeignParts))]
    public void Load_ForeignPart_IsNamedAndNotRun(string kind, byte[] part, string expected)
    {
        kind.Should().NotBeEmpty();

        ShouldBeRefused([.. _model.ToByteArray(), .. part], $"The model {expected}, which FacialAttention never writes and does not run; *");
    }

    [Fact]
    public void Load_OfAnotherMaker_IsNamedBeforeItsOperators()
    {
        _model.MetadataProps.Clear();
        _model.Graph.Node[0].OpType = "Loop";

        ShouldBeRefused(
            _model.ToByteArray(), "The model: the metadata has no 'formatVersion'; expected a file that FacialAttention wrote.");
    }

    [Theory]
    [InlineData(99, 17)]
    [InlineData(8, 99)]
    public void Load_NewerFormat_IsNoDamage(int intermediateRepresentation, int operatorSet)
    {
        _model.IrVersion = intermediateRepresentation;
        _model.OpsetImport[0].Version = operatorSet;

        ShouldBeRefused(
            _model.ToByteArray(),
            $"The model was made for a newer ONNX Runtime than *, which this application has: it is of IR version {intermediateRepresentation} "
            + $"and operator set {operatorSet}. Reference a newer Microsoft.ML.OnnxRuntime. *");
    }

    [Fact]
    public void Load_WithoutSoftmax_ComputesNoProbabilities()
    {
        NodeProto softmax = _model.Graph.Node.Single(node => node.Name == "probabilities");
        softmax.OpType = "Tanh";
        softmax.Attribute.Clear();

        ShouldBeRefused(
            _model.ToByteArray(), "The model describes itself as a network of FacialAttention, but does not run; expected one as it was exported. *robabilit*");
    }

    [Fact]
    public void Load_EndlessStream_EndsAtOnceOrAtTheLimit()
    {
        using var zeros = new EndlessStream([0]);
        using var fields = new EndlessStream(Field(14, Field(1, "key"u8)));

        FluentActions.Invoking(() => OnnxExpressionRecognizer.Load(zeros)).Should().ThrowExactly<InvalidDataException>()
            .WithMessage("The model does not begin as an ONNX model does, and the rest was not read; *");
        FluentActions.Invoking(() => OnnxContent.Read(fields, "It", maxStreamBytes: 100_000)).Should().ThrowExactly<InvalidDataException>()
            .WithMessage("It is longer than 100000 bytes, the most that is read; *");

        zeros.Given.Should().BeLessThan(10_000);
        fields.Given.Should().BeLessThan(300_000);
    }

    [LinuxFact]
    public void Load_Device_EndsAtOnce() =>
        FluentActions.Invoking(() => OnnxExpressionRecognizer.Load("/dev/zero")).Should().ThrowExactly<InvalidDataException>()
            .WithMessage("'/dev/zero' does not begin as an ONNX model does, *");

    [LinuxFact]
    public async Task Load_Pipe_WaitsForAWriterButNotForEver()
    {
        string path = _folder.File("model.pipe");
        Task writer = NamedPipe.Write(path, _model.ToByteArray());
        using (OnnxExpressionRecognizer recognizer = OnnxExpressionRecognizer.Load(path))
        {
            recognizer.Labels.Count.Should().Be(3);
        }

        await writer;

        FluentActions.Invoking(() => OnnxContent.Open(path, TimeSpan.FromSeconds(0.2))).Should().ThrowExactly<IOException>()
            .WithMessage($"'{path}' could not be opened within 0.2 seconds; expected an .onnx file, or a pipe that somebody writes to.");
        using var release = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
    }

    [Fact]
    public void Load_ProviderThatIsNotThere_NamesThePackage()
    {
        byte[] model = _model.ToByteArray();
        Action<SessionOptions>[] providers = [options => options.AppendExecutionProvider_CUDA(0), options => options.AppendExecutionProvider_DML(0)];
        foreach (Action<SessionOptions> configure in providers)
        {
            FluentActions.Invoking(() => OnnxExpressionRecognizer.Load(model, configure)).Should().ThrowExactly<NativeOnnxRuntimeException>()
                .WithMessage("*has no such execution provider *Microsoft.ML.OnnxRuntime.Gpu for CUDA*ONNX Runtime said: *");
        }

        FluentActions.Invoking(() => OnnxExpressionRecognizer.Load(model, _ => throw new NotSupportedException("own")))
            .Should().ThrowExactly<NotSupportedException>("the caller's other exceptions are its own").WithMessage("own");
    }

    private static NodeProto Node(string type, string[] inputs, params AttributeProto[] attributes) =>
        new() { OpType = type, Name = "grown", Input = { inputs }, Output = { "grown" }, Attribute = { attributes } };

    private void AddWeight(string name, params long[] shape) => _model.Graph.Initializer.Add(new TensorProto
    {
        Name = name,
        DataType = TensorProto.Types.DataType.Float,
        Dims = { shape },
        RawData = ByteString.CopyFrom(new byte[4 * shape.Aggregate((product, side) => product * side)]),
    });

    private static void ShouldBeRefused(byte[] model, string expected) => FluentActions.Invoking(() => OnnxExpressionRecognizer.Load(model))
        .Should().ThrowExactly<InvalidDataException>().WithMessage(expected);

    /// <summary>A field of a protocol buffer message; its content is shorter than 128 bytes.</summary>
    private static byte[] Field(int number, ReadOnlySpan<byte> content)
    {
        int tag = (number << 3) | 2;
        byte[] start = tag < 128 ? [(byte)tag] : [(byte)(tag | 0x80), (byte)(tag >> 7)];
        return [.. start, (byte)content.Length, .. content];
    }

    /// <summary>The same bytes again and again.</summary>
    private sealed class EndlessStream(byte[] piece) : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            for (int i = 0; i < count; i++)
            {
                buffer[offset + i] = piece[Given++ % piece.Length];
            }

            return count;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
