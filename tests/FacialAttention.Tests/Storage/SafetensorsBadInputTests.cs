using System.Buffers.Binary;
using System.IO.Pipes;
using System.Text;
using FacialAttention.Tests.Files;

namespace FacialAttention.Tests.Storage;

/// <summary>Files of other writers, and broken ones, built by hand.</summary>
public sealed class SafetensorsBadInputTests : IDisposable
{
    private const string Good = """{"a":{"dtype":"I16","shape":[2],"data_offsets":[0,4]}}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private SafetensorsFile Read(ReadOnlySpan<byte> file) => Safetensors.Read(_folder.Write("a.safetensors", file));

    private SafetensorsFile Read(string header, params byte[] data) => Read(Build(Encoding.UTF8.GetBytes(header), data));

    private static byte[] Build(byte[] header, byte[] data)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return [.. length, .. header, .. data];
    }

    /// <summary>A small file as the library writes it.</summary>
    private byte[] Written()
    {
        SafetensorsTensor[] tensors =
        [
            new("conv.weight", SafetensorsDtype.F32, [1, 2], new byte[] { 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40 }),
            new("mask", SafetensorsDtype.BOOL, [3], new byte[] { 1, 0, 1 }),
        ];
        Safetensors.Write(_folder.File("written"), tensors, new Dictionary<string, string> { ["formatVersion"] = "1" });
        return File.ReadAllBytes(_folder.File("written"));
    }

    private void ShouldBeRefused(ReadOnlySpan<byte> file, string expected)
    {
        string path = _folder.Write("a.safetensors", file);
        Action act = () => Safetensors.Read(path);

        act.Should().Throw<InvalidDataException>().WithMessage($"'{path}' is not a sound safetensors file: {expected}");
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "is a Git LFS pointer, not the file itself *; expected a safetensors file.")]
    [InlineData("<!DOCTYPE html><html></html>", "is an HTML page, not the file itself; expected a safetensors file.")]
    [InlineData("PK\u0003\u0004\0\0\0\0\u0001", "is a zip archive; expected a safetensors file. PyTorch's own files (.pt, .pth) are zip archives: *")]
    [InlineData("\u0008\u0008\u0012\u000FFacialAttention", "is an ONNX model; expected a safetensors file.")]
    public void Read_ForeignContent_IsNamed(string content, string expected)
    {
        string path = _folder.Write("a.safetensors", Encoding.Latin1.GetBytes(content));

        FluentActions.Invoking(() => Safetensors.Read(path)).Should().ThrowExactly<InvalidDataException>().WithMessage($"'{path}' {expected}");
    }

    [Fact]
    public void Read_FileOfAnotherWriter_IsReadUnverified()
    {
        // Tensors out of order, an empty one, a scalar, no metadata, no padding.
        SafetensorsFile file = Read(
            """
            {"z":{"shape":[2],"data_offsets":[2,6],"dtype":"I16"}, "scalar":{"dtype":"BF16","shape":[],"data_offsets":[0,2]},
            "empty":{"dtype":"F64","shape":[2,0],"data_offsets":[2,2]}, "last":{"dtype":"F32","shape":[0],"data_offsets":[6,6]}}
            """,
            1, 2, 3, 4, 5, 6);

        file.IsVerified.Should().BeFalse();
        file.Metadata.Should().BeEmpty();
        file.Tensors.Select(tensor => tensor.Name).Should().Equal("z", "scalar", "empty", "last");
        file.Tensors[0].Data.ToArray().Should().Equal(3, 4, 5, 6);
        file.Tensors[1].Data.ToArray().Should().Equal(1, 2);
        file.Tensors[1].Shape.Should().BeEmpty();
        file.Tensors[2].Shape.Should().Equal(2, 0);
        file.Tensors[3].Data.Length.Should().Be(0);
    }

    [Fact]
    public void Read_MetadataWithoutChecksum_IsReadUnverified()
    {
        SafetensorsFile file = Read("""{"__metadata__":{"format":"pt"}}   """);

        file.IsVerified.Should().BeFalse();
        file.Metadata.Should().Equal(new Dictionary<string, string> { ["format"] = "pt" });
    }

    [Fact]
    public void Read_AnyByteChanged_IsRefusedOrNoLongerVerified()
    {
        byte[] good = Written();
        Read(good).IsVerified.Should().BeTrue();
        var hidesChecksum = new List<int>();
        for (int i = 0; i < good.Length; i++)
        {
            foreach (byte mask in new byte[] { 0x01, 0x20, 0xFF })
            {
                byte[] file = [.. good];
                file[i] ^= mask;
                try
                {
                    if (Read(file).IsVerified)
                    {
                        Assert.Fail($"Byte {i} differs by {mask} and the file passes as verified.");
                    }

                    hidesChecksum.Add(i);
                }
                catch (InvalidDataException)
                {
                }
            }
        }

        int key = good.AsSpan().IndexOf("sha256"u8);
        hidesChecksum.Distinct().Should().Equal(Enumerable.Range(key, 6), "only a change of the checksum's key can hide it");
    }

    [Fact]
    public void Read_CutOffAtAnyLength_IsRefused()
    {
        byte[] good = Written();
        for (int length = 0; length < good.Length; length++)
        {
            string path = _folder.Write("a.safetensors", good.AsSpan(0, length));
            Action act = () => Safetensors.Read(path);
            act.Should().Throw<InvalidDataException>($"{length} of {good.Length} bytes are there");
        }
    }

    [Fact]
    public void Read_ByteAppended_IsRefused()
    {
        ShouldBeRefused([.. Written(), 0], "the tensors end at byte 11 of the data; expected the end of the data at byte 12.");
    }

    [Fact]
    public void Read_ContentChanged_SaysBothChecksums()
    {
        byte[] file = Written();
        file[^1] ^= 1;

        string anyDigits = new('?', 64); // a wildcard for each
        ShouldBeRefused(file, $"it was changed or damaged: its content has the sha256 {anyDigits}; expected {anyDigits}.");
    }

    [Theory]
    [InlineData("""{"__metadata__":{"sha256":"00"}}""", "\"00\"")]
    [InlineData(
        """{"__metadata__":{"sha256":"0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef"}}""",
        "\"0123456789ABCDEF0123...\"")]
    [InlineData(
        """{"__metadata__":{"sha256":"\u0030123456789abcde0123456789abcde0123456789abcde0123456789abc"}}""",
        "\"\\u0030123456789abcde...\"")]
    public void Read_ChecksumOfWrongForm_IsRefused(string header, string got) =>
        ShouldBeRefused(
            Build(Encoding.UTF8.GetBytes(header), []),
            $"__metadata__, key \"sha256\": {got}; expected 64 lower-case hex digits.");

    [Theory]
    [InlineData(new byte[0], "the file has 0 bytes; expected at least 8, the length of the header.")]
    [InlineData(new byte[] { 1, 2, 3 }, "the file has 3 bytes; expected at least 8, the length of the header.")]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0 }, "the header is \"\"; expected JSON in UTF-8 that starts with {.")]
    [InlineData(
        new byte[] { 3, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D }, "the header claims 3 bytes; expected at most 2 in a file of 10 bytes.")]
    [InlineData(
        new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 0x7B, 0x7D },
        "the header claims 18446744073709551615 bytes; expected at most 2 in a file of 10 bytes.")]
    [InlineData(
        new byte[] { 0, 0, 0, 0, 0, 0, 0, 128, 0x7B, 0x7D },
        "the header claims 9223372036854775808 bytes; expected at most 2 in a file of 10 bytes.")]
    [InlineData(
        new byte[] { 2, 0, 0, 0, 0, 0, 0, 0, 0x20, 0x7B, 0x7D },
        "the header is \" {\"; expected JSON in UTF-8 that starts with {.")]
    [InlineData(
        new byte[] { 7, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D },
        "the header is \"{\"\uFFFD\":1}\"; expected JSON in UTF-8 that starts with {.")]
    public void Read_BadBytes_SaysGotAndExpected(byte[] file, string expected) => ShouldBeRefused(file, expected);

    [Theory]
    [InlineData("{", "the header is not valid JSON. *")]
    [InlineData("{}x", "the header is not valid JSON. *")]
    [InlineData("{}{}", "the header is not valid JSON. *")]
    [InlineData("{\"a\":1,}", "tensor \"a\": \"1\"; expected an object.")]
    [InlineData("{/**/}", "the header is not valid JSON. *")]
    [InlineData("{\"\\ud800\":{}}", "the header is not valid JSON. *")]
    [InlineData("{\"__metadata__\":[]}", "__metadata__: \"[\"; expected an object.")]
    [InlineData("{\"__metadata__\":{\"x\":1}}", "__metadata__, key \"x\": \"1\"; expected a string.")]
    [InlineData("{\"__metadata__\":{\"x\":null}}", "__metadata__, key \"x\": \"null\"; expected a string.")]
    [InlineData("{\"__metadata__\":{\"x\":{\"sha256\":\"\"}}}", "__metadata__, key \"x\": \"{\"; expected a string.")]
    [InlineData("{\"__metadata__\":{\"x\":\"\",\"x\":\"\"}}", "__metadata__: key \"x\" comes twice; expected it once.")]
    [InlineData("{\"__metadata__\":{},\"__metadata__\":{}}", "the header: key \"__metadata__\" comes twice; expected it once.")]
    [InlineData("{\"a\":[]}", "tensor \"a\": \"[\"; expected an object.")]
    [InlineData("{\"a\":{}}", "tensor \"a\": dtype is missing; expected dtype, shape and data_offsets.")]
    public void Read_BadHeader_SaysGotAndExpected(string header, string expected) =>
        ShouldBeRefused(Build(Encoding.UTF8.GetBytes(header), []), expected);

    [Theory]
    [InlineData(
        "\"dtype\":\"I16\"", "\"dtype\":\"F8_E4M3\"",
        "tensor \"a\": unknown dtype \"F8_E4M3\"; expected one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL.")]
    [InlineData("\"dtype\":\"I16\"", "\"dtype\":\"i16\"", "tensor \"a\": unknown dtype \"i16\"; *")]
    [InlineData("\"dtype\":\"I16\"", "\"dtype\":\"6\"", "tensor \"a\": unknown dtype \"6\"; *")]
    [InlineData("\"dtype\":\"I16\"", "\"dtype\":6", "tensor \"a\", dtype: \"6\"; expected a string.")]
    [InlineData("\"dtype\":\"I16\",", "", "tensor \"a\": dtype is missing; expected dtype, shape and data_offsets.")]
    [InlineData("\"dtype\"", "\"type\"", "tensor \"a\": unknown key \"type\"; expected dtype, shape and data_offsets.")]
    [InlineData("\"dtype\"", "\"shape\":[2],\"dtype\"", "tensor \"a\": key \"shape\" comes twice; expected it once.")]
    [InlineData("\"shape\":[2],", "", "tensor \"a\": shape is missing; expected dtype, shape and data_offsets.")]
    [InlineData(",\"data_offsets\":[0,4]", "", "tensor \"a\": data_offsets is missing; expected dtype, shape and data_offsets.")]
    [InlineData(
        "[2],\"data_offsets\":[0,4]", "[1,1],\"data_offsets\":[1,5]",
        "tensor \"a\": data_offsets [1, 5] hold 4 bytes; expected 2 for I16 of shape [1, 1].")]
    [InlineData("[2]", "2", "tensor \"a\", shape: \"2\"; expected an array.")]
    [InlineData("[2]", "[-2]", "tensor \"a\", shape: \"-2\"; expected whole numbers from 0.")]
    [InlineData("[2]", "[2.0]", "tensor \"a\", shape: \"2.0\"; expected whole numbers from 0.")]
    [InlineData("[2]", "[\"2\"]", "tensor \"a\", shape: \"2\"; expected whole numbers from 0.")]
    [InlineData("[2]", "[[2]]", "tensor \"a\", shape: \"[\"; expected whole numbers from 0.")]
    [InlineData("[2]", "[99999999999999999999]", "tensor \"a\", shape: \"99999999999999999999\"; expected whole numbers from 0.")]
    [InlineData("[2]", "[3]", "tensor \"a\": data_offsets [0, 4] hold 4 bytes; expected 6 for I16 of shape [3].")]
    [InlineData("[2]", "[]", "tensor \"a\": data_offsets [0, 4] hold 4 bytes; expected 2 for I16 of shape [].")]
    [InlineData(
        "[2]", "[4294967296,4294967296,2]",
        "tensor \"a\": data_offsets [0, 4] hold 4 bytes; expected more than a file can have for *")]
    [InlineData("[2]", "[9223372036854775807]", "tensor \"a\": data_offsets [0, 4] hold 4 bytes; expected more than a file can have for *")]
    [InlineData("[0,4]", "[0]", "tensor \"a\": data_offsets are [0]; expected a start and an end.")]
    [InlineData("[0,4]", "[0,4,4]", "tensor \"a\": data_offsets are [0, 4, 4]; expected a start and an end.")]
    [InlineData("[0,4]", "[4,0]", "tensor \"a\": data_offsets are [4, 0]; expected a start and an end.")]
    [InlineData("[0,4]", "[-4,0]", "tensor \"a\", data_offsets: \"-4\"; expected whole numbers from 0.")]
    [InlineData("[0,4]", "[1,5]", "tensor \"a\" starts at byte 1 and leaves a gap after the tensor before it; expected byte 0.")]
    [InlineData("[0,4]", "[9223372036854775803,9223372036854775807]", "tensor \"a\" starts at byte 9223372036854775803 and leaves a gap *")]
    [InlineData(
        "[2],\"data_offsets\":[0,4]", "[4],\"data_offsets\":[0,8]",
        "the tensors end at byte 8 of the data; expected the end of the data at byte 4.")]
    [InlineData(
        "[2],\"data_offsets\":[0,4]", "[1],\"data_offsets\":[0,2]",
        "the tensors end at byte 2 of the data; expected the end of the data at byte 4.")]
    public void Read_BadTensor_SaysGotAndExpected(string good, string bad, string expected)
    {
        Good.Should().Contain(good);

        ShouldBeRefused(Build(Encoding.UTF8.GetBytes(Good.Replace(good, bad, StringComparison.Ordinal)), [1, 2, 3, 4]), expected);
    }

    [Theory]
    [InlineData(2, 4, "tensor \"b\" starts at byte 2 and overlaps the tensor before it; expected byte 4.")]
    [InlineData(0, 4, "tensor \"b\" starts at byte 0 and overlaps the tensor before it; expected byte 4.")]
    [InlineData(6, 4, "tensor \"b\" starts at byte 6 and leaves a gap after the tensor before it; expected byte 4.")]
    [InlineData(2, 0, "tensor \"b\" starts at byte 2 and overlaps the tensor before it; expected byte 4.")]
    public void Read_TensorsThatDoNotTouch_AreRefused(int begin, int size, string expected)
    {
        string second = $",\"b\":{{\"dtype\":\"U8\",\"shape\":[{size}],\"data_offsets\":[{begin},{begin + size}]}}}}";
        ShouldBeRefused(Build(Encoding.UTF8.GetBytes(Good[..^1] + second), new byte[begin + size]), expected);
    }

    [Fact]
    public void Read_SecondTensorOfAName_IsRefused() => ShouldBeRefused(
        Build(Encoding.UTF8.GetBytes(Good[..^1] + "," + Good[1..].Replace("\"a\"", "\"\\u0061\"", StringComparison.Ordinal)), new byte[4]),
        "the header: key \"a\" comes twice; expected it once.");

    [Fact]
    public void Read_EndlessShape_IsRefused()
    {
        string shape = string.Join(",", Enumerable.Repeat("1", 100_000));

        ShouldBeRefused(
            Build(Encoding.UTF8.GetBytes(Good.Replace("[2]", $"[{shape}]", StringComparison.Ordinal)), [1, 2]),
            "tensor \"a\", shape: more than 64 numbers; expected at most as many.");
    }

    [Fact]
    public void Read_LongKeys_AreShortenedInMessages() => ShouldBeRefused(
        Build(Encoding.UTF8.GetBytes($"{{\"{new string('k', 5000)}\":1}}"), []),
        $"tensor \"{new string('k', 100)}...\": \"1\"; expected an object.");

    [Fact]
    public void Read_HeaderOver100Megabytes_IsRefused()
    {
        string path = _folder.File("a.safetensors");
        using (FileStream stream = File.Create(path))
        {
            stream.Write([1, 0xE1, 0xF5, 5, 0, 0, 0, 0]); // 100,000,001
            stream.SetLength(100_000_100); // sparse: takes no disk
        }

        Action act = () => Safetensors.Read(path);

        act.Should().Throw<InvalidDataException>()
            .WithMessage("*the header claims 100000001 bytes; expected at most 100000000 in a file of 100000100 bytes.");
    }

    [Fact]
    public void Read_MoreBytesThanAnArrayHolds_IsRefused()
    {
        string path = _folder.File("a.safetensors");
        using (FileStream stream = File.Create(path))
        {
            stream.SetLength(Array.MaxLength + 1L); // sparse
        }

        Action act = () => Safetensors.Read(path);

        act.Should().Throw<InvalidDataException>()
            .WithMessage($"*the file has {Array.MaxLength + 1L} bytes; expected at most {Array.MaxLength}.");
    }

    [LinuxFact]
    public void Read_Pipe_IsRefused()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        string path = $"/proc/self/fd/{pipe.ClientSafePipeHandle.DangerousGetHandle()}";
        Action act = () => Safetensors.Read(path);

        act.Should().Throw<IOException>().WithMessage($"'{path}' is a pipe or device; expected a safetensors file.");
    }

    [Fact]
    public void Read_MissingFile_IsFileNotFound()
    {
        string path = _folder.File("nothing");
        Action act = () => Safetensors.Read(path);

        act.Should().Throw<FileNotFoundException>().WithMessage($"There is no file '{path}'; expected a safetensors file.");
    }

    [Fact]
    public void Read_Folder_IsRefused()
    {
        Action act = () => Safetensors.Read(_folder.Path);

        act.Should().Throw<IOException>().WithMessage($"'{_folder.Path}' is a folder; expected a safetensors file.");
    }
}
