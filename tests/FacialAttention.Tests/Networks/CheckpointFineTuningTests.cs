using FacialAttention.Tests.Files;
using FacialAttention.Tests.Storage;
using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Networks;

public sealed class CheckpointFineTuningTests : IDisposable
{
    private static readonly string[] Head = ["classifier.linear.bias", "classifier.linear.weight"];
    private static readonly ExpressionLabels FourLabels = new("calm", "tense", "tired", "bored");

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<NetworkVariant> Variants { get; } = Cases.Of<NetworkVariant>();

    public static TheoryData<NetworkVariant, bool> VariantsAndDirections { get; } = Cases.Of<NetworkVariant, bool>(false, true);

    public void Dispose() => _folder.Dispose();

    /// <summary>A network of three classes whose every weight differs from a fresh one's, saved.</summary>
    private (string Path, Dictionary<string, string> Bits) Save(NetworkVariant variant, bool bidirectional = false)
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        options.Bidirectional = bidirectional;
        using var network = new ExpressionNetwork(variant, options);
        Numbers.Randomise(network, 80);
        Checkpoint.Save(_folder.File("a"), network);
        return (_folder.File("a"), Numbers.BitsOf(network));
    }

    [Theory]
    [MemberData(nameof(VariantsAndDirections))]
    public void Load_NewLabels_ReplacesTheHeadAlone(NetworkVariant variant, bool bidirectional)
    {
        (string path, Dictionary<string, string> stored) = Save(variant, bidirectional);
        byte[] file = File.ReadAllBytes(path);
        ExpressionNetworkOptions options = TinyNetwork.Options();
        (options.Bidirectional, options.Labels, options.Seed) = (bidirectional, FourLabels, 7);
        using var fresh = new ExpressionNetwork(variant, options);

        using ExpressionNetwork network = Checkpoint.Load(path, FourLabels, seed: 7);

        Dictionary<string, string> bits = Numbers.BitsOf(network);
        bits.Keys.Should().BeEquivalentTo(stored.Keys);
        bits.Where(entry => !Head.Contains(entry.Key)).Should().BeEquivalentTo(stored.Where(entry => !Head.Contains(entry.Key)));
        Dictionary<string, string> freshBits = Numbers.BitsOf(fresh);
        Head.Should().AllSatisfy(key => bits[key].Should().Be(freshBits[key], key));
        network.Variant.Should().Be(variant);
        network.Options.Should().BeEquivalentTo(options);
        network.training.Should().BeFalse();
        network.parameters().Should().OnlyContain(parameter => parameter.requires_grad && parameter.is_leaf);
        File.ReadAllBytes(path).Should().Equal(file);
        using Tensor images = Numbers.RandomImages(1, ScalarType.Float32, 2, 1, TinyNetwork.Height, TinyNetwork.Width);
        using Tensor logits = network.call(images);
        logits.shape.Should().Equal(2, 4);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Load_NewLabels_HeadDependsOnTheSeedAlone(NetworkVariant variant)
    {
        (string path, _) = Save(variant);
        manual_seed(11);
        using ExpressionNetwork first = Checkpoint.Load(path, FourLabels, seed: 7);
        manual_seed(12);
        using ExpressionNetwork same = Checkpoint.Load(path, FourLabels, seed: 7);
        using ExpressionNetwork other = Checkpoint.Load(path, FourLabels, seed: 8);
        using ExpressionNetwork byDefault = Checkpoint.Load(path, FourLabels);
        using ExpressionNetwork one = Checkpoint.Load(path, FourLabels, seed: 1);

        Dictionary<string, string> bits = Numbers.BitsOf(first);
        Numbers.BitsOf(same).Should().Equal(bits);
        Numbers.BitsOf(byDefault).Should().Equal(Numbers.BitsOf(one));
        Numbers.BitsOf(other).Where(entry => entry.Value != bits[entry.Key]).Select(entry => entry.Key).Should().BeEquivalentTo(Head);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Load_LabelsOfTheFile_ReplacesTheHeadAllTheSame(NetworkVariant variant)
    {
        (string path, Dictionary<string, string> stored) = Save(variant);
        using ExpressionNetwork network = Checkpoint.Load(path, TinyNetwork.Options().Labels);
        using ExpressionNetwork renamed = Checkpoint.Load(path, new ExpressionLabels("x", "y", "z"));

        Dictionary<string, string> bits = Numbers.BitsOf(network);
        bits.Where(entry => entry.Value != stored[entry.Key]).Select(entry => entry.Key).Should().BeEquivalentTo(Head);
        Numbers.BitsOf(renamed).Should().Equal(bits);
    }

    [Fact]
    public void Load_NewLabels_CanBeSavedAndLoadedAgain()
    {
        (string path, _) = Save(NetworkVariant.AcnnAlstm);
        using ExpressionNetwork network = Checkpoint.Load(path, FourLabels, CPU, seed: 9);
        Checkpoint.Save(_folder.File("b"), network);

        using ExpressionNetwork restored = Checkpoint.Load(_folder.File("b"));

        restored.Options.Labels.Names.Should().Equal(FourLabels.Names);
        restored.Options.Seed.Should().Be(9);
        Numbers.BitsOf(restored).Should().Equal(Numbers.BitsOf(network));
    }

    [Fact]
    public void Load_NewLabelsManyTimes_LeavesNoTensorAndNoSeedBehind()
    {
        (string path, _) = Save(NetworkVariant.AcnnAlstm);
        using Tensor before = get_rng_state();
        long live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 5; i++)
        {
            Checkpoint.Load(path, FourLabels).Dispose();
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
        using Tensor after = get_rng_state();
        after.bytes.ToArray().Should().Equal(before.bytes.ToArray());
    }

    [Fact]
    public void Load_NewLabelsOnADevice_PutsTheNetworkThere()
    {
        (string path, _) = Save(NetworkVariant.AcnnAlstm);
        using ExpressionNetwork network = Checkpoint.Load(path, FourLabels, META);

        network.state_dict().Values.Should().OnlyContain(weight => weight.device_type == DeviceType.META);
    }

    [Fact]
    public void Load_NewLabelsWithBadArguments_SaysWhatWasExpected()
    {
        (string path, _) = Save(NetworkVariant.Cnn);

        FluentActions.Invoking(() => Checkpoint.Load(path, (ExpressionLabels)null!))
            .Should().ThrowExactly<ArgumentNullException>().WithParameterName("newLabels");
        FluentActions.Invoking(() => Checkpoint.Load("", FourLabels)).Should().Throw<ArgumentException>().WithParameterName("path");
        FluentActions.Invoking(() => Checkpoint.Load(path, FourLabels, seed: -1)).Should().ThrowExactly<ArgumentOutOfRangeException>()
            .WithParameterName("seed").WithMessage("seed is -1; expected 0 to 2147483647.*");
        FluentActions.Invoking(() => Checkpoint.Load(_folder.File("missing"), FourLabels))
            .Should().ThrowExactly<FileNotFoundException>();
    }

    [Fact]
    public void Load_NewLabelsFromADamagedFile_SaysSo()
    {
        (string path, _) = Save(NetworkVariant.AcnnAlstm);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        string damaged = _folder.Write("damaged", bytes);

        FluentActions.Invoking(() => Checkpoint.Load(damaged, FourLabels)).Should().ThrowExactly<InvalidDataException>()
            .WithMessage($"'{damaged}' is not a sound safetensors file: it was changed or damaged: *");
    }

    [Theory]
    [InlineData("3, 5", float.NaN, "tensor 'classifier.linear.weight' holds a value that is not finite; expected finite numbers.")]
    [InlineData("4, 5", 0, "tensor 'classifier.linear.weight' is F32 [4, 5]; expected F32 [3, 5].")]
    [InlineData("3, 6", 0, "tensor 'classifier.linear.weight' is F32 [3, 6]; expected F32 [3, 5].")]
    [InlineData(null, 0, "tensor 'classifier.linear.weight' is missing; expected the 34 keys of ACNN-ALSTM.")]
    public void Load_NewLabelsFromAFileWithABadHead_SaysWhatWasGotAndExpected(string? shape, float value, string message)
    {
        SafetensorsFile good = Safetensors.Read(Save(NetworkVariant.AcnnAlstm).Path);
        List<SafetensorsTensor> tensors = [.. good.Tensors.Where(tensor => tensor.Name != "classifier.linear.weight")];
        if (shape is not null)
        {
            long[] sizes = [.. shape.Split(',').Select(long.Parse)];
            byte[] data = [.. Enumerable.Repeat(BitConverter.GetBytes(value), (int)(sizes[0] * sizes[1])).SelectMany(bytes => bytes)];
            tensors.Add(new SafetensorsTensor("classifier.linear.weight", SafetensorsDtype.F32, sizes, data));
        }

        string path = _folder.File("bad");
        Safetensors.Write(path, tensors, good.Metadata);

        FluentActions.Invoking(() => Checkpoint.Load(path, FourLabels)).Should().ThrowExactly<InvalidDataException>()
            .WithMessage($"'{path}': {message}");
    }
}
