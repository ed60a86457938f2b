using FacialAttention.Tests.Files;
using FacialAttention.Tests.Storage;
using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Networks;

public sealed class CheckpointBadInputTests : IDisposable
{
    private const string Options = """
        {"backboneStages":[{"kernelSize":1,"channels":2}],"batchNorm":true,"scoring":"Additive","localAttentionScaling":"MeanOne",
        "lstmHiddenSize":2,"lstmLayers":1,"bidirectional":false,"cnnHiddenSize":3,"dropout":0,"seed":1}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static ExpressionNetwork CreateSmallest() => new(NetworkVariant.AcnnAlstm, new ExpressionNetworkOptions
    {
        Labels = new ExpressionLabels("a", "b"),
        BackboneStages = [new(1, 2)],
        LstmHiddenSize = 2,
        LstmLayers = 1,
        CnnHiddenSize = 3,
        ImageHeight = 16,
        ImageWidth = 17,
    });

    private string SaveSmallest()
    {
        using ExpressionNetwork network = CreateSmallest();
        Checkpoint.Save(_folder.File("good"), network);
        return _folder.File("good");
    }

    /// <summary>A checkpoint that was changed and then given the right checksum.</summary>
    private string SaveChanged(
        Action<Dictionary<string, string>>? metadata = null, Func<SafetensorsTensor, IEnumerable<SafetensorsTensor>>? tensors = null)
    {
        SafetensorsFile file = Safetensors.Read(SaveSmallest());
        var changed = new Dictionary<string, string>(file.Metadata);
        metadata?.Invoke(changed);
        Safetensors.Write(_folder.File("bad"), [.. file.Tensors.SelectMany(tensors ?? (tensor => [tensor]))], changed);
        return _folder.File("bad");
    }

    /// <summary>Loading says so, in words that start with the file; so does filling a network if the fault is in the tensors.</summary>
    private static void ShouldRefuse(string path, string message, bool alsoAsWeights = false)
    {
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        FluentActions.Invoking(() => Checkpoint.Load(path))
            .Should().ThrowExactly<InvalidDataException>().WithMessage($"'{path}': {message}");
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
        if (alsoAsWeights)
        {
            using ExpressionNetwork network = CreateSmallest();
            Dictionary<string, string> weights = Numbers.BitsOf(network);
            FluentActions.Invoking(() => Checkpoint.LoadWeights(path, network))
                .Should().ThrowExactly<InvalidDataException>().WithMessage($"'{path}': {message}");
            Numbers.BitsOf(network).Should().Equal(weights, "nothing is changed on a failure");
        }
    }

    [Fact]
    public void Load_UnchangedOrSpelledOutByHand_Works()
    {
        Checkpoint.Load(SaveChanged()).Dispose();
        Checkpoint.Load(SaveChanged(metadata => metadata["options"] = Options)).Dispose();
    }

    [Fact]
    public void Load_AnyByteFlipped_IsRefused()
    {
        byte[] good = File.ReadAllBytes(SaveSmallest());
        string path = _folder.File("bad");
        for (int i = 0; i < good.Length; i++)
        {
            foreach (byte mask in (byte[])[(byte)(1 << (i % 8)), 0x20])
            {
                byte[] bad = [.. good];
                bad[i] ^= mask;
                File.WriteAllBytes(path, bad);

                ShouldBeInvalid(path, $"byte {i} was changed by {mask}");
            }
        }
    }

    [Fact]
    public void Load_TruncatedAtAnyLengthOrExtended_IsRefused()
    {
        byte[] good = File.ReadAllBytes(SaveSmallest());
        string path = _folder.File("bad");
        for (int length = 0; length < good.Length; length++)
        {
            File.WriteAllBytes(path, good.AsSpan(0, length));

            ShouldBeInvalid(path, $"it was cut to {length} bytes");
        }

        File.WriteAllBytes(path, [.. good, 0]);
        ShouldBeInvalid(path, "it was extended");
    }

    /// <summary>Much faster over thousands of files than an assertion each.</summary>
    private static void ShouldBeInvalid(string path, string because)
    {
        try
        {
            Checkpoint.Load(path).Dispose();
        }
        catch (InvalidDataException exception) when (exception.Message.Contains(path, StringComparison.Ordinal))
        {
            return;
        }

        Assert.Fail($"Load succeeded although {because}.");
    }

    [Fact]
    public void Load_DamagedData_SaysWhichChecksumWasExpected()
    {
        byte[] bytes = File.ReadAllBytes(SaveSmallest());
        bytes[^1] ^= 1;
        string path = _folder.Write("bad", bytes);

        FluentActions.Invoking(() => Checkpoint.Load(path)).Should().ThrowExactly<InvalidDataException>()
            .WithMessage($"'{path}' is not a sound safetensors file: it was changed or damaged: its content has the sha256 *; expected *");
        FluentActions.Invoking(() => Checkpoint.ReadProvenance(path)).Should().ThrowExactly<InvalidDataException>();
    }

    [Theory]
    [InlineData("formatVersion", "4", "formatVersion is 4, of a newer FacialAttention; expected at most 3.")]
    [InlineData("formatVersion", "2147483647", "formatVersion is 2147483647, of a newer FacialAttention; expected at most 3.")]
    [InlineData("formatVersion", "1", "formatVersion is 1, from before FacialAttention's first release; expected 2 to 3.")]
    [InlineData("formatVersion", "0", "formatVersion is \"0\"; expected 2 to 3.")]
    [InlineData("formatVersion", "x", "formatVersion is \"x\"; expected 2 to 3.")]
    [InlineData("formatVersion", "", "formatVersion is \"\"; expected 2 to 3.")]
    [InlineData("formatVersion", "-1", "formatVersion is \"-1\"; expected 2 to 3.")]
    [InlineData("formatVersion", "1.0", "formatVersion is \"1.0\"; expected 2 to 3.")]
    [InlineData("formatVersion", null, "the metadata has no 'formatVersion'; expected a file that FacialAttention wrote.")]
    public void Load_OtherFormatVersion_SaysWhatWasGotAndExpected(string key, string? value, string message)
    {
        string path = SaveChanged(metadata => Set(metadata, key, value));

        ShouldRefuse(path, message);
        FluentActions.Invoking(() => Checkpoint.ReadProvenance(path)).Should().ThrowExactly<InvalidDataException>()
            .WithMessage($"'{path}': {message}");
    }

    [Theory]
    [InlineData("family", null, "the metadata has no 'family'; expected it in a file of formatVersion 3.")]
    [InlineData("family", """Ferrari""", "family is \"Ferrari\"; expected ExpressionNetwork.")]
    [InlineData("variant", null, "the metadata has no 'variant'; expected it in a file of formatVersion 3.")]
    [InlineData("variant", """RNN""", "variant is \"RNN\"; expected one of the five networks, for example 'ACNN-ALSTM'.")]
    [InlineData("options", null, "the metadata has no 'options'; expected it in a file of formatVersion 3.")]
    [InlineData("options", "", "options is not as expected: *")]
    [InlineData("options", """{""", "options is not as expected: *")]
    [InlineData("options", """[]""", "options is not as expected: *")]
    [InlineData("options", """null""", "options is null; expected a value.")]
    [InlineData("preprocessing", null, "the metadata has no 'preprocessing'; expected it in a file of formatVersion 3.")]
    [InlineData(
        "preprocessing",
        """{"height":16,"width":17,"color":"gray","range":[0,1],"insideNetwork":{"crop":null,"pixelMean":0.5}}""",
        "preprocessing is not as expected: *pixelStandardDeviation*")]
    [InlineData(
        "preprocessing",
        """{"height":16,"width":17,"color":"gray","range":[0,1],"insideNetwork":{"crop":null,"pixelMean":"0.5","pixelStandardDeviation":0.25}}""",
        "preprocessing is not as expected: *pixelMean*")]
    [InlineData(
        "preprocessing",
        """{"height":16,"width":17,"color":"gray","range":[0,1],"insideNetwork":{"crop":null,"pixelMean":"NaN","pixelStandardDeviation":0.25}}""",
        "preprocessing is not as expected: *pixelMean*")]
    [InlineData(
        "preprocessing",
        """{"height":16.5,"width":17,"color":"gray","range":[0,1],"insideNetwork":{"crop":null,"pixelMean":0.5,"pixelStandardDeviation":0.25}}""",
        "preprocessing is not as expected: *height*")]
    [InlineData(
        "preprocessing",
        """{"height":15,"width":17,"color":"gray","range":[0,1],"insideNetwork":{"crop":null,"pixelMean":0.5,"pixelStandardDeviation":0.25}}""",
        "preprocessing: height is 15; expected 16 to 1024.")]
    [InlineData(
        "preprocessing",
        """{"height":16,"width":1025,"color":"gray","range":[0,1],"insideNetwork":{"crop":null,"pixelMean":0.5,"pixelStandardDeviation":0.25}}""",
        "preprocessing: width is 1025; expected 16 to 1024.")]
    [InlineData(
        "preprocessing",
        """{"height":16,"width":17,"color":"gray","range":[0,1],"insideNetwork":{"crop":null,"pixelMean":2,"pixelStandardDeviation":0.25}}""",
        "preprocessing: pixelMean is 2; expected 0 to 1.")]
    [InlineData(
        "preprocessing",
        """{"height":16,"width":17,"color":"gray","range":[0,1],"insideNetwork":{"crop":null,"pixelMean":0.5,"pixelStandardDeviation":0}}""",
        "preprocessing: pixelStandardDeviation is 0; expected 0.001 to 1.")]
    [InlineData(
        "preprocessing",
        """{"height":16,"width":17,"color":"rgb","range":[0,1],"insideNetwork":{"crop":null,"pixelMean":0.5,"pixelStandardDeviation":0.25}}""",
        "preprocessing: color is \"rgb\"; expected \"gray\".")]
    [InlineData(
        "preprocessing",
        """{"height":16,"width":17,"color":"gray","range":[-1,1],"insideNetwork":{"crop":null,"pixelMean":0.5,"pixelStandardDeviation":0.25}}""",
        "preprocessing: range is \"[-1,1]\"; expected \"[0,1]\".")]
    [InlineData(
        "preprocessing",
        """{"height":16,"width":17,"color":"gray","range":null,"insideNetwork":{"crop":null,"pixelMean":0.5,"pixelStandardDeviation":0.25}}""",
        "preprocessing is not as expected: *")]
    [InlineData(
        "preprocessing",
        """{"height":16,"width":17,"color":"gray","range":[0,1],"insideNetwork":{"crop":null,"pixelMean":0.5,"pixelStandardDeviation":0.25},"crop":1}""",
        "preprocessing is not as expected: *'crop'*")]
    [InlineData(
        "preprocessing",
        """{"height":16,"width":17,"color":"gray","range":[0,1],"insideNetwork":{"pixelMean":0.5,"pixelStandardDeviation":0.25}}""",
        "preprocessing is not as expected: *crop*")]
    [InlineData(
        "preprocessing",
        """{"height":16,"width":17,"color":"gray","range":[0,1],"insideNetwork":{"crop":{"height":16},"pixelMean":0.5,"pixelStandardDeviation":0.25}}""",
        "preprocessing is not as expected: *width*")]
    [InlineData(
        "preprocessing",
        """{"height":16,"width":17,"color":"gray","range":[0,1],"insideNetwork":{"crop":{"height":16,"width":18},"pixelMean":0.5,"pixelStandardDeviation":0.25}}""",
        "preprocessing: the width of the crop is 18; expected 16 to 17.")]
    [InlineData(
        "preprocessing",
        """{"height":16,"height":16,"width":17,"color":"gray","range":[0,1],"insideNetwork":{"crop":null,"pixelMean":0.5,"pixelStandardDeviation":0.25}}""",
        "preprocessing is not as expected: *height*")]
    [InlineData("calibration", null, "the metadata has no 'calibration'; expected it in a file of formatVersion 3.")]
    [InlineData("calibration", """{"temperature":100.5}""", "calibration: Temperature is 100.5; expected 0.01 to 100.*")]
    [InlineData("calibration", """{"temperature":"NaN"}""", "calibration is not as expected: *temperature*")]
    [InlineData("calibration", """{"temperature":1,"temperature":2}""", "calibration is not as expected: *temperature*")]
    [InlineData("calibration", """{}""", "calibration is not as expected: *temperature*")]
    [InlineData(
        "calibration",
        """{"temperature":1,"scales":[1,2],"biases":[0]}""",
        "calibration: got 2 scales and 1 biases, 0 coverages and 0 thresholds; expected as many of the one as of the other.")]
    [InlineData(
        "calibration",
        """{"temperature":1,"scales":[1,2,3],"biases":[0,0,0]}""",
        "calibration: it scales 3 classes; expected 2, one for each label, or none.")]
    [InlineData("calibration", """{"temperature":1,"scales":[1,0],"biases":[0,0]}""", "calibration: Scale is 0; expected 0.01 to 100.*")]
    [InlineData("calibration", """{"temperature":1,"scales":[1,1],"biases":[0,101]}""", "calibration: Bias is 101; expected -100 to 100.*")]
    [InlineData("calibration", """{"temperature":1,"scales":[1,null],"biases":[0,0]}""", "calibration is not as expected: *scales*")]
    [InlineData(
        "calibration",
        """{"temperature":1,"coverages":[0.5,0.8],"thresholds":[0.6,0.7]}""",
        "calibration: The threshold for a coverage of 0.8 is 0.7; expected coverages that rise *")]
    [InlineData("calibration", """{"temperature":1,"warmth":1}""", "calibration is not as expected: *warmth*")]
    [InlineData("labels", null, "the metadata has no 'labels'; expected it in a file of formatVersion 3.")]
    [InlineData("labels", "null", "labels is null; expected a value.")]
    [InlineData("labels", "\"a, b\"", "labels is not as expected: *")]
    [InlineData("labels", "[1, 2]", "labels is not as expected: *")]
    [InlineData("labels", """["a"]""", "labels: Got 1 label names; expected 2 to 256.*")]
    [InlineData("labels", """["a", "A"]""", "labels: Label 1 is 'A', which is label 0 already; expected different names, ignoring case.*")]
    [InlineData("labels", """["a", null]""", "labels: Label 1 is null; expected a name.*")]
    [InlineData("labels", """["a", " "]""", "labels: Label 1 is blank; expected a name.*")]
    [InlineData("labels", """["a", "b", "c"]""", "tensor 'classifier.linear.*' is F32 [2*]; expected F32 [3*].")]
    public void Load_OtherMetadata_SaysWhatWasGotAndExpected(string key, string? value, string message) =>
        ShouldRefuse(SaveChanged(metadata => Set(metadata, key, value)), message);

    [Theory]
    [InlineData("\"seed\":1", "\"seed\":1,\"warmth\":0.5", "options is not as expected: *warmth*")]
    [InlineData("\"seed\":1", "\"seed\":1,\"seed\":1", "options is not as expected: *seed*")]
    [InlineData("\"channels\":2", "\"channels\":2,\"channels\":2", "options is not as expected: *channels*")]
    [InlineData("\"dropout\":0,", "", "options is not as expected: *dropout*")]
    [InlineData("\"dropout\":0", "\"dropout\":0.95", "options: Dropout is 0.95; expected 0 to 0.9.")]
    [InlineData("\"bidirectional\":false,", "", "options is not as expected: *bidirectional*")]
    [InlineData("\"bidirectional\":false", "\"bidirectional\":true",
        "tensor 'classifier.lstm.weight_ih_l0_reverse' is missing; expected the 22 keys of ACNN-ALSTM.")]
    [InlineData("\"seed\":1", "\"Seed\":1", "options is not as expected: *Seed*")]
    [InlineData(",\"seed\":1", "", "options is not as expected: *seed*")]
    [InlineData("\"seed\":1", "\"seed\":1.5", "options is not as expected: *seed*")]
    [InlineData("\"seed\":1", "\"seed\":\"1\"", "options is not as expected: *seed*")]
    [InlineData("\"seed\":1", "\"seed\":null", "options is not as expected: *seed*")]
    [InlineData("\"seed\":1", "\"seed\":3000000000", "options is not as expected: *seed*")]
    [InlineData("\"seed\":1", "\"seed\":-1", "options: Seed is -1; expected 0 to 2147483647.")]
    [InlineData("\"scoring\":\"Additive\"", "\"scoring\":\"Cosine\"", "options is not as expected: *scoring*")]
    [InlineData("\"scoring\":\"Additive\"", "\"scoring\":7", "options is not as expected: *scoring*")]
    [InlineData("\"scoring\":\"Additive\"", "\"scoring\":0", "options is not as expected: *scoring*")]
    [InlineData("\"scoring\":\"Additive\"", "\"scoring\":\"0\"", "options is not as expected: *scoring*")]
    [InlineData("\"localAttentionScaling\":\"MeanOne\"", "\"localAttentionScaling\":1",
        "options is not as expected: *localAttentionScaling*")]
    [InlineData("\"localAttentionScaling\":\"MeanOne\"", "\"localAttentionScaling\":\"Twice\"",
        "options is not as expected: *localAttentionScaling*")]
    [InlineData("\"batchNorm\":true", "\"batchNorm\":1", "options is not as expected: *batchNorm*")]
    [InlineData("\"lstmHiddenSize\":2", "\"lstmHiddenSize\":0", "options: LstmHiddenSize is 0; expected 1 to 8192.")]
    [InlineData("\"lstmHiddenSize\":2", "\"lstmHiddenSize\":440", "tensor 'classifier.*' is F32 [*]; expected F32 [*].")]
    [InlineData("\"lstmLayers\":1", "\"lstmLayers\":17", "options: LstmLayers is 17; expected 1 to 16.")]
    [InlineData("\"cnnHiddenSize\":3", "\"cnnHiddenSize\":9999", "options: CnnHiddenSize is 9999; expected 1 to 8192.")]
    [InlineData("[{\"kernelSize\":1,\"channels\":2}]", "null", "options is not as expected: *backboneStages*")]
    [InlineData("[{\"kernelSize\":1,\"channels\":2}]", "[]", "options: BackboneStages: The backbone has 0 stages; expected 1 to 64.")]
    [InlineData("[{\"kernelSize\":1,\"channels\":2}]", "[null]", "options: BackboneStages: Stage 1 of the backbone: It is null.")]
    [InlineData("\"kernelSize\":1", "\"kernelSize\":2",
        "options: BackboneStages: Stage 1 of the backbone: KernelSize is 2; expected an odd number from 1 to 15.")]
    [InlineData("\"channels\":2", "\"channels\":2,\"stride\":2", "options is not as expected: *stride*")]
    [InlineData("\"channels\":2", "\"channels\":2,\"convolutions\":9",
        "options: BackboneStages: Stage 1 of the backbone: Convolutions is 9; expected 1 to 8.")]
    [InlineData("\"channels\":2", "\"channels\":2,\"convolutions\":null", "options is not as expected: *convolutions*")]
    [InlineData("\"channels\":2", "\"channels\":2,\"convolutions\":2",
        "tensor 'backbone.c1.conv2.weight' is missing; expected the 24 keys of ACNN-ALSTM.")]
    [InlineData("\"channels\":2", "\"channels\":2,\"shortcut\":1", "options is not as expected: *shortcut*")]
    [InlineData("\"channels\":2", "\"channels\":2,\"shortcut\":null", "options is not as expected: *shortcut*")]
    [InlineData("\"channels\":2", "\"channels\":2,\"squeezeExcitationReduction\":3",
        "options: BackboneStages: Stage 1 of the backbone: SqueezeExcitationReduction is 3; expected 1 to Channels, which is 2, or null.")]
    [InlineData("\"channels\":2", "\"channels\":2,\"squeezeExcitationReduction\":true",
        "options is not as expected: *squeezeExcitationReduction*")]
    [InlineData("\"kernelSize\":1,", "", "options is not as expected: *kernelSize*")]
    [InlineData("\"channels\":2", "\"channels\":3", "tensor 'backbone.c1.*' is F32 [2*]; expected F32 [3*].")]
    [InlineData("\"batchNorm\":true", "\"batchNorm\":false",
        "tensor 'backbone.c1.conv.bias' is missing; expected the 14 keys of ACNN-ALSTM.")]
    [InlineData("\"lstmLayers\":1", "\"lstmLayers\":2", "tensor 'classifier.lstm.*_l1' is missing; expected the 22 keys of ACNN-ALSTM.")]
    public void Load_OtherOptions_SaysWhatWasGotAndExpected(string from, string to, string message)
    {
        Options.Should().Contain(from);

        ShouldRefuse(SaveChanged(metadata => metadata["options"] = Options.Replace(from, to, StringComparison.Ordinal)), message);
    }

    // An ACNN-ALSTM of one stage 1x1x2 with norm and 2 labels has 2 + 9 weights of the backbone, 8 of local attention, and with LSTM
    // layers of H: 4 H (2 + H) + 8 H, for each further layer 4 H (H + H) + 8 H; global attention H H + 2 H; linear 2 H + 2.
    [Theory]
    [InlineData("\"lstmHiddenSize\":2", "\"lstmHiddenSize\":8192", 335_708_181L)]
    [InlineData("\"lstmHiddenSize\":2,\"lstmLayers\":1", "\"lstmHiddenSize\":8192,\"lstmLayers\":16", 8_389_754_901L)]
    [InlineData("\"lstmHiddenSize\":2", "\"lstmHiddenSize\":500", 1_260_021L)] // 4 MB more than the file has
    public void Load_OptionsThatClaimMoreThanTheFileHolds_BuildNoNetwork(string from, string to, long claimed)
    {
        Options.Should().Contain(from);

        ShouldRefuse(
            SaveChanged(metadata => metadata["options"] = Options.Replace(from, to, StringComparison.Ordinal)),
            $"options and preprocessing claim a network of {claimed} weights, but the file holds 81; expected as many as they claim.");
    }

    [Fact]
    public void Load_CnnOfLargeImages_BuildsNoNetwork()
    {
        // 2 + 9 of the backbone, 2 * 1024 * 1024 features to 8192, 8192 to 2
        ShouldRefuse(
            SaveChanged(metadata =>
            {
                metadata["variant"] = "CNN";
                metadata["options"] = Options.Replace("\"cnnHiddenSize\":3", "\"cnnHiddenSize\":8192", StringComparison.Ordinal);
                metadata["preprocessing"] = metadata["preprocessing"].Replace("16", "1024", StringComparison.Ordinal)
                    .Replace("17", "1024", StringComparison.Ordinal);
            }),
            $"options and preprocessing claim a network of {11 + 17_179_877_376 + 16_386} weights, but the file holds 81; "
            + "expected as many as they claim.");
    }

    [Fact]
    public void Load_OtherVariant_SaysWhichTensorDoesNotFit()
    {
        ShouldRefuse(
            SaveChanged(metadata => metadata["variant"] = "CNN-ALSTM"),
            "tensor \"local_attention.score.*\" is unknown; expected the 15 keys of CNN-ALSTM.");
    }

    [Fact]
    public void Load_WithoutChecksum_IsRefused()
    {
        // The checksum is there, but under another name, so the file is sound and foreign.
        byte[] bytes = File.ReadAllBytes(SaveSmallest());
        int place = bytes.AsSpan().IndexOf("\"sha256\""u8);
        "\"sha257\""u8.CopyTo(bytes.AsSpan(place));

        ShouldRefuse(_folder.Write("bad", bytes), "the metadata has no 'sha256'; expected the checksum of the file.");
    }

    [Fact]
    public void Load_ForeignFile_IsRefused()
    {
        string path = _folder.Write("foreign", ForeignFile.Write(Safetensors.Read(SaveSmallest()).Tensors));

        ShouldRefuse(path, "the metadata has no 'formatVersion'; expected a file that FacialAttention wrote.");
    }

    [Theory]
    [InlineData("backbone.c1.conv.weight")]
    [InlineData("backbone.c1.norm.num_batches_tracked")]
    [InlineData("classifier.linear.bias")]
    public void Load_MissingTensor_NamesIt(string key)
    {
        string path = SaveChanged(tensors: tensor => tensor.Name == key ? [] : [tensor]);

        ShouldRefuse(path, $"tensor '{key}' is missing; expected the 18 keys of ACNN-ALSTM.", alsoAsWeights: true);
    }

    [Fact]
    public void Load_ExtraTensor_NamesIt()
    {
        SafetensorsTensor extra = new("classifier.linear.scale", SafetensorsDtype.F32, [1], new byte[4]);
        string path = SaveChanged(tensors: tensor => tensor.Name == "classifier.linear.bias" ? [tensor, extra] : [tensor]);

        ShouldRefuse(path, "tensor \"classifier.linear.scale\" is unknown; expected the 18 keys of ACNN-ALSTM.", alsoAsWeights: true);
    }

    [Theory]
    [InlineData("classifier.linear.weight", SafetensorsDtype.F32, "4", "F32 [4]; expected F32 [2, 2]")]
    [InlineData("classifier.linear.weight", SafetensorsDtype.F32, "2, 2, 1", "F32 [2, 2, 1]; expected F32 [2, 2]")]
    [InlineData("classifier.linear.weight", SafetensorsDtype.F32, "2, 1", "F32 [2, 1]; expected F32 [2, 2]")]
    [InlineData("classifier.lstm.weight_ih_l0", SafetensorsDtype.F32, "2, 8", "F32 [2, 8]; expected F32 [8, 2]")]
    [InlineData("classifier.linear.weight", SafetensorsDtype.F64, "2, 2", "F64 [2, 2]; expected F32 [2, 2]")]
    [InlineData("classifier.linear.weight", SafetensorsDtype.I32, "2, 2", "I32 [2, 2]; expected F32 [2, 2]")]
    [InlineData("backbone.c1.norm.num_batches_tracked", SafetensorsDtype.F32, "", "F32 []; expected I64 []")]
    [InlineData("backbone.c1.norm.num_batches_tracked", SafetensorsDtype.I64, "1", "I64 [1]; expected I64 []")]
    public void Load_TensorOfOtherShapeOrDtype_SaysWhatWasGotAndExpected(string key, object dtype, string shape, string message)
    {
        long[] sizes = shape.Length == 0 ? [] : [.. shape.Split(',').Select(long.Parse)];
        var type = (SafetensorsDtype)dtype;
        SafetensorsTensor other = new(key, type, sizes, new byte[SafetensorsTensor.SizeOf(type, sizes)!.Value]);
        string path = SaveChanged(tensors: tensor => [tensor.Name == key ? other : tensor]);

        ShouldRefuse(path, $"tensor '{key}' is {message}.", alsoAsWeights: true);
    }

    [Theory]
    [InlineData("classifier.linear.bias", float.NaN)]
    [InlineData("backbone.c1.conv.weight", float.PositiveInfinity)]
    [InlineData("backbone.c1.norm.running_var", float.NegativeInfinity)]
    public void Load_TensorThatIsNotFinite_NamesIt(string key, float value)
    {
        string path = SaveChanged(tensors: tensor => [tensor.Name == key ? WithLast(tensor, value) : tensor]);

        ShouldRefuse(path, $"tensor '{key}' holds a value that is not finite; expected finite numbers.", alsoAsWeights: true);

        static SafetensorsTensor WithLast(SafetensorsTensor tensor, float value)
        {
            byte[] data = tensor.Data.ToArray();
            BitConverter.TryWriteBytes(data.AsSpan(data.Length - sizeof(float)), value).Should().BeTrue();
            return new SafetensorsTensor(tensor.Name, tensor.Dtype, [.. tensor.Shape], data);
        }
    }

    [Fact]
    public void LoadWeights_FileOfAnotherNetwork_SaysWhichTensorDoesNotFit()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        string path = SaveSmallest();

        FluentActions.Invoking(() => Checkpoint.LoadWeights(path, network)).Should().ThrowExactly<InvalidDataException>()
            .WithMessage($"'{path}': tensor 'backbone.c2.conv.weight' is missing; expected the 34 keys of ACNN-ALSTM.");
    }

    [Fact]
    public void AnyReader_FolderOrMissingFile_SaysWhatWasExpected()
    {
        using ExpressionNetwork network = CreateSmallest();
        Action<string>[] readers =
        [
            path => Checkpoint.Load(path),
            path => Checkpoint.LoadWeights(path, network),
            path => Checkpoint.ReadProvenance(path),
        ];
        string missing = _folder.File("missing");
        foreach (Action<string> read in readers)
        {
            FluentActions.Invoking(() => read(_folder.Path)).Should().ThrowExactly<IOException>()
                .WithMessage($"'{_folder.Path}' is a folder; expected a safetensors file.");
            FluentActions.Invoking(() => read(missing)).Should().ThrowExactly<FileNotFoundException>()
                .WithMessage($"There is no file '{missing}'; expected a safetensors file.");
        }
    }

    private static void Set(Dictionary<string, string> metadata, string key, string? value)
    {
        metadata.Remove(key).Should().BeTrue();
        if (value is not null)
        {
            metadata.Add(key, value);
        }
    }
}
