using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace FacialAttention;

/// <summary>A <see cref="FerAttNetwork"/> as its description, and back.</summary>
internal static partial class FerAttNetworkFormat
{
    public const string Name = "FERAtt";

    private static readonly JsonTypeInfo<FerAttNetworkOptions> Json = OptionsFormat.Strict<FerAttNetworkOptions>(FerAttJson.Default);

    public static NetworkDescription Describe(FerAttNetworkOptions options, Calibration calibration) => new()
    {
        Family = nameof(FerAttNetwork),
        Variant = Name,
        Labels = options.Labels,
        Preprocessing = options.Preprocessing,
        Calibration = calibration,
        Options = JsonSerializer.Serialize(options, Json),
    };

    /// <summary>The network of a description, whose variant and options are checked.</summary>
    /// <exception cref="InvalidDataException">The variant or an option is not as expected; the message names it.</exception>
    public static NetworkPlan Plan(NetworkDescription description, string source)
    {
        OptionsFormat.Check(description, source, Name);
        FerAttNetworkOptions options = OptionsFormat.Read(description, Json, source, stored =>
        {
            (stored.Labels, stored.Preprocessing) = (description.Labels, description.Preprocessing);
            return stored.ValidatedCopy();
        });
        return new NetworkPlan(() => new FerAttNetwork(options) { Calibration = description.Calibration });
    }

    [JsonSerializable(typeof(FerAttNetworkOptions))]
    private sealed partial class FerAttJson : JsonSerializerContext;
}
