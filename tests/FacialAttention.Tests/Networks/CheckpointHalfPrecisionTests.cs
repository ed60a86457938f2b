using FacialAttention.Tests.Files;
using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Networks;

/// <summary>Files of half the size: what is rounded, by how much, and what that does to the logits.</summary>
public sealed class CheckpointHalfPrecisionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<NetworkVariant> Variants { get; } = Cases.Of<NetworkVariant>();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Variants))]
    public void Load_HalfPrecision_IsTheStateDictWithMatricesAndKernelsRounded(NetworkVariant variant)
    {
        using var scope = NewDisposeScope();
        using ExpressionNetwork network = Residual(variant);

        Checkpoint.Save(_folder.File("half"), network, halfPrecision: true);
        using ExpressionNetwork loaded = Checkpoint.Load(_folder.File("half"));

        Dictionary<string, Tensor> values = loaded.state_dict();
        values.Keys.Should().Equal(network.state_dict().Keys);
        foreach ((string key, Tensor weight) in network.state_dict())
        {
            Tensor expected = weight.ndim < 2 ? weight : weight.to(ScalarType.Float16).to(ScalarType.Float32);
            values[key].dtype.Should().Be(weight.dtype);
            values[key].Equals(expected).Should().BeTrue(key);
            (weight.ndim < 2 || !weight.Equals(expected)).Should().BeTrue("{0} has numbers that are rounded", key);
        }
    }

    [Fact]
    public void Save_HalfPrecision_SaysWhatTheOtherFileSaysInHalfTheBytes()
    {
        using ExpressionNetwork network = new(NetworkVariant.AcnnAlstm, new ExpressionNetworkOptions { LstmLayers = 1, Seed = 3 });
        network.Calibration = new Calibration { Temperature = 1.25, Thresholds = [new(0.8, 0.5)] };
        var provenance = new Dictionary<string, string> { ["data"] = "drawn" };
        Checkpoint.Save(_folder.File("single"), network, provenance);

        Checkpoint.Save(_folder.File("half"), network, provenance, halfPrecision: true);

        SafetensorsFile single = Safetensors.Read(_folder.File("single")), half = Safetensors.Read(_folder.File("half"));
        half.Metadata.Should().Equal(single.Metadata);
        half.IsVerified.Should().BeTrue();
        half.Tensors.Select(tensor => (tensor.Name, tensor.Dtype)).Should().Equal(single.Tensors.Select(tensor =>
            (tensor.Name, tensor.Shape.Count < 2 ? tensor.Dtype : SafetensorsDtype.F16)));
        new FileInfo(_folder.File("half")).Length.Should().BeLessThan(new FileInfo(_folder.File("single")).Length * 52 / 100);
        using ExpressionNetwork loaded = Checkpoint.Load(_folder.File("half"));
        loaded.Describe().Should().Be(network.Describe());
        Checkpoint.ReadProvenance(_folder.File("half")).Should().Equal(provenance);
    }

    [Fact]
    public void Save_HalfPrecisionOfWhatWasLoaded_GivesEqualBytes()
    {
        using ExpressionNetwork network = Residual(NetworkVariant.AcnnAlstm);
        Checkpoint.Save(_folder.File("once"), network, halfPrecision: true);
        using ExpressionNetwork loaded = Checkpoint.Load(_folder.File("once"));
        using var again = new MemoryStream();

        Checkpoint.Save(again, loaded, halfPrecision: true);

        again.ToArray().Should().Equal(File.ReadAllBytes(_folder.File("once")));
    }

    /// <summary>
    /// 11 binary digits a weight: of logits up to 1 a hundredth at most, relative to the largest logit where that is above 1.
    /// </summary>
    [Theory]
    [MemberData(nameof(Variants))]
    public void Load_HalfPrecision_ChangesLogitsByLessThanAHundredth(NetworkVariant variant)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using ExpressionNetwork network = new(variant, new ExpressionNetworkOptions { LstmLayers = 1, LstmHiddenSize = 128 });
        network.eval();
        Checkpoint.Save(_folder.File("half"), network, halfPrecision: true);
        using ExpressionNetwork loaded = Checkpoint.Load(_folder.File("half"));
        FaceDataset faces = SyntheticFaces.Generate(14, seed: 1);
        Tensor images = tensor([.. faces.Pixels.ToArray().Select(pixel => pixel / 255f)], [14, 1, 48, 48]);

        Tensor before = network.call(images), after = loaded.call(images);

        double difference = (after - before).abs().max().ToDouble();
        difference.Should().BePositive().And.BeLessThan(0.01 * Math.Max(1, before.abs().max().ToDouble()));
    }

    [Fact]
    public void Save_HalfPrecisionOfAWeightBeyondIt_IsRefusedAndWritesNothing()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.CnnLstm);
        Fill(network, "classifier.linear.weight", 65_520);

        FluentActions.Invoking(() => Checkpoint.Save(_folder.File("a"), network, halfPrecision: true)).Should().ThrowExactly<ArgumentException>()
            .WithParameterName("network").WithMessage(
                "The weight 'classifier.linear.weight' holds a value beyond 65504, the largest of half precision; expected smaller ones*");
        Directory.GetFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void Save_HalfPrecisionOfAVarianceBeyondIt_KeepsIt()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.CnnLstm);
        Fill(network, "backbone.c2.norm.running_var", 1e9);

        Checkpoint.Save(_folder.File("a"), network, halfPrecision: true);
        using ExpressionNetwork loaded = Checkpoint.Load(_folder.File("a"));

        loaded.state_dict()["backbone.c2.norm.running_var"].max().ToDouble().Should().Be(1e9);
    }

    /// <summary>As PyTorch writes a network in half precision: everything rounded.</summary>
    [Fact]
    public void LoadWeights_ForeignFileAllInHalfPrecision_IsRead()
    {
        using var scope = NewDisposeScope();
        using ExpressionNetwork network = Residual(NetworkVariant.AcnnAlstm), target = Residual(NetworkVariant.AcnnAlstm);
        string path = _folder.Write("a", ForeignFile.Write([.. network.state_dict().Select(entry => TensorBytes.Of(
            entry.Key, entry.Value.is_floating_point() ? entry.Value.to(ScalarType.Float16) : entry.Value))]));

        Checkpoint.LoadWeights(path, target).Should().BeFalse("it has no checksum");

        foreach ((string key, Tensor weight) in network.state_dict())
        {
            target.state_dict()[key].Equals(weight.to(ScalarType.Float16).to(weight.dtype)).Should().BeTrue(key);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float16, float.PositiveInfinity, "*tensor 'classifier.linear.bias' holds a value that is not finite; expected finite*")]
    [InlineData(ScalarType.Float16, float.NaN, "*tensor 'classifier.linear.bias' holds a value that is not finite; expected finite numbers.")]
    [InlineData(ScalarType.BFloat16, 1, "*tensor 'classifier.linear.bias' is BF16 [3]; expected F32 [3].")]
    public void LoadWeights_OtherNumbers_AreRefused(ScalarType type, float value, string expected)
    {
        using var scope = NewDisposeScope();
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.CnnLstm);
        string path = _folder.Write("a", ForeignFile.Write([.. network.state_dict().Select(entry => TensorBytes.Of(
            entry.Key, entry.Key == "classifier.linear.bias" ? full_like(entry.Value, value).to(type) : entry.Value))]));

        FluentActions.Invoking(() => Checkpoint.LoadWeights(path, network)).Should().ThrowExactly<InvalidDataException>().WithMessage(expected);
    }

    private static ExpressionNetwork Residual(NetworkVariant variant)
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        options.BackboneStages = TinyNetwork.ResidualStages;
        var network = new ExpressionNetwork(variant, options);
        Numbers.Randomise(network, 7);
        return network;
    }

    private static void Fill(ExpressionNetwork network, string key, double value)
    {
        using var noGrad = no_grad();
        using Scalar number = value;
        network.state_dict()[key].fill_(number);
    }
}
