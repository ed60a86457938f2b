using FacialAttention.OnnxFormat;
using FacialAttention.Tests.Files;
using FacialAttention.Tests.Networks;
using FacialAttention.Tests.Storage;
using Google.Protobuf;

namespace FacialAttention.Tests.Onnx;

/// <summary>Files that are damaged, or no network of ours: one error that names what is missing.</summary>
public sealed class OnnxModelBadInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ModelProto _model;

    public OnnxModelBadInputTests()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.Cnn);
        _model = OnnxExporter.CreateModel(network, null);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_NoFileOrFolder_IsNamed()
    {
        string missing = _folder.File(Path.Combine("none", "a.onnx"));

        FluentActions.Invoking(() => OnnxExpressionRecognizer.Load(missing)).Should().ThrowExactly<FileNotFoundException>()
            .WithMessage($"There is no file '{missing}'; expected an .onnx file.");
        FluentActions.Invoking(() => OnnxExpressionRecognizer.Load(_folder.Path)).Should().ThrowExactly<IOException>()
            .WithMessage($"'{_folder.Path}' is a folder; expected an .onnx file.");
    }

    [Theory]
    [InlineData("", "is empty; expected an ONNX model *")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "is a Git LFS pointer, not the file itself *; expected an ONNX model *")]
    [InlineData("<!DOCTYPE html><html></html>", "is an HTML page, not the file itself; expected an ONNX model *")]
    [InlineData("PK\u0003\u0004", "is a zip archive; expected an ONNX model *")]
    [InlineData("\u0020\0\0\0\0\0\0\0{\"__metadata__\":{}}", "is a safetensors file; expected an ONNX model *")]
    [InlineData("this is no model", "is not a sound ONNX model of 16 bytes; expected one that FacialAttention exported. *")]
    public void Load_ForeignContent_IsNoModel(string content, string expected)
    {
        string path = _folder.Write("a.onnx", System.Text.Encoding.UTF8.GetBytes(content));

        FluentActions.Invoking(() => OnnxExpressionRecognizer.Load(path)).Should().ThrowExactly<InvalidDataException>()
            .WithMessage($"'{path}' {expected}");
    }

    [Fact]
    public void Load_FileCutAnywhere_IsRefused()
    {
        byte[] file = _model.ToByteArray();
        for (int length = 0; length < file.Length; length += 37)
        {
            string cut = _folder.Write("a.onnx", file.AsSpan(0, length));

            FluentActions.Invoking(() => OnnxExpressionRecognizer.Load(cut))
                .Should().ThrowExactly<InvalidDataException>("of {0} bytes {1} are left", file.Length, length);
        }
    }

    [Theory]
    [InlineData("formatVersion", null, ": the metadata has no 'formatVersion'; expected a file that FacialAttention wrote.")]
    [InlineData("formatVersion", "4", ": formatVersion is 4, of a newer FacialAttention; expected at most 3.")]
    [InlineData("formatVersion", "2", ": formatVersion is 2, from before FacialAttention's first release; expected 3.")]
    [InlineData("formatVersion", "1", ": formatVersion is 1, from before FacialAttention's first release; expected 3.")]
    [InlineData("formatVersion", "one", ": formatVersion is \"one\"; expected 3.")]
    [InlineData("labels", null, ": the metadata has no 'labels'; expected it in a file of formatVersion 3.")]
    [InlineData("labels", """["calm","tense"]""", " has the output 'probabilities' of Single [N, 3], * ask for Single [N, 2].")]
    [InlineData("labels", """["calm","tense","Calm"]""", ": labels: Label 2 is 'Calm', which is label 0 already; expected different *")]
    [InlineData("labels", """["calm","tense",3]""", ": labels is not as expected: *")]
    [InlineData("labels", """["calm","tense",null]""", ": labels: Label 2 is null; expected a name.*")]
    [InlineData("labels", "calm, tense, other", ": labels is not as expected: *")]
    [InlineData("preprocessing", null, ": the metadata has no 'preprocessing'; expected it in a file of formatVersion 3.")]
    [InlineData("preprocessing", """{"height":16}""", ": preprocessing is not as expected: *width*")]
    [InlineData(
        "preprocessing",
        """{"height":24,"width":16,"color":"gray","range":[0,1],"insideNetwork":{"crop":null,"pixelMean":0.5,"pixelStandardDeviation":0.25}}""",
        " has the input 'images' of Single [N, 1, 16, 24], * ask for Single [N, 1, 24, 16].")]
    [InlineData(
        "preprocessing",
        """{"height":16,"width":24,"color":"rgb","range":[0,1],"insideNetwork":{"crop":null,"pixelMean":0,"pixelStandardDeviation":1}}""",
        ": preprocessing: color is \"rgb\"; expected \"gray\".")]
    [InlineData(
        "preprocessing",
        """{"height":16,"width":24,"color":"gray","range":[0,255],"insideNetwork":{"crop":null,"pixelMean":0,"pixelStandardDeviation":1}}""",
        ": preprocessing: range is \"[0,255]\"; expected \"[0,1]\".")]
    [InlineData(
        "preprocessing",
        """{"height":16,"width":24,"color":"gray","range":[0,1e999],"insideNetwork":{"crop":null,"pixelMean":0,"pixelStandardDeviation":1}}""",
        ": preprocessing: range is \"[0,Infinity]\"; expected \"[0,1]\".")]
    [InlineData("calibration", null, ": the metadata has no 'calibration'; expected it in a file of formatVersion 3.")]
    [InlineData("calibration", """{"temperature":0}""", ": calibration: Temperature is 0; expected 0.01 to 100.*")]
    [InlineData("calibration", """{"temperature":"NaN"}""", ": calibration is not as expected: *temperature*")]
    [InlineData("calibration", """{"temperature":1,"bias":[1,0,0]}""", ": calibration is not as expected: *bias*")]
    public void Load_OtherMetadata_NamesWhatIsMissing(string key, string? value, string expected)
    {
        StringStringEntryProto property = _model.MetadataProps.Single(entry => entry.Key == key);
        if (value is null)
        {
            _model.MetadataProps.Remove(property);
        }

        property.Value = value ?? "";

        ShouldBeRefused(expected);
    }

    [Fact]
    public void Load_WithoutProbabilities_NamesThem()
    {
        _model.Graph.Output.RemoveAt(1);

        ShouldBeRefused(" has no output 'probabilities', but logits; expected it.");
    }

    [Fact]
    public void Load_OtherInput_IsNamed()
    {
        _model.Graph.Input[0].Name = "data";
        _model.Graph.Node.Clear();
        _model.Graph.Node.Add(new NodeProto { OpType = "Relu", Name = "alone", Input = { "pixel_mean" }, Output = { "alone" } });
        _model.Graph.Output.Clear();
        _model.Graph.Output.Add(OnnxGraph.Describe("alone"));

        ShouldBeRefused(" has no input 'images', but data; expected it.");
    }

    [Fact]
    public void Load_SecondInput_IsNamed()
    {
        _model.Graph.Input.Add(OnnxGraph.Describe("mask", null, 4));

        ShouldBeRefused(" has the inputs images, mask; expected 'images' alone.");
    }

    [Fact]
    public void Load_FixedBatch_IsRefused()
    {
        _model.Graph.Input[0].Type.TensorType.Shape.Dim[0].DimValue = 1;

        ShouldBeRefused(" has the input 'images' of Single [1, 1, 16, 24], * ask for Single [N, 1, 16, 24].");
    }

    [Fact]
    public void Load_GraphThatComputesNoNumbers_IsRefused()
    {
        TensorProto bias = _model.Graph.Initializer.Single(value => value.Name == "classifier.linear.bias");
        bias.RawData = ByteString.CopyFrom([.. Enumerable.Repeat(float.NaN, (int)bias.Dims[0]).SelectMany(BitConverter.GetBytes)]);

        ShouldBeRefused(
            " describes itself as a network of FacialAttention, but does not run; expected one as it was exported. Probability 0 is NaN; *");
    }

    private void ShouldBeRefused(string expected)
    {
        string path = _folder.Write("a.onnx", _model.ToByteArray());
        FluentActions.Invoking(() => OnnxExpressionRecognizer.Load(path)).Should().ThrowExactly<InvalidDataException>()
            .WithMessage($"'{path}'{expected}");
        FluentActions.Invoking(() => OnnxExpressionRecognizer.Load(_model.ToByteArray())).Should().ThrowExactly<InvalidDataException>()
            .WithMessage($"The model{expected}");
    }
}
