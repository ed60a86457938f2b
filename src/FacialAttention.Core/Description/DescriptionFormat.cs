using System.Globalization;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace FacialAttention;

/// <summary>
/// The text entries by which checkpoints and ONNX files describe their network: every key, and every name within the JSON of a value,
/// stands here and nowhere else. Nothing is guessed: what is missing, unknown, given twice or out of range is refused.
/// </summary>
internal static partial class DescriptionFormat
{
    /// <summary>Of checkpoints and ONNX files alike. See docs/adr/0003-format-versions.md.</summary>
    public const int Version = 3;

    public const string VersionKey = "formatVersion";
    public const string FamilyKey = "family";
    public const string VariantKey = "variant";
    public const string LabelsKey = "labels";
    public const string PreprocessingKey = "preprocessing";
    public const string CalibrationKey = "calibration";
    public const string OptionsKey = "options";
    public const string LibraryKey = "library";

    private const string Gray = "gray";
    private static readonly double[] ZeroToOne = [0, 1];

    /// <summary>Who writes a file.</summary>
    public static string Library => $"{nameof(FacialAttention)} {LibraryVersion}";

    /// <summary>The version of the library, which all of its packages share.</summary>
    public static string LibraryVersion { get; } = typeof(DescriptionFormat).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>The entries of a description.</summary>
    public static Dictionary<string, string> Write(NetworkDescription description) => new()
    {
        [FamilyKey] = description.Family,
        [VariantKey] = description.Variant,
        [LabelsKey] = ToJson([.. description.Labels.Names], Json.Default.StringArray),
        [PreprocessingKey] = ToJson(description.Preprocessing),
        [CalibrationKey] = ToJson(description.Calibration),
        [OptionsKey] = description.Options,
    };

    /// <summary>The entries of a description, and those by which a file says who wrote it and how.</summary>
    public static Dictionary<string, string> WriteFile(NetworkDescription description)
    {
        Dictionary<string, string> metadata = Write(description);
        metadata.Add(VersionKey, Version.ToString(CultureInfo.InvariantCulture));
        metadata.Add(LibraryKey, Library);
        return metadata;
    }

    /// <summary>Writes entries as one JSON object, a line for each: those that are JSON as they are, the others as strings.</summary>
    public static void WriteJson(IEnumerable<KeyValuePair<string, string>> metadata, Stream stream)
    {
        var form = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using var writer = new Utf8JsonWriter(stream, form);
        writer.WriteStartObject();
        foreach ((string key, string value) in metadata)
        {
            writer.WritePropertyName(key);
            if (key is LabelsKey or PreprocessingKey or CalibrationKey or OptionsKey)
            {
                writer.WriteRawValue(value);
            }
            else
            {
                writer.WriteStringValue(value);
            }
        }

        writer.WriteEndObject();
    }

    public static string ToJson(NetworkPreprocessing preprocessing) => ToJson(
        new StoredPreprocessing(
            preprocessing.Size.Height,
            preprocessing.Size.Width,
            Gray,
            ZeroToOne,
            new StoredFirstSteps(
                preprocessing.Crop is { } crop ? new StoredSize(crop.Height, crop.Width) : null,
                preprocessing.PixelMean,
                preprocessing.PixelStandardDeviation)),
        Json.Default.StoredPreprocessing);

    public static string ToJson(Calibration calibration) => ToJson(
        new StoredCalibration(
            calibration.Temperature,
            NullIfEmpty([.. calibration.Classes.Select(scaling => scaling.Scale)]),
            NullIfEmpty([.. calibration.Classes.Select(scaling => scaling.Bias)]),
            NullIfEmpty([.. calibration.Thresholds.Select(threshold => threshold.Coverage)]),
            NullIfEmpty([.. calibration.Thresholds.Select(threshold => threshold.Probability)])),
        Json.Default.StoredCalibration);

    /// <summary>The version that a file says it has.</summary>
    /// <param name="metadata">The file's entries.</param>
    /// <param name="source">The file in messages, as the subject of a sentence.</param>
    /// <param name="oldest">The oldest version that is read.</param>
    /// <exception cref="InvalidDataException">It says none, an older one, or a newer one than <see cref="Version"/>.</exception>
    public static int ReadVersion(IReadOnlyDictionary<string, string> metadata, string source, int oldest = Version)
    {
        string expected = oldest == Version ? $"{Version}" : $"{oldest} to {Version}";
        if (!metadata.TryGetValue(VersionKey, out string? text))
        {
            throw Fault(source, $"the metadata has no '{VersionKey}'; expected a file that FacialAttention wrote.");
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int version) || version < 1)
        {
            throw Fault(source, $"{VersionKey} is {Excerpt.Of(text)}; expected {expected}.");
        }

        if (version < oldest)
        {
            throw Fault(source, $"{VersionKey} is {version}, from before FacialAttention's first release; expected {expected}.");
        }

