using System.Security.Cryptography;
using System.Text;
using FacialAttention.Tests.Files;

namespace FacialAttention.Tests.Storage;

public sealed class SafetensorsTests : IDisposable
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static SafetensorsTensor RandomTensor(string name, SafetensorsDtype dtype, params long[] shape)
    {
        var data = new byte[SafetensorsTensor.SizeOf(dtype, shape)!.Value];
        var random = new SeededRandom(name.Length, (long)dtype, data.Length);
        for (int i = 0; i < data.Length; i++)
        {
            data[i] = (byte)random.NextInt32(256);
        }

        return new SafetensorsTensor(name, dtype, shape, data);
    }

    [Fact]
    public void Read_WhatWriteWrote_IsTheSame()
    {
        SafetensorsTensor[] tensors =
        [
            .. Enum.GetValues<SafetensorsDtype>().SelectMany(dtype => new[]
            {
                RandomTensor($"{dtype}.weight", dtype, 3, 1, 5),
                RandomTensor($"{dtype}.scalar", dtype),
                RandomTensor($"{dtype}.empty", dtype, 0, 7),
                RandomTensor($"{dtype}.größe \"quoted\"\\\n無", dtype, 3),
            }),
        ];
        var metadata = new Dictionary<string, string>
        {
            ["options"] = """{"lstm": 512, "labels": ["größe", "無"], "path": "a\\b<'&+>"}""",
            [""] = "",
            ["zeros"] = new string('0', 64),
        };

        Safetensors.Write(_folder.File("a"), tensors, metadata);
        SafetensorsFile file = Safetensors.Read(_folder.File("a"));

        file.IsVerified.Should().BeTrue();
        file.Metadata.Should().BeEquivalentTo(metadata);
        file.Tensors.Select(tensor => tensor.Name).Should().Equal(tensors.Select(tensor => tensor.Name));
        for (int i = 0; i < tensors.Length; i++)
        {
            file.Tensors[i].Dtype.Should().Be(tensors[i].Dtype);
            file.Tensors[i].Shape.Should().Equal(tensors[i].Shape);
            file.Tensors[i].Data.ToArray().Should().Equal(tensors[i].Data.ToArray());
        }
    }

    [Fact]
    public void Read_NoTensors_IsEmpty()
    {
        Safetensors.Write(_folder.File("a"), [], NoMetadata);

        SafetensorsFile file = Safetensors.Read(_folder.File("a"));

        file.Tensors.Should().BeEmpty();
        file.Metadata.Should().BeEmpty();
        file.IsVerified.Should().BeTrue();
    }

    [Fact]
    public void Write_TinyFile_HasTheBytesOfTheFormat()
    {
        SafetensorsTensor[] tensors =
        [
            new("b", SafetensorsDtype.U8, [2], new byte[] { 1, 2 }),
            new("a", SafetensorsDtype.F32, [], new byte[] { 0, 0, 0x80, 0x3F }), // 1.0
        ];

        Safetensors.Write(_folder.File("a"), tensors, new Dictionary<string, string> { ["y"] = "2", ["x"] = "\"1\"" });

        // The wider elements come first in the data, so that each lies at a multiple of its size.
        string zeros = new('0', 64);
        string json = "{\"__metadata__\":{\"sha256\":\"" + zeros + "\",\"x\":\"\\\"1\\\"\",\"y\":\"2\"},"
            + "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[4,6]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}";
        json = json.PadRight((json.Length + 7) / 8 * 8);
        byte[] expected = [(byte)json.Length, 0, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(json), 0, 0, 0x80, 0x3F, 1, 2];
        json.Length.Should().BeLessThan(256);
        string checksum = Convert.ToHexStringLower(SHA256.HashData(expected));
        Encoding.ASCII.GetBytes(checksum).CopyTo(expected, Encoding.ASCII.GetString(expected).IndexOf(zeros, StringComparison.Ordinal));
        File.ReadAllBytes(_folder.File("a")).Should().Equal(expected);
    }

    [Fact]
    public void Write_EqualInput_GivesEqualBytes()
    {
        SafetensorsTensor[] tensors = [RandomTensor("a", SafetensorsDtype.F32, 4), RandomTensor("b", SafetensorsDtype.I64)];

        Safetensors.Write(_folder.File("1"), tensors, new Dictionary<string, string> { ["x"] = "1", ["y"] = "2" });
        Safetensors.Write(_folder.File("2"), tensors, new Dictionary<string, string> { ["y"] = "2", ["x"] = "1" });

        File.ReadAllBytes(_folder.File("2")).Should().Equal(File.ReadAllBytes(_folder.File("1")));
    }

    [Fact]
    public void Write_MixedTypes_PutsEachAtAMultipleOfItsSize()
    {
        SafetensorsTensor[] tensors =
        [
            .. Enum.GetValues<SafetensorsDtype>().Reverse().Select(dtype => RandomTensor(dtype.ToString(), dtype, 3)),
        ];

        Safetensors.Write(_folder.File("a"), tensors, NoMetadata);

        byte[] file = File.ReadAllBytes(_folder.File("a"));
        foreach (SafetensorsTensor tensor in tensors)
        {
            int place = file.AsSpan().IndexOf(tensor.Data.Span);
            (place % SafetensorsTensor.SizeOf(tensor.Dtype)).Should().Be(0, tensor.Name);
        }
    }

    [Fact]
    public void Write_SecondTensorOfAName_IsRefused()
    {
        SafetensorsTensor tensor = RandomTensor("a", SafetensorsDtype.U8, 1);
        Action act = () => Safetensors.Write(_folder.File("a"), [tensor, tensor], NoMetadata);

        act.Should().Throw<ArgumentException>().WithMessage("Two tensors are named \"a\"; expected different names.*");
        Directory.GetFiles(_folder.Path).Should().BeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("__metadata__")]
    public void Write_ReservedName_IsRefused(string name)
    {
        Action act = () => Safetensors.Write(_folder.File("a"), [RandomTensor(name, SafetensorsDtype.U8, 1)], NoMetadata);

        act.Should().Throw<ArgumentException>().WithMessage($"A tensor is named \"{name}\"; expected a name other than that.*");
    }

    [Theory]
    [InlineData(3, new long[] { 2 }, "[2]")]
    [InlineData(5, new long[] { 2 }, "[2]")]
    [InlineData(4, new long[] { -2 }, "[-2]")]
    [InlineData(4, new long[] { -2, -1 }, "[-2, -1]")]
    public void Write_BytesThatDoNotFitTheShape_AreRefused(int bytes, long[] shape, string named)
    {
        var tensor = new SafetensorsTensor("a", SafetensorsDtype.F16, shape, new byte[bytes]);
        Action act = () => Safetensors.Write(_folder.File("a"), [tensor], NoMetadata);

        act.Should().Throw<ArgumentException>()
            .WithMessage($"Tensor \"a\" has {bytes} bytes; expected what F16 of shape {named} needs.*");
    }

    [Fact]
    public void SizeOf_LargestThatAFileCanHave_IsThatAndOneMoreIsNull()
    {
        SafetensorsTensor.SizeOf(SafetensorsDtype.U8, [long.MaxValue]).Should().Be(long.MaxValue);
        SafetensorsTensor.SizeOf(SafetensorsDtype.U8, [1L << 62, 2]).Should().BeNull();
    }

    [Fact]
    public void Write_ChecksumAmongMetadata_IsRefused()
    {
        Action act = () => Safetensors.Write(_folder.File("a"), [], new Dictionary<string, string> { ["sha256"] = "mine" });

        act.Should().Throw<ArgumentException>().WithMessage("The metadata have the key sha256; expected it free for the checksum.*");
    }

    [Fact]
    public void Write_HalfOfASurrogatePair_IsRefused()
    {
        const string Half = "a\uD83D";
        Action[] acts =
        [
            () => Safetensors.Write(_folder.File("a"), [RandomTensor(Half, SafetensorsDtype.U8, 1)], NoMetadata),
            () => Safetensors.Write(_folder.File("a"), [], new Dictionary<string, string> { [Half] = "" }),
            () => Safetensors.Write(_folder.File("a"), [], new Dictionary<string, string> { [""] = Half }),
        ];

        acts.Should().AllSatisfy(act => act.Should().Throw<ArgumentException>()
            .WithMessage("The text \"a\\uD83D\" has half of a surrogate pair; expected whole Unicode characters.*"));
        Directory.GetFiles(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void Write_MissingFolder_IsRefused()
    {
        string path = Path.Combine(_folder.Path, "nowhere", "a");
        Action act = () => Safetensors.Write(path, [], NoMetadata);

        act.Should().Throw<IOException>().WithMessage($"Cannot write '{path}': there is no folder*");
    }
}
