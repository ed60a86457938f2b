using static TorchSharp.torch;

namespace FacialAttention.Tests.Reference;

/// <summary>A file that <c>tests/reference/make_goldens.py</c> wrote; its tensors belong to the caller's dispose scope.</summary>
internal sealed class GoldenFile
{
    private GoldenFile(string path, SafetensorsFile file)
    {
        Path = path;
        Metadata = file.Metadata;
        Tensors = file.Tensors.ToDictionary(
            tensor => tensor.Name,
            tensor => TensorBytes.ToTensor(tensor, tensor.Dtype == SafetensorsDtype.I64 ? ScalarType.Int64 : ScalarType.Float32));
    }

    public static string Folder { get; } = System.IO.Path.Combine(Repository.Root, "tests", "reference", "goldens");

    public string Path { get; }

    public IReadOnlyDictionary<string, string> Metadata { get; }

    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    public static GoldenFile Read(string name)
    {
        string path = System.IO.Path.Combine(Folder, $"{name}.safetensors");
        SafetensorsFile file = Safetensors.Read(path);
        file.IsVerified.Should().BeTrue("Python wrote the checksum");
        return new GoldenFile(path, file);
    }
}
