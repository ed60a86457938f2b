using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// A trained network in one .safetensors file: weights under PyTorch-style keys, and in its metadata the variant, options, labels,
/// preprocessing, library and format version, and a checksum over the whole file. Reading executes nothing and verifies everything;
/// writing replaces the file whole or not at all.
/// </summary>
public static partial class Checkpoint
{
    private const int FormatVersion = 2; // 2 added bidirectional, dropout and crop
    private const string FormatVersionKey = "formatVersion";
    private const string LibraryKey = "library";
    private const string VariantKey = "variant";
    private const string OptionsKey = "options";
    private const string LabelsKey = "labels";
    private const string PreprocessingKey = "preprocessing";
    private const string ProvenanceKey = "provenance";

    /// <summary>
    /// How many weights more than the file holds the options may claim (4 MB) and the network is still built: comparing key by key then
    /// gives a message that names the tensor.
    /// </summary>
    private const long MaxMissingWeights = 1_000_000;

    private static readonly StoredJson Json = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        AllowDuplicateProperties = false,
        Converters =
        {
            new JsonStringEnumConverter<AttentionScoring>(namingPolicy: null, allowIntegerValues: false),
            new JsonStringEnumConverter<LocalAttentionScaling>(namingPolicy: null, allowIntegerValues: false),
        },
        NumberHandling = JsonNumberHandling.Strict,
        PropertyNameCaseInsensitive = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    });

    /// <summary>Saves a network, on whatever device it is. An existing file is replaced only once the new one is on the disk.</summary>
    /// <param name="path">The file to write, by custom named .safetensors; its folder exists.</param>
    /// <param name="network">The network; its weights are Float32 and finite.</param>
    /// <param name="provenance">Where the weights come from, for example data, split and seed; saved with them. Null for nothing.</param>
    /// <exception cref="ArgumentException">
    /// A weight is not Float32 or not finite, or a text of the provenance has half of a surrogate pair.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written; a former file is still there.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public static void Save(string path, ExpressionNetwork network, IReadOnlyDictionary<string, string>? provenance = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RequireModule.NotDisposed(network, nameof(network));
        ExpressionNetworkOptions options = network.Options;
        var metadata = new Dictionary<string, string>
        {
            [FormatVersionKey] = FormatVersion.ToString(CultureInfo.InvariantCulture),
            [LibraryKey] = $"FacialAttention {LibraryVersion()}",
            [VariantKey] = network.Variant.PaperName,
            [OptionsKey] = ToJson(StoredOptions.From(options)),
            [LabelsKey] = ToJson(options.Labels.Names.ToArray()),
            [PreprocessingKey] = ToJson(StoredPreprocessing.From(options)),
        };
        if (provenance is not null)
        {
            foreach ((string key, string value) in provenance)
            {
                Safetensors.CheckText(key, nameof(provenance));
                Safetensors.CheckText(value, nameof(provenance));
            }

            metadata.Add(ProvenanceKey, ToJson(new Dictionary<string, string>(provenance)));
        }

        Safetensors.Write(path, [.. network.state_dict().Select(entry => ToStored(entry.Key, entry.Value))], metadata);
    }

#pragma warning disable RS0026 // Two overloads have defaults; the labels have none, so no call fits both.
    /// <summary>Loads a network that <see cref="Save"/> wrote, in evaluation mode. The caller owns it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where to; null for the CPU.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is no checkpoint of this library, is of a newer format, was altered, claims a network far larger than itself, or a tensor
    /// is missing, unknown, of another shape or type, or not finite; the message names the file, what was got and what was expected.
    /// </exception>
    public static ExpressionNetwork Load(string path, Device? device = null)
    {
        (SafetensorsFile file, int version) = ReadOwn(path);
        (NetworkVariant variant, ExpressionNetworkOptions options) = ReadDescription(path, file, version);
        return Build(path, file, variant, options, options.Labels.Count, keepHead: true, device);
    }

    /// <summary>
    /// Loads a network that <see cref="Save"/> wrote for fine-tuning to other classes, in evaluation mode. The caller owns it. Its last
    /// linear layer, weight and bias, is always a new one, even if the labels are those of the file, so the result does not depend on the
    /// names; all other weights come from the file.
    /// </summary>
    /// <param name="path">The file; it stays as it is.</param>
    /// <param name="newLabels">The new classes, of any number; the labels of the network's options.</param>
    /// <param name="device">Where to; null for the CPU.</param>
    /// <param name="seed">
    /// The seed of the new layer's weights, 0 to 2147483647, and of the network's options: the layer is that of a fresh
    /// <see cref="ExpressionNetwork"/> with the new labels and this seed.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="seed"/> is below 0.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// As for <see cref="Load(string, Device?)"/>; the layer that is replaced is checked as well.
    /// </exception>
    public static ExpressionNetwork Load(string path, ExpressionLabels newLabels, Device? device = null, int seed = 1)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(newLabels);
        Require.InRange(seed, 0, int.MaxValue, nameof(seed));
        (SafetensorsFile file, int version) = ReadOwn(path);
        (NetworkVariant variant, ExpressionNetworkOptions options) = ReadDescription(path, file, version);
        int storedClasses = options.Labels.Count;
        (options.Labels, options.Seed) = (newLabels, seed);
        return Build(path, file, variant, options, storedClasses, keepHead: false, device);
    }
