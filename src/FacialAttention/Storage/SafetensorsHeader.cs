using System.Text.Json;
using System.Text.Unicode;

namespace FacialAttention;

/// <summary>The JSON header of a safetensors file, checked as far as it can be without the data.</summary>
internal sealed class SafetensorsHeader
{
    /// <summary>A tensor has a handful of dimensions; without a bound a hostile header could make arrays of millions.</summary>
    private const int MaxRank = 64;

    private SafetensorsHeader()
    {
    }

    /// <summary>One tensor; its bytes are at <c>Begin..End</c> of the data and fit its shape.</summary>
    public readonly record struct Entry(string Name, SafetensorsDtype Dtype, long[] Shape, long Begin, long End);

    /// <summary>The tensors in the order of the header; no two have one name.</summary>
    public List<Entry> Tensors { get; } = [];

    /// <summary>The metadata without the checksum; empty when the file has none.</summary>
    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Where in the header the digits of the checksum start, or null when there is no checksum.</summary>
    public int? ChecksumStart { get; private set; }

    /// <summary>Reads a header.</summary>
    /// <exception cref="InvalidDataException">The header breaks the format.</exception>
    public static SafetensorsHeader Parse(string source, ReadOnlySpan<byte> json)
    {
        if (!json.StartsWith("{"u8) || !Utf8.IsValid(json))
        {
            throw Safetensors.Fault(source, $"the header is {Excerpt.Of(json)}; expected JSON in UTF-8 that starts with {{");
        }

        var header = new SafetensorsHeader();
        try
        {
            header.Read(source, new Utf8JsonReader(json));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second is the reader's word on an escaped half of a surrogate pair.
            throw Safetensors.Fault(source, $"the header is not valid JSON. {exception.Message}", exception);
        }

        return header;
    }

    private void Read(string source, Utf8JsonReader reader)
    {
        reader.Read();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (ReadName(ref reader, names, source, "the header") is string name)
        {
            if (name == Safetensors.MetadataKey)
            {
                ReadMetadata(ref reader, source);
            }
            else
            {
                Tensors.Add(ReadTensor(ref reader, source, name));
            }
        }

        reader.Read(); // throws unless only white space follows
    }

    private void ReadMetadata(ref Utf8JsonReader reader, string source)
    {
        ReadStart(ref reader, JsonTokenType.StartObject, source, Safetensors.MetadataKey, "an object");
        var keys = new HashSet<string>(StringComparer.Ordinal);
        while (ReadName(ref reader, keys, source, Safetensors.MetadataKey) is string key)
        {
            ReadStart(ref reader, JsonTokenType.String, source, $"{Safetensors.MetadataKey}, key {Quote(key)}", "a string");
            if (key == Safetensors.ChecksumKey)
            {
                if (reader.ValueIsEscaped || !Safetensors.IsChecksum(reader.ValueSpan))
                {
                    throw Safetensors.Fault(
                        source,
                        $"{Safetensors.MetadataKey}, key {Quote(key)}: {Excerpt.Of(reader.ValueSpan)}; "
                        + "expected 64 lower-case hex digits");
                }

                ChecksumStart = (int)reader.TokenStartIndex + 1;
            }
            else
            {
                Metadata.Add(key, reader.GetString()!);
            }
        }
    }

    private static Entry ReadTensor(ref Utf8JsonReader reader, string source, string name)
    {
        string place = $"tensor {Quote(name)}";
        SafetensorsDtype? dtype = null;
        long[]? shape = null;
        long[]? offsets = null;
        ReadStart(ref reader, JsonTokenType.StartObject, source, place, "an object");
        var keys = new HashSet<string>(StringComparer.Ordinal);
        while (ReadName(ref reader, keys, source, place) is string key)
        {
            switch (key)
            {
                case "dtype":
                    dtype = ReadDtype(ref reader, source, place);
                    break;
                case "shape":
                    shape = ReadNumbers(ref reader, source, $"{place}, shape");
                    break;
                case "data_offsets":
                    offsets = ReadNumbers(ref reader, source, $"{place}, data_offsets");
                    break;
                default:
                    throw Safetensors.Fault(source, $"{place}: unknown key {Quote(key)}; expected dtype, shape and data_offsets");
            }
        }

        if (dtype is null || shape is null || offsets is null)
        {
            string missing = dtype is null ? "dtype" : shape is null ? "shape" : "data_offsets";
            throw Safetensors.Fault(source, $"{place}: {missing} is missing; expected dtype, shape and data_offsets");
        }

        if (offsets.Length != 2 || offsets[0] > offsets[1])
        {
            throw Safetensors.Fault(source, $"{place}: data_offsets are [{string.Join(", ", offsets)}]; expected a start and an end");
        }

        long? size = SafetensorsTensor.SizeOf(dtype.Value, shape);
        if (offsets[1] - offsets[0] != size)
        {
            throw Safetensors.Fault(
                source,
                $"{place}: data_offsets [{string.Join(", ", offsets)}] hold {offsets[1] - offsets[0]} bytes; "
                + $"expected {size?.ToString() ?? "more than a file can have"} for {dtype} of shape [{string.Join(", ", shape)}]");
        }

        return new Entry(name, dtype.Value, shape, offsets[0], offsets[1]);
    }

    private static SafetensorsDtype ReadDtype(ref Utf8JsonReader reader, string source, string place)
    {
        ReadStart(ref reader, JsonTokenType.String, source, $"{place}, dtype", "a string");
        string text = reader.GetString()!;
        foreach (SafetensorsDtype dtype in Enum.GetValues<SafetensorsDtype>())
        {
            if (dtype.ToString() == text)
            {
                return dtype;
            }
        }

        throw Safetensors.Fault(
            source, $"{place}: unknown dtype {Excerpt.Of(text)}; expected one of {string.Join(", ", Enum.GetNames<SafetensorsDtype>())}");
    }

    private static long[] ReadNumbers(ref Utf8JsonReader reader, string source, string place)
    {
        ReadStart(ref reader, JsonTokenType.StartArray, source, place, "an array");
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0)
            {
                throw Safetensors.Fault(source, $"{place}: {Excerpt.Of(reader.ValueSpan)}; expected whole numbers from 0");
            }

            if (numbers.Count == MaxRank)
            {
                throw Safetensors.Fault(source, $"{place}: more than {MaxRank} numbers; expected at most as many");
            }

            numbers.Add(number);
        }

        return [.. numbers];
    }

    private static void ReadStart(ref Utf8JsonReader reader, JsonTokenType type, string source, string place, string expected)
    {
        reader.Read();
        if (reader.TokenType != type)
        {
            throw Safetensors.Fault(source, $"{place}: {Excerpt.Of(reader.ValueSpan)}; expected {expected}");
        }
    }

    /// <summary>The next property name of an object, or null at its end.</summary>
    private static string? ReadName(ref Utf8JsonReader reader, HashSet<string> seen, string source, string place)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            return null;
        }

        string name = reader.GetString()!;
        return seen.Add(name) ? name : throw Safetensors.Fault(source, $"{place}: key {Quote(name)} comes twice; expected it once");
    }

    // State-dict keys are longer than other excerpts and must be recognisable.
    private static string Quote(string key) => Excerpt.Of(key, maxLength: 100);
}
