using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FacialAttention;

/// <summary>
/// Reads and writes the safetensors format: 8 bytes with the length of a JSON header, little-endian; the header; the tensors' bytes, one
/// after the other. See https://github.com/huggingface/safetensors#format.
/// </summary>
/// <remarks>
/// Files written here carry a checksum, <c>sha256</c> in <c>__metadata__</c>: 64 lower-case hex digits of SHA-256 over the whole file with
/// these digits replaced by zeros. The metadata come first and the checksum first in them, so its place is the same in all files.
/// </remarks>
internal static class Safetensors
{
    public const string ChecksumKey = "sha256";
    public const string MetadataKey = "__metadata__";

    private const int LengthBytes = sizeof(ulong);
    private const int MaxHeaderBytes = 100_000_000; // the limit of the reference implementation
    private const int ChecksumDigits = 2 * SHA256.HashSizeInBytes;

    private static readonly byte[] ZeroDigits = [.. Enumerable.Repeat((byte)'0', ChecksumDigits)];

    /// <summary>Writes a file, whole or not at all; equal arguments give equal bytes.</summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <param name="tensors">The tensors, with different names.</param>
    /// <param name="metadata">Any strings; not the checksum, which is added.</param>
    /// <exception cref="ArgumentException">
    /// A name is reserved or comes twice, a tensor's bytes do not fit its shape, or a text has half of a surrogate pair.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string> metadata) =>
        AtomicFile.Write(path, Prepare(tensors, metadata));

    /// <summary>Writes the content of a file to a stream, from where it stands.</summary>
    /// <exception cref="ArgumentException">The stream cannot be written, or as for a file.</exception>
    /// <exception cref="IOException">The stream fails.</exception>
    public static void Write(Stream stream, IReadOnlyList<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        if (!stream.CanWrite)
        {
            throw new ArgumentException("The stream cannot be written to; expected one that can.", nameof(stream));
        }

        Prepare(tensors, metadata)(stream);
    }

    /// <summary>Reads a file and checks all of it; the tensors share one array.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is not safetensors, is damaged, or its checksum does not match.</exception>
    public static SafetensorsFile Read(string path) => Parse($"'{path}'", ReadBytes(path));

    /// <summary>Reads a stream, which need not seek, from where it stands to its end, and checks all of it.</summary>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="IOException">The stream fails, or has more bytes than an array can have.</exception>
    /// <exception cref="InvalidDataException">The content is not safetensors, is damaged, or its checksum does not match.</exception>
    public static SafetensorsFile Read(Stream stream)
    {
        if (!stream.CanRead)
        {
            throw new ArgumentException("The stream cannot be read; expected one that can.", nameof(stream));
        }

        using var content = new MemoryStream();
        stream.CopyTo(content);
        return Parse("The stream", content.GetBuffer().AsMemory(0, (int)content.Length));
    }

    /// <summary>Whether a text has the form of a checksum: 64 lower-case hex digits.</summary>
    internal static bool IsChecksum(ReadOnlySpan<byte> text) =>
        text.Length == ChecksumDigits && !text.ContainsAnyExcept("0123456789abcdef"u8);

    /// <param name="source">The file in messages, as the subject of a sentence.</param>
    /// <param name="gotAndExpected">What is wrong.</param>
    /// <param name="cause">What was thrown.</param>
    internal static InvalidDataException Fault(string source, string gotAndExpected, Exception? cause = null) =>
        new($"{source} is not a sound safetensors file: {gotAndExpected}.", cause);

