using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace FacialAttention;

/// <summary>A <see cref="PatchGatedCnn"/> as its description, and back.</summary>
internal static partial class PatchGatedCnnFormat
{
    private const string Patches = "pACNN";
    private const string PatchesAndFace = "gACNN";

    private static readonly JsonTypeInfo<PatchGatedCnnOptions> Json = OptionsFormat.Strict<PatchGatedCnnOptions>(PatchGatedJson.Default);

    public static NetworkDescription Describe(PatchGatedCnnOptions options, Calibration calibration) => new()
    {
        Family = nameof(PatchGatedCnn),
        Variant = NameOf(options),
        Labels = options.Labels,
        Preprocessing = options.Preprocessing,
        Calibration = calibration,
        Options = JsonSerializer.Serialize(options, Json),
    };

    /// <summary>The network of a description, whose variant and options are checked.</summary>
    /// <exception cref="InvalidDataException">The variant or an option is not as expected; the message names it.</exception>
    public static NetworkPlan Plan(NetworkDescription description, string source)
    {
        OptionsFormat.Check(description, source, Patches, PatchesAndFace);
        PatchGatedCnnOptions options = OptionsFormat.Read(description, Json, source, stored =>
        {
            (stored.Labels, stored.Preprocessing) = (description.Labels, description.Preprocessing);
            return stored.ValidatedCopy();
        });
        return description.Variant == NameOf(options)
            ? new NetworkPlan(() => new PatchGatedCnn(options) { Calibration = description.Calibration })
            : throw DescriptionFormat.Fault(
                source, $"{DescriptionFormat.VariantKey} is {description.Variant}; expected {NameOf(options)}, which the options are of.");
    }

    public static string NameOf(PatchGatedCnnOptions options) => options.GlobalBranch ? PatchesAndFace : Patches;

    [JsonSerializable(typeof(PatchGatedCnnOptions))]
    private sealed partial class PatchGatedJson : JsonSerializerContext;
}