#pragma warning restore RS0026

    /// <summary>
    /// Loads just the weights of any .safetensors file, for example one written in Python, into a network that was built to fit. Nothing
    /// is changed if anything is wrong.
    /// </summary>
    /// <param name="path">The file; its keys are those of the network.</param>
    /// <param name="network">The network, on any device.</param>
    /// <returns>Whether the file carries a checksum, which then matched; a foreign file may have none and loads unverified.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder or cannot be read.</exception>
    /// <exception cref="InvalidDataException">As for <see cref="Load(string, Device?)"/>, but for the metadata.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public static bool LoadWeights(string path, ExpressionNetwork network)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RequireModule.NotDisposed(network, nameof(network));
        SafetensorsFile file = Safetensors.Read(path);
        Fill(path, file, network, network.Options.Labels.Count, keepHead: true);
        return file.IsVerified;
    }

    /// <summary>The provenance that was saved with a network; empty if none was.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is no checkpoint of this library, is of a newer format, or was altered.</exception>
    public static IReadOnlyDictionary<string, string> ReadProvenance(string path)
    {
        IReadOnlyDictionary<string, string> metadata = ReadOwn(path).File.Metadata;
        return metadata.ContainsKey(ProvenanceKey)
            ? ReadJson<Dictionary<string, string>>(path, metadata, ProvenanceKey)
            : new Dictionary<string, string>();
    }

    private static ExpressionNetwork Build(
        string path,
        SafetensorsFile file,
        NetworkVariant variant,
        ExpressionNetworkOptions options,
        int storedClasses,
        bool keepHead,
        Device? device)
    {
        ExpressionNetwork? network = null;
        try
        {
            network = new ExpressionNetwork(variant, options);
            Fill(path, file, network, storedClasses, keepHead);
            if (device is not null)
            {
                network.to(device);
            }

            network.eval();
            return network;
        }
        catch
        {
            network?.Dispose();
            throw;
        }
    }

    private static (SafetensorsFile File, int Version) ReadOwn(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        SafetensorsFile file = Safetensors.Read(path);
        if (!file.Metadata.TryGetValue(FormatVersionKey, out string? text))
        {
            throw Fault(path, $"the metadata has no '{FormatVersionKey}'; expected a checkpoint that FacialAttention saved.");
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int version) || version < 1)
        {
            throw Fault(path, $"{FormatVersionKey} is {Excerpt.Of(text)}; expected a whole number from 1 to {FormatVersion}.");
        }

        if (version > FormatVersion)
        {
            throw Fault(path, $"{FormatVersionKey} is {version}, of a newer FacialAttention; expected at most {FormatVersion}.");
        }

        return file.IsVerified
            ? (file, version)
            : throw Fault(path, $"the metadata has no '{Safetensors.ChecksumKey}'; expected the checksum of the file.");
    }

    private static (NetworkVariant Variant, ExpressionNetworkOptions Options) ReadDescription(
        string path, SafetensorsFile file, int version)
    {
        IReadOnlyDictionary<string, string> metadata = file.Metadata;
        string name = metadata.GetValueOrDefault(VariantKey) ?? throw Missing(path, VariantKey);
        if (!NetworkVariantExtensions.TryParse(name, out NetworkVariant variant))
        {
            throw Fault(path, $"{VariantKey} is {Excerpt.Of(name)}; expected one of the five networks, for example 'ACNN-ALSTM'.");
        }

        (StoredOptions stored, StoredPreprocessing preprocessing) = version == 1
            ? (ReadJson<StoredOptionsOfVersion1>(path, metadata, OptionsKey).Upgrade(),
                ReadJson<StoredPreprocessingOfVersion1>(path, metadata, PreprocessingKey).Upgrade())
            : (ReadJson<StoredOptions>(path, metadata, OptionsKey),
                ReadJson<StoredPreprocessing>(path, metadata, PreprocessingKey));
        string[] labels = ReadJson<string[]>(path, metadata, LabelsKey);
        try
        {
            ExpressionNetworkOptions options = stored.ToOptions(preprocessing, new ExpressionLabels(labels)).ValidatedCopy();
            CheckWeightCount(path, file, WeightCount.Of(variant, options));
            return (variant, options);
        }
        catch (ArgumentException exception)
        {
            throw Fault(path, $"{LabelsKey}: {exception.Message}", exception);
        }
        catch (OptionsValidationException exception)
        {
            throw Fault(path, $"{OptionsKey}: {exception.Message}", exception);
        }
    }

    private static void CheckWeightCount(string path, SafetensorsFile file, long claimed)
    {
        long held = file.Tensors.Sum(tensor => (long)tensor.Data.Length / SafetensorsTensor.SizeOf(tensor.Dtype));
        if (claimed - held > MaxMissingWeights)
        {
            throw Fault(
                path,
                $"{OptionsKey} and {PreprocessingKey} claim a network of {claimed} weights, but the file holds {held}; "
                + "expected as many as they claim.");
        }
    }

    private static T ReadJson<T>(string path, IReadOnlyDictionary<string, string> metadata, string key)
    {
        string text = metadata.GetValueOrDefault(key) ?? throw Missing(path, key);
        try
        {
            return JsonSerializer.Deserialize(text, TypeInfo<T>()) ?? throw Fault(path, $"{key} is null; expected a value.");
        }
        catch (JsonException exception)
        {
            throw Fault(path, $"{key} is not as expected: {exception.Message}", exception);
        }
    }

    private static string ToJson<T>(T value) => JsonSerializer.Serialize(value, TypeInfo<T>());

    private static JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)Json.GetTypeInfo(typeof(T))!;

    private static SafetensorsTensor ToStored(string key, Tensor weight)
    {
        if (weight.dtype is not (ScalarType.Float32 or ScalarType.Int64))
        {
            throw new ArgumentException($"The weight '{key}' is of dtype {weight.dtype}; expected {ScalarType.Float32}.", "network");
        }

        SafetensorsTensor stored = TensorBytes.Of(key, weight);
        return IsFinite(stored)
            ? stored
            : throw new ArgumentException($"The weight '{key}' holds a value that is not finite; expected finite numbers.", "network");
    }

    /// <summary>
    /// Checks every tensor of the file against the network, then copies them all, or all but the head, which then may be for another
    /// number of classes.
    /// </summary>
    private static void Fill(string path, SafetensorsFile file, ExpressionNetwork network, int storedClasses, bool keepHead)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Dictionary<string, Tensor> weights = network.state_dict();
        var stored = new Dictionary<string, Tensor>();
        foreach (SafetensorsTensor tensor in file.Tensors)
        {
            if (!weights.TryGetValue(tensor.Name, out Tensor? weight))
            {
                throw Fault(
                    path,
                    $"tensor {Excerpt.Of(tensor.Name, 100)} is unknown; expected the {weights.Count} keys of {network.Variant.PaperName}.");
            }

            long[] shape = IsHead(tensor.Name) ? [storedClasses, .. weight.shape[1..]] : weight.shape;
            stored.Add(tensor.Name, FromStored(path, tensor, shape, weight.dtype));
        }

        if (weights.Keys.FirstOrDefault(key => !stored.ContainsKey(key)) is { } missing)
        {
            throw Fault(path, $"tensor '{missing}' is missing; expected the {weights.Count} keys of {network.Variant.PaperName}.");
        }

        foreach ((string key, Tensor value) in stored.Where(entry => keepHead || !IsHead(entry.Key)))
        {
            weights[key].copy_(value);
        }
    }

    private static bool IsHead(string key) => key.StartsWith(ExpressionNetwork.HeadPrefix, StringComparison.Ordinal);

    private static Tensor FromStored(string path, SafetensorsTensor tensor, long[] shape, ScalarType weightType)
    {
        ScalarType type = weightType == ScalarType.Int64 ? ScalarType.Int64 : ScalarType.Float32;
        SafetensorsDtype dtype = TensorBytes.DtypeOf(type);
        if (tensor.Dtype != dtype || !tensor.Shape.SequenceEqual(shape))
        {
            throw Fault(
                path,
                $"tensor '{tensor.Name}' is {tensor.Dtype} [{string.Join(", ", tensor.Shape)}]; "
                + $"expected {dtype} [{string.Join(", ", shape)}].");
        }

        return IsFinite(tensor)
            ? TensorBytes.ToTensor(tensor, type)
            : throw Fault(path, $"tensor '{tensor.Name}' holds a value that is not finite; expected finite numbers.");
    }

    private static bool IsFinite(SafetensorsTensor tensor)
    {
        if (tensor.Dtype == SafetensorsDtype.F32)
        {
            foreach (float value in MemoryMarshal.Cast<byte, float>(tensor.Data.Span))
            {
                if (!float.IsFinite(value))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static InvalidDataException Missing(string path, string key) =>
        Fault(path, $"the metadata has no '{key}'; expected it in a checkpoint.");

    private static InvalidDataException Fault(string path, string gotAndExpected, Exception? cause = null) =>
        new($"'{path}': {gotAndExpected}", cause);

    private static string LibraryVersion() =>
        typeof(Checkpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>How the stored records become JSON: generated when compiled, which starts sooner than looking at them when run.</summary>
    [JsonSerializable(typeof(StoredOptions))]
    [JsonSerializable(typeof(StoredOptionsOfVersion1))]
    [JsonSerializable(typeof(StoredPreprocessing))]
    [JsonSerializable(typeof(StoredPreprocessingOfVersion1))]
    [JsonSerializable(typeof(string[]))]
    [JsonSerializable(typeof(Dictionary<string, string>))]
    private sealed partial class StoredJson : JsonSerializerContext;

    /// <summary>
    /// How a picture becomes the network's input: gray, this size, [0, 1], its centre if there is a crop, less the mean, over the
    /// deviation.
    /// </summary>
    private sealed record StoredPreprocessing(
        int Height, int Width, int? CropHeight, int? CropWidth, double PixelMean, double PixelStandardDeviation)
    {
        public static StoredPreprocessing From(ExpressionNetworkOptions options) => new(
            options.ImageHeight,
            options.ImageWidth,
            options.CropHeight,
            options.CropWidth,
            options.PixelMean,
            options.PixelStandardDeviation);
    }

    private sealed record StoredPreprocessingOfVersion1(int Height, int Width, double PixelMean, double PixelStandardDeviation)
    {
        public StoredPreprocessing Upgrade() =>
            new(Height, Width, CropHeight: null, CropWidth: null, PixelMean, PixelStandardDeviation);
    }

    private sealed record StoredOptions(
        IReadOnlyList<ConvStage> BackboneStages,
        bool BatchNorm,
        AttentionScoring Scoring,
        LocalAttentionScaling LocalAttentionScaling,
        int LstmHiddenSize,
        int LstmLayers,
        bool Bidirectional,
        int CnnHiddenSize,
        double Dropout,
        int Seed)
    {
        public static StoredOptions From(ExpressionNetworkOptions options) => new(
            options.BackboneStages ?? ConvBackbone.Paper,
            options.BatchNorm,
            options.Scoring,
            options.LocalAttentionScaling,
            options.LstmHiddenSize,
            options.LstmLayers,
            options.Bidirectional,
            options.CnnHiddenSize,
            options.Dropout,
            options.Seed);

        public ExpressionNetworkOptions ToOptions(StoredPreprocessing preprocessing, ExpressionLabels labels) => new()
        {
            Labels = labels,
            ImageHeight = preprocessing.Height,
            ImageWidth = preprocessing.Width,
            CropHeight = preprocessing.CropHeight,
            CropWidth = preprocessing.CropWidth,
            PixelMean = preprocessing.PixelMean,
            PixelStandardDeviation = preprocessing.PixelStandardDeviation,
            BackboneStages = BackboneStages,
            BatchNorm = BatchNorm,
            Scoring = Scoring,
            LocalAttentionScaling = LocalAttentionScaling,
            LstmHiddenSize = LstmHiddenSize,
            LstmLayers = LstmLayers,
            Bidirectional = Bidirectional,
            CnnHiddenSize = CnnHiddenSize,
            Dropout = Dropout,
            Seed = Seed,
        };
    }

    private sealed record StoredOptionsOfVersion1(
        IReadOnlyList<ConvStage> BackboneStages,
        bool BatchNorm,
        AttentionScoring Scoring,
        LocalAttentionScaling LocalAttentionScaling,
        int LstmHiddenSize,
        int LstmLayers,
        int CnnHiddenSize,
        int Seed)
    {
        public StoredOptions Upgrade() => new(
            BackboneStages,
            BatchNorm,
            Scoring,
            LocalAttentionScaling,
            LstmHiddenSize,
            LstmLayers,
            Bidirectional: false,
            CnnHiddenSize,
            Dropout: 0,
            Seed);
    }
}