    /// <summary>Lays a file out; what is returned writes it.</summary>
    private static Action<Stream> Prepare(IReadOnlyList<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        // Elements must lie at multiples of their size for readers that map the file, and there may be no gaps: the widest come first.
        SafetensorsTensor[] dataOrder = [.. tensors.OrderByDescending(tensor => SafetensorsTensor.SizeOf(tensor.Dtype))];
        byte[] header = CreateHeader(tensors, dataOrder, metadata);
        using (var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
        {
            hash.AppendData(header);
            foreach (SafetensorsTensor tensor in dataOrder)
            {
                hash.AppendData(tensor.Data.Span);
            }

            FinishChecksum(hash).CopyTo(header, header.AsSpan().IndexOf(ZeroDigits));
        }

        return stream =>
        {
            stream.Write(header);
            foreach (SafetensorsTensor tensor in dataOrder)
            {
                stream.Write(tensor.Data.Span);
            }
        };
    }

    private static SafetensorsFile Parse(string source, ReadOnlyMemory<byte> file)
    {
        if (file.Length < LengthBytes)
        {
            throw Fault(source, $"the file has {file.Length} bytes; expected at least {LengthBytes}, the length of the header");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(file.Span);
        int available = Math.Min(file.Length - LengthBytes, MaxHeaderBytes);
        if (length > (ulong)available)
        {
            if (ForeignContent.NameOf(file.Span) is string kind and not ForeignContent.SafetensorsFormat)
            {
                string hint = kind.EndsWith("zip archive", StringComparison.Ordinal)
                    ? " PyTorch's own files (.pt, .pth) are zip archives: save their state dict by the Python package safetensors."
                    : "";
                throw new InvalidDataException($"{source} is {kind}; expected a safetensors file.{hint}");
            }

            throw Fault(source, $"the header claims {length} bytes; expected at most {available} in a file of {file.Length} bytes");
        }

        var header = SafetensorsHeader.Parse(source, file.Span.Slice(LengthBytes, (int)length));
        ReadOnlyMemory<byte> data = file[(LengthBytes + (int)length)..];
        CheckPlaces(source, header.Tensors, data.Length);
        if (header.ChecksumStart is int start)
        {
            CheckChecksum(source, file.Span, LengthBytes + start);
        }

        SafetensorsTensor[] tensors =
        [
            .. header.Tensors.Select(entry => new SafetensorsTensor(
                entry.Name, entry.Dtype, entry.Shape, data[(int)entry.Begin..(int)entry.End])),
        ];
        return new SafetensorsFile(source, tensors, header.Metadata, isVerified: header.ChecksumStart is not null);
    }

    private static byte[] CreateHeader(
        IReadOnlyList<SafetensorsTensor> tensors, SafetensorsTensor[] dataOrder, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.ContainsKey(ChecksumKey))
        {
            throw new ArgumentException($"The metadata have the key {ChecksumKey}; expected it free for the checksum.", nameof(metadata));
        }

        foreach ((string key, string value) in metadata)
        {
            CheckText(key, nameof(metadata));
            CheckText(value, nameof(metadata));
        }

        var begins = new Dictionary<string, long>(StringComparer.Ordinal);
        long end = 0;
        foreach (SafetensorsTensor tensor in dataOrder)
        {
            CheckTensor(tensor);
            if (!begins.TryAdd(tensor.Name, end))
            {
                throw new ArgumentException($"Two tensors are named \"{tensor.Name}\"; expected different names.", nameof(tensors));
            }

            end += tensor.Data.Length;
        }

        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write(stackalloc byte[LengthBytes]);
        // No text of a header ends up in a web page, so quotes need no \u escapes.
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject(MetadataKey);
            json.WriteString(ChecksumKey, ZeroDigits);
            foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            foreach (SafetensorsTensor tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Dtype.ToString());
                WriteNumbers(json, "shape", tensor.Shape);
                WriteNumbers(json, "data_offsets", [begins[tensor.Name], begins[tensor.Name] + tensor.Data.Length]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        int padding = -buffer.WrittenCount & (LengthBytes - 1); // so that the data start at a multiple of 8
        buffer.Write("       "u8[..padding]);
        byte[] header = buffer.WrittenSpan.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)(header.Length - LengthBytes));
        return header;
    }

    private static void CheckTensor(SafetensorsTensor tensor)
    {
        if (tensor.Name.Length == 0 || tensor.Name == MetadataKey)
        {
            throw new ArgumentException($"A tensor is named \"{tensor.Name}\"; expected a name other than that.", nameof(tensor));
        }

        CheckText(tensor.Name, nameof(tensor));
        long[] shape = [.. tensor.Shape];
        long? size = shape.Any(length => length < 0) ? null : SafetensorsTensor.SizeOf(tensor.Dtype, shape);
        if (size != tensor.Data.Length)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Tensor \"{tensor.Name}\" has {tensor.Data.Length} bytes; expected what {tensor.Dtype} of ")
                + FormattableString.Invariant($"shape [{string.Join(", ", shape)}] needs."),
                nameof(tensor));
        }
    }

    /// <summary>A text that the file can give back as it is.</summary>
    internal static void CheckText(string text, string parameter)
    {
        if (!UnicodeText.IsWhole(text))
        {
            throw new ArgumentException(
                $"The text {Excerpt.Of(text, 100)} has half of a surrogate pair; expected whole Unicode characters.", parameter);
        }
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static byte[] ReadBytes(string path)
    {
        using FileStream stream = InputFile.Open(path, "a safetensors file");
        if (!stream.CanSeek)
        {
            throw new IOException($"'{path}' is a pipe or device; expected a safetensors file.");
        }

        if (stream.Length > Array.MaxLength)
        {
            throw Fault($"'{path}'", $"the file has {stream.Length} bytes; expected at most {Array.MaxLength}");
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)stream.Length);
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The tensors must fill the data exactly: no byte unused, none used twice.</summary>
    private static void CheckPlaces(string source, List<SafetensorsHeader.Entry> tensors, int dataLength)
    {
        long end = 0;
        foreach (SafetensorsHeader.Entry tensor in tensors.OrderBy(tensor => tensor.Begin).ThenBy(tensor => tensor.End))
        {
            if (tensor.Begin != end)
            {
                string fault = tensor.Begin < end ? "overlaps the tensor before it" : "leaves a gap after the tensor before it";
                throw Fault(
                    source, $"tensor {Excerpt.Of(tensor.Name, 100)} starts at byte {tensor.Begin} and {fault}; expected byte {end}");
            }

            end = tensor.End;
        }

        if (end != dataLength)
        {
            throw Fault(source, $"the tensors end at byte {end} of the data; expected the end of the data at byte {dataLength}");
        }
    }

    private static void CheckChecksum(string source, ReadOnlySpan<byte> file, int start)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(file[..start]);
        hash.AppendData(ZeroDigits);
        hash.AppendData(file[(start + ChecksumDigits)..]);
        byte[] computed = FinishChecksum(hash);
        ReadOnlySpan<byte> stored = file.Slice(start, ChecksumDigits);
        if (!stored.SequenceEqual(computed))
        {
            throw Fault(
                source,
                $"it was changed or damaged: its content has the {ChecksumKey} {Encoding.ASCII.GetString(computed)}; "
                + $"expected {Encoding.ASCII.GetString(stored)}");
        }
    }

    private static byte[] FinishChecksum(IncrementalHash hash) =>
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash.GetHashAndReset()));
}
