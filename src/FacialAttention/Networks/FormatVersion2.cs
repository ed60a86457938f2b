using System.Text.Json;
using System.Text.Json.Serialization;

namespace FacialAttention;

/// <summary>
/// Checkpoints of format version 2, of runs from before the first release (docs/adr/0003-format-versions.md): their entries become those of
/// version 3, which are then checked as such.
/// </summary>
internal static partial class FormatVersion2
{
    public const int Version = 2;

    public static Dictionary<string, string> Upgrade(IReadOnlyDictionary<string, string> metadata, string source)
    {
        var upgraded = new Dictionary<string, string>(metadata)
        {
            [DescriptionFormat.FamilyKey] = ExpressionNetworkFormat.Family,
            [DescriptionFormat.CalibrationKey] = DescriptionFormat.ToJson(new Calibration()),
        };
        if (metadata.TryGetValue(DescriptionFormat.PreprocessingKey, out string? json))
        {
            StoredPreprocessing stored = DescriptionFormat.Parse(
                json, DescriptionFormat.PreprocessingKey, Json.Default.StoredPreprocessing, source);
            upgraded[DescriptionFormat.PreprocessingKey] = DescriptionFormat.ToJson(stored.ToPreprocessing(source));
        }

        return upgraded;
    }

    [JsonSourceGenerationOptions(
        JsonSerializerDefaults.Web,
        AllowDuplicateProperties = false,
        NumberHandling = JsonNumberHandling.Strict,
        PropertyNameCaseInsensitive = false,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
    [JsonSerializable(typeof(StoredPreprocessing))]
    private sealed partial class Json : JsonSerializerContext;

    private sealed record StoredPreprocessing(
        int Height, int Width, int? CropHeight, int? CropWidth, double PixelMean, double PixelStandardDeviation)
    {
        public NetworkPreprocessing ToPreprocessing(string source)
        {
            if (CropHeight is null != CropWidth is null)
            {
                throw DescriptionFormat.Fault(
                    source, $"{DescriptionFormat.PreprocessingKey}: one side of the crop is null; expected both or neither.");
            }

            if (!double.IsFinite(PixelMean) || !double.IsFinite(PixelStandardDeviation))
            {
                throw DescriptionFormat.Fault(
                    source, $"{DescriptionFormat.PreprocessingKey}: a mean or deviation beyond all numbers; expected finite ones.");
            }

            return new NetworkPreprocessing
            {
                Size = new ImageSize(Height, Width),
                Crop = CropHeight is { } height && CropWidth is { } width ? new ImageSize(height, width) : null,
                PixelMean = PixelMean,
                PixelStandardDeviation = PixelStandardDeviation,
            };
        }
    }
}