        return version <= Version
            ? version
            : throw Fault(source, $"{VersionKey} is {version}, of a newer FacialAttention; expected at most {Version}.");
    }

    /// <summary>The description that the entries are of.</summary>
    /// <exception cref="InvalidDataException">An entry is missing or not as expected; the message names it.</exception>
    public static NetworkDescription Read(IReadOnlyDictionary<string, string> metadata, string source)
    {
        var description = new NetworkDescription
        {
            Family = Find(metadata, FamilyKey, source),
            Variant = Find(metadata, VariantKey, source),
            Labels = ReadLabels(metadata, source),
            Preprocessing = ReadPreprocessing(metadata, source),
            Calibration = ReadCalibration(metadata, source),
            Options = Find(metadata, OptionsKey, source),
        };
        return description.Calibration.FindFault(description.Labels.Count) is { } fault
            ? throw Fault(source, $"{CalibrationKey}: {fault}")
            : description;
    }

    /// <summary>The value of an entry that is JSON.</summary>
    /// <exception cref="InvalidDataException">It is null, or not of this type.</exception>
    public static T Parse<T>(string json, string key, JsonTypeInfo<T> type, string source)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type)
                ?? throw Fault(source, $"{key} is null; expected a value.");
        }
        catch (JsonException exception)
        {
            throw Fault(source, $"{key} is not as expected: {exception.Message}", exception);
        }
    }

    public static InvalidDataException Fault(string source, string gotAndExpected, Exception? cause = null) =>
        new($"{source}: {gotAndExpected}", cause);

    private static T ReadJson<T>(IReadOnlyDictionary<string, string> metadata, string key, JsonTypeInfo<T> type, string source)
        where T : class => Parse(Find(metadata, key, source), key, type, source);

    private static string Find(IReadOnlyDictionary<string, string> metadata, string key, string source) =>
        metadata.GetValueOrDefault(key)
        ?? throw Fault(source, $"the metadata has no '{key}'; expected it in a file of {VersionKey} {Version}.");

    private static ExpressionLabels ReadLabels(IReadOnlyDictionary<string, string> metadata, string source)
    {
        string[] names = ReadJson(metadata, LabelsKey, Json.Default.StringArray, source);
        try
        {
            return new ExpressionLabels(names);
        }
        catch (ArgumentException exception)
        {
            throw Fault(source, $"{LabelsKey}: {exception.Message}", exception);
        }
    }

    private static NetworkPreprocessing ReadPreprocessing(IReadOnlyDictionary<string, string> metadata, string source)
    {
        StoredPreprocessing stored = ReadJson(metadata, PreprocessingKey, Json.Default.StoredPreprocessing, source);
        StoredFirstSteps steps = stored.InsideNetwork;
        var preprocessing = new NetworkPreprocessing
        {
            Size = new ImageSize(stored.Height, stored.Width),
            Crop = steps.Crop is { } crop ? new ImageSize(crop.Height, crop.Width) : null,
            PixelMean = steps.PixelMean,
            PixelStandardDeviation = steps.PixelStandardDeviation,
        };
        string range = $"[{string.Join(',', stored.Range.Select(bound => bound.ToString(CultureInfo.InvariantCulture)))}]"; // may be infinite
        string? fault = stored.Color != Gray ? $"color is {Excerpt.Of(stored.Color)}; expected \"{Gray}\"."
            : !stored.Range.SequenceEqual(ZeroToOne) ? $"range is {Excerpt.Of(range)}; expected \"[0,1]\"."
            : preprocessing.FindFault();
        return fault is null ? preprocessing : throw Fault(source, $"{PreprocessingKey}: {fault}");
    }

    private static Calibration ReadCalibration(IReadOnlyDictionary<string, string> metadata, string source)
    {
        StoredCalibration stored = ReadJson(metadata, CalibrationKey, Json.Default.StoredCalibration, source);
        (double[] scales, double[] biases) = (stored.Scales ?? [], stored.Biases ?? []);
        (double[] coverages, double[] thresholds) = (stored.Coverages ?? [], stored.Thresholds ?? []);
        if (scales.Length != biases.Length || coverages.Length != thresholds.Length)
        {
            throw Fault(
                source,
                $"{CalibrationKey}: got {scales.Length} scales and {biases.Length} biases, {coverages.Length} coverages and {thresholds.Length} "
                + "thresholds; expected as many of the one as of the other.");
        }

        try
        {
            return new Calibration
            {
                Temperature = stored.Temperature,
                Classes = [.. scales.Zip(biases, (scale, bias) => new ClassScaling(scale, bias))],
                Thresholds = [.. coverages.Zip(thresholds, (coverage, threshold) => new CoverageThreshold(coverage, threshold))],
            };
        }
        catch (ArgumentException exception)
        {
            throw Fault(source, $"{CalibrationKey}: {exception.Message}", exception);
        }
    }

    private static double[]? NullIfEmpty(double[] numbers) => numbers.Length == 0 ? null : numbers;

    private static string ToJson<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.Serialize(value, type);

    /// <summary>How the values become JSON and back: by generated code, and strictly.</summary>
    [JsonSourceGenerationOptions(
        JsonSerializerDefaults.Web,
        AllowDuplicateProperties = false,
        NumberHandling = JsonNumberHandling.Strict,
        PropertyNameCaseInsensitive = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
    [JsonSerializable(typeof(string[]))]
    [JsonSerializable(typeof(double[]))]
    [JsonSerializable(typeof(Dictionary<string, string>))]
    [JsonSerializable(typeof(StoredPreprocessing))]
    [JsonSerializable(typeof(StoredCalibration))]
    internal sealed partial class Json : JsonSerializerContext;

    /// <summary>What is left to do for whoever feeds a network, and beside it what the network does by itself.</summary>
    internal sealed record StoredPreprocessing(int Height, int Width, string Color, double[] Range, StoredFirstSteps InsideNetwork);

    /// <summary>The first steps of a network, in their order.</summary>
    internal sealed record StoredFirstSteps(StoredSize? Crop, double PixelMean, double PixelStandardDeviation);

    internal sealed record StoredSize(int Height, int Width);

    /// <summary>Numbers that there are none of are left out, so that files have them only where a network does.</summary>
    internal sealed record StoredCalibration(
        double Temperature,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double[]? Scales = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double[]? Biases = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double[]? Coverages = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double[]? Thresholds = null);
}
