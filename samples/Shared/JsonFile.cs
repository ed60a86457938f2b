using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using FacialAttention;

namespace Samples;

/// <summary>The json files of the samples: replaced whole or not at all, and compared name by name.</summary>
internal static class JsonFile
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(), new LabelNames() },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
    };

    public static JsonObject ToObject<T>(T value) => JsonSerializer.SerializeToNode(value, Json)!.AsObject();

    public static void Write<T>(string path, T value) =>
        AtomicFile.Write(path, stream => stream.Write(JsonSerializer.SerializeToUtf8Bytes(value, Json)));

    /// <summary>Writes the file if there is none. Of several processes that do so at once one does, and the others leave it alone.</summary>
    public static void WriteNew<T>(string path, T value)
    {
        string own = $"{path}.{Path.GetRandomFileName()}";
        Write(own, value);
        try
        {
            File.Move(own, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(own);
        }
    }

    public static T Read<T>(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), Json) ?? throw new JsonException("it is null.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"'{path}' is not as this program writes it: {exception.Message}", exception);
        }
    }

    /// <summary>What differs, for example "trainer.epochs is 3 there and 4 here".</summary>
    public static IEnumerable<string> Differences(JsonObject there, JsonObject here, string path = "") =>
        JsonDifferences.Between(there, here, path, TextOf);

    public static string TextOf(JsonNode? node) => node?.ToJsonString() ?? "null";

    private sealed class LabelNames : JsonConverter<ExpressionLabels>
    {
        public override ExpressionLabels Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(JsonSerializer.Deserialize<string[]>(ref reader, options)!);

        public override void Write(Utf8JsonWriter writer, ExpressionLabels value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Names, options);
    }
}
