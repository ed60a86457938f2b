using System.Globalization;
using System.Text.Json;
using FacialAttention.Tests.Files;
using FacialAttention.Tests.Storage;
using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Networks;

public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<NetworkVariant> Variants { get; } = Cases.Of<NetworkVariant>();

    public void Dispose() => _folder.Dispose();

    /// <summary>No option has its default.</summary>
    private static ExpressionNetworkOptions UnusualOptions() => new()
    {
        Labels = new ExpressionLabels("größe \"quoted\"", "無表情 😐", "<&'\\/>", "İstanbul"),
        ImageHeight = 17,
        ImageWidth = 22,
        CropHeight = 16,
        CropWidth = 19,
        PixelMean = 1.0 / 3,
        PixelStandardDeviation = 0.1 + 0.2,
        BackboneStages = [new(3, 2, Pool: true), new(1, 3), new(5, 4, Pool: true)],
        BatchNorm = false,
        Scoring = AttentionScoring.ScaledDot,
        LocalAttentionScaling = LocalAttentionScaling.AsPrinted,
        LstmHiddenSize = 3,
        LstmLayers = 3,
        Bidirectional = true,
        CnnHiddenSize = 5,
        Dropout = 0.3,
        Seed = int.MaxValue,
    };

    /// <summary>A network whose every weight and running statistic differs from a fresh one's.</summary>
    private static ExpressionNetwork Trained(NetworkVariant variant, ExpressionNetworkOptions options)
    {
        var network = new ExpressionNetwork(variant, options);
        Numbers.Randomise(network, 80);
        using Tensor images = Images(options);
        network.call(images).Dispose();
        return network;
    }

    private static Tensor Images(ExpressionNetworkOptions options) =>
        Numbers.RandomImages(1, ScalarType.Float32, 2, 1, options.ImageHeight, options.ImageWidth);

    private static double[] EvaluationLogits(ExpressionNetwork network)
    {
        bool training = network.training;
        network.eval();
        using Tensor images = Images(network.Options);
        using Tensor logits = network.call(images);
        network.train(training);
        return Numbers.ValuesOf(logits);
    }

    private void ShouldRoundTrip(NetworkVariant variant, ExpressionNetworkOptions options, ExpressionNetworkOptions expectedOptions)
    {
        string path = _folder.File("a.safetensors");
        using ExpressionNetwork network = Trained(variant, options);
        Checkpoint.Save(path, network);
        network.training.Should().BeTrue("saving leaves the mode as it is");

        using ExpressionNetwork restored = Checkpoint.Load(path);

        restored.training.Should().BeFalse();
        restored.Variant.Should().Be(variant);
        restored.Options.Should().BeEquivalentTo(expectedOptions, o => o.WithStrictOrdering());
        restored.Options.Labels.Names.Should().Equal(expectedOptions.Labels.Names);
        Numbers.BitsOf(restored).Should().Equal(Numbers.BitsOf(network));
        EvaluationLogits(restored).Should().Equal(EvaluationLogits(network));
        restored.parameters().Should().OnlyContain(parameter => parameter.requires_grad);
        Directory.GetFileSystemEntries(_folder.Path).Should().Equal(path);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Load_WhatSaveWrote_IsBitEqual(NetworkVariant variant) =>
        ShouldRoundTrip(variant, TinyNetwork.Options(), TinyNetwork.Options());

    [Theory]
    [MemberData(nameof(Variants))]
    public void Load_UnusualOptions_AreThoseThatWereSaved(NetworkVariant variant) =>
        ShouldRoundTrip(variant, UnusualOptions(), UnusualOptions());

    [Theory]
    [MemberData(nameof(Variants))]
    public void Load_ShortcutsAndSqueezeExcitation_AreThoseThatWereSaved(NetworkVariant variant)
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        options.BackboneStages = TinyNetwork.ResidualStages;

        ShouldRoundTrip(variant, options, options);
    }

    [Fact]
    public void Save_Stages_SayOnlyWhatIsNotTheDefaultOfTheLaterNames()
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        options.BackboneStages =
            [new(3, 2, Pool: true), new(3, 4, Convolutions: 2, Shortcut: true, SqueezeExcitationReduction: 4), new(1, 4, Shortcut: true)];
        using var network = new ExpressionNetwork(NetworkVariant.Cnn, options);
        using var plain = new ExpressionNetwork(NetworkVariant.Cnn, TinyNetwork.Options());

        StagesOf(network).Should().Equal(
            """{"kernelSize":3,"channels":2,"pool":true}""",
            """{"kernelSize":3,"channels":4,"pool":false,"convolutions":2,"shortcut":true,"squeezeExcitationReduction":4}""",
            """{"kernelSize":1,"channels":4,"pool":false,"shortcut":true}""");
        StagesOf(plain).Should().Equal(
            """{"kernelSize":1,"channels":2,"pool":false}""",
            """{"kernelSize":3,"channels":3,"pool":true}""",
            """{"kernelSize":5,"channels":4,"pool":true}""");

        static IEnumerable<string> StagesOf(ExpressionNetwork network) => JsonDocument.Parse(network.Describe().Options)
            .RootElement.GetProperty("backboneStages").EnumerateArray().Select(stage => stage.GetRawText());
    }

    [Fact]
    public void Load_DefaultBackbone_ComesBackSpelledOut()
    {
        var options = new ExpressionNetworkOptions { LstmHiddenSize = 8, LstmLayers = 1 };
        var expected = new ExpressionNetworkOptions { LstmHiddenSize = 8, LstmLayers = 1, BackboneStages = ConvBackbone.Paper };

        ShouldRoundTrip(NetworkVariant.AcnnAlstm, options, expected);
    }

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public void Load_UnderAnotherCulture_IsTheSame(string culture)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo(culture);
        try
        {
            ShouldRoundTrip(NetworkVariant.AcnnAlstm, UnusualOptions(), UnusualOptions());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Load_OnADevice_PutsTheNetworkThere()
    {
        using ExpressionNetwork network = Trained(NetworkVariant.AcnnAlstm, TinyNetwork.Options());
        Checkpoint.Save(_folder.File("a"), network);

        using ExpressionNetwork onCpu = Checkpoint.Load(_folder.File("a"), CPU);
        using ExpressionNetwork onMeta = Checkpoint.Load(_folder.File("a"), META);

        EvaluationLogits(onCpu).Should().Equal(EvaluationLogits(network));
        onMeta.state_dict().Values.Should().OnlyContain(weight => weight.device_type == DeviceType.META);
    }

    [Fact]
    public void Load_InsideACallersScope_OutlivesIt()
    {
        using ExpressionNetwork network = Trained(NetworkVariant.AcnnAlstm, TinyNetwork.Options());
        Checkpoint.Save(_folder.File("a"), network);
        ExpressionNetwork restored;
        using (NewDisposeScope())
        {
            restored = Checkpoint.Load(_folder.File("a"));
        }

        using (restored)
        {
            EvaluationLogits(restored).Should().Equal(EvaluationLogits(network));
        }
    }

    [Fact]
    public void SaveAndLoad_ManyTimes_LeaveNoTensorBehind()
    {
        using ExpressionNetwork network = Trained(NetworkVariant.AcnnAlstm, TinyNetwork.Options());
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 5; i++)
        {
            Checkpoint.Save(_folder.File("a"), network);
            Checkpoint.Load(_folder.File("a")).Dispose();
            Checkpoint.LoadWeights(_folder.File("a"), network);
            DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
        }
    }

    [Fact]
    public void Save_Metadata_DescribeTheNetwork()
    {
        using ExpressionNetwork network = Trained(NetworkVariant.CnnAlstm, UnusualOptions());
        Checkpoint.Save(_folder.File("a"), network, new Dictionary<string, string> { ["data"] = "FER2013", ["seed"] = "3" });

        SafetensorsFile file = Safetensors.Read(_folder.File("a"));

        file.IsVerified.Should().BeTrue();
        file.Metadata.Keys.Should().BeEquivalentTo(
            "formatVersion", "library", "family", "variant", "options", "labels", "preprocessing", "calibration", "provenance");
        file.Metadata["formatVersion"].Should().Be("3");
        file.Metadata["family"].Should().Be("ExpressionNetwork");
        file.Metadata["calibration"].Should().Be("""{"temperature":1}""");
        file.Metadata["library"].Should().MatchRegex(@"^FacialAttention \d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$");
        file.Metadata["variant"].Should().Be("CNN-ALSTM");
        JsonSerializer.Deserialize<string[]>(file.Metadata["labels"]).Should().Equal(UnusualOptions().Labels.Names);
        ShouldBeJson(file.Metadata["preprocessing"], """
            {
              "height": 17,
              "width": 22,
              "color": "gray",
              "range": [0, 1],
              "insideNetwork": {
                "crop": { "height": 16, "width": 19 },
                "pixelMean": 0.3333333333333333,
                "pixelStandardDeviation": 0.30000000000000004
              }
            }
            """);
        ShouldBeJson(file.Metadata["options"], """
            {
              "backboneStages": [
                { "kernelSize": 3, "channels": 2, "pool": true },
                { "kernelSize": 1, "channels": 3, "pool": false },
                { "kernelSize": 5, "channels": 4, "pool": true }
              ],
              "batchNorm": false,
              "scoring": "ScaledDot",
              "localAttentionScaling": "AsPrinted",
              "lstmHiddenSize": 3,
              "lstmLayers": 3,
              "bidirectional": true,
              "cnnHiddenSize": 5,
              "dropout": 0.3,
              "seed": 2147483647
            }
            """);
        ShouldBeJson(file.Metadata["provenance"], """{ "data": "FER2013", "seed": "3" }""");

        static void ShouldBeJson(string actual, string expected)
        {
            using var actualJson = JsonDocument.Parse(actual);
            using var expectedJson = JsonDocument.Parse(expected);
            JsonElement.DeepEquals(actualJson.RootElement, expectedJson.RootElement)
                .Should().BeTrue("expected {0}, got {1}", expected, actual);
        }
    }

    [Fact]
    public void Save_NoCrop_IsWrittenAsNull()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.Cnn);
        Checkpoint.Save(_folder.File("a"), network);

        Safetensors.Read(_folder.File("a")).Metadata["preprocessing"].Should().Contain("\"crop\":null,");
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Load_FileOfVersion2_IsTheNetworkThatWasSaved(NetworkVariant variant)
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        (options.CropHeight, options.CropWidth, options.PixelMean) = (16, 20, 0.4);
        using ExpressionNetwork network = Trained(variant, options);
        SaveAsVersion2(network, """
            {"height":16,"width":24,"cropHeight":16,"cropWidth":20,"pixelMean":0.4,"pixelStandardDeviation":0.25}
            """);

        using ExpressionNetwork restored = Checkpoint.Load(_folder.File("old"));

        restored.Options.Should().BeEquivalentTo(options);
        restored.Describe().Should().Be(network.Describe());
        Numbers.BitsOf(restored).Should().Equal(Numbers.BitsOf(network));
        EvaluationLogits(restored).Should().Equal(EvaluationLogits(network));
        Checkpoint.ReadProvenance(_folder.File("old")).Should().Equal(new Dictionary<string, string> { ["data"] = "FER2013" });
    }

    [Fact]
    public void Load_KeptFileOfVersion2_IsTheNetworkOfTheGoldenOne()
    {
        using ExpressionNetwork kept = Checkpoint.Load(Path.Combine(
            Repository.Root, "tests", "FacialAttention.Tests", "Networks", "Approved", "format-version-2.safetensors"));
        using ExpressionNetwork golden = Checkpoint.Load(Path.Combine(
            Repository.Root, "tests", "reference", "goldens", "acnn-alstm-plain.weights.safetensors"));

        kept.Describe().Should().Be(golden.Describe());
        Numbers.BitsOf(kept).Should().Equal(Numbers.BitsOf(golden));
    }

    [Theory]
    [InlineData("""{"height":16,"width":24,"cropHeight":16,"cropWidth":null,"pixelMean":0.5,"pixelStandardDeviation":0.25}""",
        "preprocessing: one side of the crop is null; expected both or neither.")]
    [InlineData("""{"height":15,"width":24,"cropHeight":null,"cropWidth":null,"pixelMean":0.5,"pixelStandardDeviation":0.25}""",
        "preprocessing: height is 15; expected 16 to 1024.")]
    [InlineData("""{"height":16,"width":24,"pixelMean":0.5,"pixelStandardDeviation":0.25}""", "preprocessing is not as expected: *crop*")]
    [InlineData("""{"height":16,"width":24,"cropHeight":null,"cropWidth":null,"pixelMean":1e999,"pixelStandardDeviation":0.25}""",
        "preprocessing: a mean or deviation beyond all numbers; expected finite ones.")]
    [InlineData("""{"height":16,"width":24,"cropHeight":null,"cropWidth":null,"pixelMean":0.5,"pixelStandardDeviation":-1e999}""",
        "preprocessing: a mean or deviation beyond all numbers; expected finite ones.")]
    public void Load_FileOfVersion2WithBadPreprocessing_SaysWhatWasExpected(string preprocessing, string message)
    {
        using ExpressionNetwork network = Trained(NetworkVariant.Cnn, TinyNetwork.Options());
        SaveAsVersion2(network, preprocessing);

        FluentActions.Invoking(() => Checkpoint.Load(_folder.File("old"))).Should().ThrowExactly<InvalidDataException>()
            .WithMessage($"'{_folder.File("old")}': {message}");
    }

    [Fact]
    public void ReadProvenance_FileOfVersion2WithInfiniteMean_SaysWhatWasExpected()
    {
        using ExpressionNetwork network = Trained(NetworkVariant.Cnn, TinyNetwork.Options());
        SaveAsVersion2(
            network, """{"height":16,"width":24,"cropHeight":null,"cropWidth":null,"pixelMean":1e999,"pixelStandardDeviation":0.25}""");

        FluentActions.Invoking(() => Checkpoint.ReadProvenance(_folder.File("old"))).Should().ThrowExactly<InvalidDataException>()
            .WithMessage("*preprocessing: a mean or deviation beyond all numbers; expected finite ones.");
    }

    /// <summary>What the library wrote for networks of <see cref="TinyNetwork"/> when its format had version 2.</summary>
    private void SaveAsVersion2(ExpressionNetwork network, string preprocessing)
    {
        Checkpoint.Save(_folder.File("new"), network);
        Safetensors.Write(_folder.File("old"), Safetensors.Read(_folder.File("new")).Tensors, new Dictionary<string, string>
        {
            ["formatVersion"] = "2",
            ["library"] = "FacialAttention 0.1.0",
            ["variant"] = network.Variant.PaperName,
            ["options"] = """
                {"backboneStages":[{"kernelSize":1,"channels":2,"pool":false},{"kernelSize":3,"channels":3,"pool":true},
                {"kernelSize":5,"channels":4,"pool":true}],"batchNorm":true,"scoring":"Additive","localAttentionScaling":"MeanOne",
                "lstmHiddenSize":5,"lstmLayers":2,"bidirectional":false,"cnnHiddenSize":6,"dropout":0,"seed":1}
                """,
            ["labels"] = """["calm","tense","other"]""",
            ["preprocessing"] = preprocessing,
            ["provenance"] = """{"data":"FER2013"}""",
        });
    }

    [Fact]
    public void Load_Calibration_ComesWithTheWeights()
    {
        using ExpressionNetwork network = Trained(NetworkVariant.CnnLstm, TinyNetwork.Options());
        network.Calibration = new Calibration
        {
            Temperature = 1.0 / 3,
            Classes = [new(1.1, -0.1), new(0.9, 0), new(1.0 / 7, 0.3)],
            Thresholds = [new(0.5, 0.9), new(0.8, 2.0 / 3)],
        };
        Checkpoint.Save(_folder.File("a"), network);

        using ExpressionNetwork restored = Checkpoint.Load(_folder.File("a"));
        using ExpressionNetwork withNewHead = Checkpoint.Load(_folder.File("a"), TinyNetwork.Options().Labels);
        using ExpressionNetwork folded = restored.FoldBatchNorm();

        restored.Calibration.Should().Be(network.Calibration);
        folded.Calibration.Should().Be(restored.Calibration);
        withNewHead.Calibration.Should().Be(new Calibration(), "the temperature was fitted to the former head");
    }

    [Fact]
    public void Save_Tensors_AreTheStateDict()
    {
        using ExpressionNetwork network = Trained(NetworkVariant.AcnnAlstm, TinyNetwork.Options());
        Checkpoint.Save(_folder.File("a"), network);

        SafetensorsFile file = Safetensors.Read(_folder.File("a"));

        Dictionary<string, Tensor> state = network.state_dict();
        file.Tensors.Select(tensor => tensor.Name).Should().BeEquivalentTo(state.Keys);
        foreach (SafetensorsTensor tensor in file.Tensors)
        {
            bool isCount = tensor.Name.EndsWith("num_batches_tracked", StringComparison.Ordinal);
            tensor.Dtype.Should().Be(isCount ? SafetensorsDtype.I64 : SafetensorsDtype.F32);
            tensor.Shape.Should().Equal(state[tensor.Name].shape);
            double[] values = isCount
                ? [BitConverter.ToInt64(tensor.Data.Span)]
                : [.. tensor.Data.ToArray().Chunk(4).Select(bytes => (double)BitConverter.ToSingle(bytes))];
            values.Should().Equal(Numbers.ValuesOf(state[tensor.Name]), tensor.Name);
        }
    }

    [Fact]
    public void Save_EqualNetwork_GivesEqualBytes()
    {
        using ExpressionNetwork network = Trained(NetworkVariant.AcnnAlstm, TinyNetwork.Options());
        Checkpoint.Save(_folder.File("a"), network);
        Checkpoint.Save(_folder.File("b"), network);

        File.ReadAllBytes(_folder.File("b")).Should().Equal(File.ReadAllBytes(_folder.File("a")));
    }

    [Fact]
    public void ReadProvenance_WhatSaveWrote_IsTheSame()
    {
        var provenance = new Dictionary<string, string> { ["data"] = "größe 無 \"<&>\"\n", ["seed"] = "3", [""] = "" };
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.Cnn);
        Checkpoint.Save(_folder.File("with"), network, provenance);
        Checkpoint.Save(_folder.File("without"), network);

        Checkpoint.ReadProvenance(_folder.File("with")).Should().Equal(provenance);
        Checkpoint.ReadProvenance(_folder.File("without")).Should().BeEmpty();
        Checkpoint.Load(_folder.File("with")).Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Save_ProvenanceWithHalfOfASurrogatePair_IsRefusedAndWritesNothing(bool isKey)
    {
        const string Half = "a\uD83D";
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.Cnn);
        var provenance = new Dictionary<string, string> { [isKey ? Half : "data"] = isKey ? "data" : Half };

        FluentActions.Invoking(() => Checkpoint.Save(_folder.File("a"), network, provenance)).Should().Throw<ArgumentException>()
            .WithParameterName("provenance").WithMessage("The text \"a\\uD83D\" has half of a surrogate pair*");
        Directory.GetFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void Save_OverAnotherCheckpoint_ReplacesIt()
    {
        using ExpressionNetwork first = Trained(NetworkVariant.Cnn, TinyNetwork.Options());
        using ExpressionNetwork second = Trained(NetworkVariant.CnnLstm, TinyNetwork.Options());
        Checkpoint.Save(_folder.File("a"), first);
        Checkpoint.Save(_folder.File("a"), second);

        using ExpressionNetwork restored = Checkpoint.Load(_folder.File("a"));

        restored.Variant.Should().Be(NetworkVariant.CnnLstm);
        Directory.GetFileSystemEntries(_folder.Path).Should().ContainSingle();
    }

    [Theory]
    [InlineData("classifier.linear.weight", float.NaN)]
    [InlineData("classifier.linear.weight", float.NegativeInfinity)]
    [InlineData("backbone.c2.norm.running_var", float.PositiveInfinity)]
    [InlineData("classifier.lstm.bias_hh_l1", float.NaN)]
    public void Save_WeightThatIsNotFinite_IsRefusedAndWritesNothing(string key, float value)
    {
        string path = _folder.Write("old", [1, 2, 3]);
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        using (no_grad())
        using (Tensor last = network.state_dict()[key].view(-1)[-1])
        {
            last.fill_(value);
        }

        foreach (string target in (string[])[path, _folder.File("new")])
        {
            FluentActions.Invoking(() => Checkpoint.Save(target, network)).Should().ThrowExactly<ArgumentException>()
                .WithParameterName("network")
                .WithMessage($"The weight '{key}' holds a value that is not finite; expected finite numbers.*");
        }

        Directory.GetFileSystemEntries(_folder.Path).Should().Equal(path);
        File.ReadAllBytes(path).Should().Equal(1, 2, 3);
    }

    [Fact]
    public void Save_WeightOfAnotherDtype_IsRefusedAndWritesNothing()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.CnnLstm);
        network.to(ScalarType.Float64);

        FluentActions.Invoking(() => Checkpoint.Save(_folder.File("a"), network)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("The weight 'backbone.c1.conv.weight' is of dtype Float64; expected Float32.*");
        Directory.GetFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void Save_PathThatCannotBeWritten_SaysWhy()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.Cnn);
        string nowhere = Path.Combine(_folder.Path, "nowhere", "a");

        FluentActions.Invoking(() => Checkpoint.Save(_folder.Path, network)).Should().Throw<IOException>()
            .WithMessage($"Cannot write '{_folder.Path}': it is a folder; expected the name of a file.");
        FluentActions.Invoking(() => Checkpoint.Save(nowhere, network)).Should().Throw<IOException>()
            .WithMessage($"Cannot write '{nowhere}': there is no folder '{_folder.File("nowhere")}'; expected one that exists.");
        Directory.GetFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void Save_FolderThatTakesNoFiles_SaysWhy()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.Cnn);

        // /proc refuses new files to everyone, root included.
        FluentActions.Invoking(() => Checkpoint.Save("/proc/a", network)).Should().Throw<IOException>()
            .WithMessage("Cannot write '/proc/a': its folder takes no new file.*");
    }

    [Fact]
    public void AnyMethod_MissingArgument_IsRefused()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.Cnn);

        FluentActions.Invoking(() => Checkpoint.Save("", network)).Should().Throw<ArgumentException>().WithParameterName("path");
        FluentActions.Invoking(() => Checkpoint.Save("a", null!)).Should().Throw<ArgumentNullException>().WithParameterName("network");
        FluentActions.Invoking(() => Checkpoint.Load((string)null!)).Should().Throw<ArgumentException>().WithParameterName("path");
        FluentActions.Invoking(() => Checkpoint.LoadWeights("", network)).Should().Throw<ArgumentException>().WithParameterName("path");
        FluentActions.Invoking(() => Checkpoint.LoadWeights("a", null!))
            .Should().Throw<ArgumentNullException>().WithParameterName("network");
        FluentActions.Invoking(() => Checkpoint.ReadProvenance("")).Should().Throw<ArgumentException>().WithParameterName("path");
    }

    [Fact]
    public void LoadWeights_OwnFile_FillsTheNetworkAndSaysItIsVerified()
    {
        using ExpressionNetwork source = Trained(NetworkVariant.AcnnAlstm, TinyNetwork.Options());
        using ExpressionNetwork target = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        Checkpoint.Save(_folder.File("a"), source);

        Checkpoint.LoadWeights(_folder.File("a"), target).Should().BeTrue();

        Numbers.BitsOf(target).Should().Equal(Numbers.BitsOf(source));
        target.training.Should().BeTrue("the mode stays");
        target.parameters().Should().OnlyContain(parameter => parameter.requires_grad && parameter.is_leaf);
    }

    [Fact]
    public void LoadWeights_ForeignFileWithoutChecksum_FillsTheNetworkAndSaysItIsNotVerified()
    {
        using ExpressionNetwork source = Trained(NetworkVariant.AcnnAlstm, TinyNetwork.Options());
        using ExpressionNetwork target = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        Checkpoint.Save(_folder.File("a"), source);
        string foreign = _folder.Write("foreign", ForeignFile.Write(Safetensors.Read(_folder.File("a")).Tensors));

        Checkpoint.LoadWeights(foreign, target).Should().BeFalse();

        Numbers.BitsOf(target).Should().Equal(Numbers.BitsOf(source));
    }
}
