using FacialAttention.Fuzz.Mutations;
using FacialAttention.Tests.Files;

namespace FacialAttention.Fuzz.Targets;

/// <summary>The reader of safetensors files, on files of this library and of others, of all element types.</summary>
internal sealed class SafetensorsTarget : Target
{
    private readonly byte[][] _valid;

    public SafetensorsTarget()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("valid");
        var metadata = new Dictionary<string, string> { ["note"] = "{\"a\":[1,2]}", ["ä"] = "" };
        SafetensorsTensor[] kinds =
        [
            .. Enum.GetValues<SafetensorsDtype>().Select(dtype =>
                new SafetensorsTensor(dtype.ToString(), dtype, [2, 3], new byte[6 * SafetensorsTensor.SizeOf(dtype)])),
        ];
        SafetensorsTensor[] shapes =
        [
            new("scalar", SafetensorsDtype.F32, [], new byte[4]),
            new("empty", SafetensorsDtype.I64, [0, 5], Array.Empty<byte>()),
            new("long", SafetensorsDtype.U8, [1, 1, 1, 1, 1, 40], new byte[40]),
        ];
        _valid = [Write(kinds, metadata), Write(shapes, metadata), Write([], metadata), Write(kinds, []), Foreign(Write(shapes, []))];

        byte[] Write(SafetensorsTensor[] tensors, Dictionary<string, string> with)
        {
            Safetensors.Write(path, tensors, with);
            return File.ReadAllBytes(path);
        }
    }

    public override string Name => "safetensors";

    public override string Extension => ".safetensors";

    public override IReadOnlyList<Type> Documented { get; } =
        [typeof(FileNotFoundException), typeof(IOException), typeof(InvalidDataException)];

    public override void Write(string path, Dice dice) =>
        File.WriteAllBytes(path, SafetensorsMutations.Mutate(dice, dice.Pick(_valid), dice.Pick(_valid)));

    public override void Read(string path, Dice dice)
    {
        foreach (SafetensorsTensor tensor in Safetensors.Read(path).Tensors)
        {
            if (SafetensorsTensor.SizeOf(tensor.Dtype, [.. tensor.Shape]) != tensor.Data.Length)
            {
                throw new BrokenPromiseException($"{tensor.Name} has {tensor.Data.Length} bytes for [{string.Join(", ", tensor.Shape)}].");
            }
        }
    }

    /// <summary>The file without metadata, as other programs write it.</summary>
    private static byte[] Foreign(byte[] own)
    {
        var parts = SafetensorsParts.Of(own);
        parts.Header = "{" + parts.Header[(parts.Header.IndexOf("},", StringComparison.Ordinal) + 2)..];
        return parts.Join();
    }
}
