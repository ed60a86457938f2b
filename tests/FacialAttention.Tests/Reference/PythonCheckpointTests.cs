using FacialAttention.Tests.Files;
using FacialAttention.Tests.Storage;
using FacialAttention.Tests.Torch;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Reference;

/// <summary>
/// What tests/reference/check_checkpoint.py opens: a trained checkpoint of each variant, and beside it faces with the logits that the
/// library gives for them. They are kept if the environment variable FACIALATTENTION_CHECKPOINTS names a folder.
/// </summary>
public sealed class PythonCheckpointTests
{
    public static TheoryData<NetworkVariant> Variants { get; } = Cases.Of<NetworkVariant>();

    [Theory]
    [MemberData(nameof(Variants))]
    public void Save_TrainedNetwork_LoadsWithTheLogitsThatAreKeptForPython(NetworkVariant variant)
    {
        using var scope = NewDisposeScope();
        using var temporary = new TemporaryFolder();
        string folder = Environment.GetEnvironmentVariable("FACIALATTENTION_CHECKPOINTS") is { Length: > 0 } named ? named : temporary.Path;
        string checkpoint = Path.Combine(Directory.CreateDirectory(folder).FullName, $"{variant}.safetensors");
        string logitsFile = Path.Combine(folder, $"{variant}.logits.safetensors");
        FaceDataset faces = SyntheticFaces.Generate(7, seed: 1);
        var options = new ExpressionNetworkOptions { LstmHiddenSize = 24, CropHeight = 44, CropWidth = 41 };
        using var network = new ExpressionNetwork(variant, options);
        using (var trainer = new Trainer(network, new TrainerOptions { Iterations = 2, BatchSize = 4, Device = DevicePreference.Cpu }))
        {
            trainer.Fit(faces, faces);
        }

        Tensor images = Numbers.RandomImages(1, ScalarType.Float32, 5, 1, 48, 48);
        Tensor logits = network.call(images);

        Checkpoint.Save(checkpoint, network);
        SafetensorsTensor[] kept = [TensorBytes.Of("images", images), TensorBytes.Of("logits", logits)];
        Safetensors.Write(logitsFile, kept, new Dictionary<string, string>());

        using ExpressionNetwork restored = Checkpoint.Load(checkpoint);
        SafetensorsTensor written = Safetensors.Read(logitsFile).Tensors.Single(tensor => tensor.Name == "logits");
        Numbers.ValuesOf(restored.call(images)).Should().Equal(Numbers.ValuesOf(TensorBytes.ToTensor(written, ScalarType.Float32)));
    }

    [Fact]
    public void Reader_InTheDocumentation_IsTheOneThatChecks()
    {
        string reader = File.ReadAllText(Path.Combine(Repository.Root, "tests", "reference", "read_safetensors.py"));
        string documentation = File.ReadAllText(Path.Combine(Repository.Root, "docs", "evidence", "equality.md"));

        reader.Should().NotBeEmpty();
        documentation.Should().Contain($"```python\n{reader}```");
    }
}
