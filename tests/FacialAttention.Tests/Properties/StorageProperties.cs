using System.ComponentModel;
using FacialAttention.Tests.Files;
using FacialAttention.Tests.Storage;
using FacialAttention.Tests.Torch;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Properties;

/// <summary>What is saved is what is loaded: any network, any tensors, any text.</summary>
[Properties(Arbitrary = new[] { typeof(StorageProperties), typeof(NetworkCase) })]
public sealed class StorageProperties : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public sealed record Entry(string Name, ScalarType Dtype, long[] Shape, int Seed)
    {
        internal SafetensorsTensor Stored()
        {
            SafetensorsDtype dtype = TensorBytes.DtypeOf(Dtype);
            var random = new SeededRandom(Seed);
            var data = new byte[SafetensorsTensor.SizeOf(dtype, Shape)!.Value];
            for (int i = 0; i < data.Length; i++)
            {
                data[i] = (byte)random.NextInt32(Dtype == ScalarType.Bool ? 2 : 256);
            }

            return new SafetensorsTensor(Name, dtype, Shape, data);
        }

        public override string ToString() => $"\"{Name}\" {Dtype} [{string.Join(", ", Shape)}], seed {Seed}";
    }

    public static Arbitrary<Entry> Entries() =>
        (from name in Some.Text
         from dtype in Gen.Elements(
             ScalarType.Float64,
             ScalarType.Float32,
             ScalarType.Float16,
             ScalarType.BFloat16,
             ScalarType.Int64,
             ScalarType.Int32,
             ScalarType.Int16,
             ScalarType.Int8,
             ScalarType.Byte,
             ScalarType.Bool)
         from rank in Gen.Choose(0, 4)
         from shape in Gen.Choose(0, 4).ArrayOf(rank)
         from seed in Some.Seed
         select new Entry(name, dtype, [.. shape.Select(length => (long)length)], seed)).ToArbitrary();

    public static Arbitrary<Dictionary<string, string>> Texts() =>
        (from count in Gen.Choose(0, 5)
         from keys in Some.Text.Where(key => key != Safetensors.ChecksumKey).ArrayOf(count)
         from values in Some.Text.ArrayOf(count)
         select keys.Zip(values).DistinctBy(pair => pair.First).ToDictionary(pair => pair.First, pair => pair.Second)).ToArbitrary();

    public static Arbitrary<ExpressionLabels> LabelSets() => Some.Labels.ToArbitrary();

    public void Dispose() => _folder.Dispose();

    /// <summary>Equal options, labels and provenance; weights and logits to the last bit.</summary>
    [Property(MaxTest = 50)]
    public void Checkpoint_AnyNetwork_LoadsAsItWasSaved(NetworkCase it, Dictionary<string, string> provenance)
    {
        using var scope = NewDisposeScope();
        using ExpressionNetwork network = it.Create();
        network.eval();
        Checkpoint.Save(_folder.File("a"), network, provenance);

        using ExpressionNetwork restored = Checkpoint.Load(_folder.File("a"));

        ExpressionNetworkOptions expected = it.Options;
        expected.BackboneStages ??= ConvBackbone.Paper;
        restored.Variant.Should().Be(it.Variant);
        restored.Options.Should().BeEquivalentTo(expected, options => options.WithStrictOrdering());
        restored.Options.Labels.Names.Should().Equal(expected.Labels.Names);
        Checkpoint.ReadProvenance(_folder.File("a")).Should().Equal(provenance);
        Numbers.BitsOf(restored).Should().Equal(Numbers.BitsOf(network));
        Numbers.ValuesOf(restored.call(it.Images(2))).Should().Equal(Numbers.ValuesOf(network.call(it.Images(2))));
    }

    [Property(MaxTest = 100)]
    public void Safetensors_AnyTensorsAndMetadata_AreReadAsWritten(Entry[] entries, Dictionary<string, string> metadata)
    {
        SafetensorsTensor[] tensors = [.. entries.Take(8).Select((entry, i) => (entry with { Name = $"{entry.Name}{i}" }).Stored())];

        Safetensors.Write(_folder.File("a"), tensors, metadata);
        SafetensorsFile file = Safetensors.Read(_folder.File("a"));

        file.IsVerified.Should().BeTrue();
        file.Metadata.Should().Equal(metadata);
        file.Tensors.Select(tensor => (tensor.Name, tensor.Dtype)).Should().Equal(tensors.Select(tensor => (tensor.Name, tensor.Dtype)));
        foreach ((SafetensorsTensor read, SafetensorsTensor written) in file.Tensors.Zip(tensors))
        {
            read.Shape.Should().Equal(written.Shape);
            read.Data.ToArray().Should().Equal(written.Data.ToArray());
        }
    }

    /// <summary>Also of a tensor that lies in memory in another order than row by row.</summary>
    [Property(MaxTest = 100)]
    public void TensorBytes_AnyTensor_ComesBackBitForBit(Entry it, bool isTransposed)
    {
        using var scope = NewDisposeScope();
        SafetensorsTensor stored = it.Stored();
        Tensor tensor = TensorBytes.ToTensor(stored, it.Dtype);
        if (isTransposed && it.Shape.Length >= 2)
        {
            tensor = tensor.transpose(0, 1).contiguous().transpose(0, 1);
        }

        SafetensorsTensor again = TensorBytes.Of(it.Name, tensor);

        (again.Name, again.Dtype).Should().Be((it.Name, stored.Dtype));
        again.Shape.Should().Equal(it.Shape);
        again.Data.ToArray().Should().Equal(stored.Data.ToArray());
    }

    [Property(MaxTest = 100)]
    public void ExpressionLabels_AnyNames_AreReadBackFromTheirText(ExpressionLabels labels)
    {
        TypeConverter converter = TypeDescriptor.GetConverter(typeof(ExpressionLabels));

        ExpressionLabels.Parse(labels.ToString()).Names.Should().Equal(labels.Names);
        converter.ConvertFromInvariantString(converter.ConvertToInvariantString(labels)!).Should().Be(labels);
    }
}
