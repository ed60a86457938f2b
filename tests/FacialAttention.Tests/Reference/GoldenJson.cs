using System.Text.Json;
using System.Text.Json.Serialization;

namespace FacialAttention.Tests.Reference;

/// <summary>Options as they stand in the metadata of goldens.</summary>
internal static class GoldenJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Options)!;
}
