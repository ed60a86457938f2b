using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace FacialAttention;

/// <summary>An <see cref="ExpressionNetwork"/> as its description, and back: what is particular to this family of networks.</summary>
internal static partial class ExpressionNetworkFormat
{
    public const string Family = nameof(ExpressionNetwork);

    /// <summary>What the keys of the last layer, and no others, start with.</summary>
    public const string LastLayerPrefix = "classifier.linear.";

    private static readonly JsonTypeInfo<StoredOptions> Json = OptionsFormat.Strict<StoredOptions>(
        OptionsJson.Default,
        new JsonStringEnumConverter<AttentionScoring>(namingPolicy: null, allowIntegerValues: false),
        new JsonStringEnumConverter<LocalAttentionScaling>(namingPolicy: null, allowIntegerValues: false));

    public static NetworkDescription Describe(NetworkVariant variant, ExpressionNetworkOptions options, Calibration calibration) => new()
    {
        Family = Family,
        Variant = variant.PaperName,
        Labels = options.Labels,
        Preprocessing = new NetworkPreprocessing
        {
            Size = options.ImageSize,
            Crop = options.Crop,
            PixelMean = options.PixelMean,
            PixelStandardDeviation = options.PixelStandardDeviation,
        },
        Calibration = calibration,
        Options = JsonSerializer.Serialize(StoredOptions.From(options), Json),
    };

    /// <summary>The network of a description, whose variant and options are checked.</summary>
    /// <param name="description">A description of this family.</param>
    /// <param name="source">The file in messages, as the subject of a sentence.</param>
    /// <exception cref="InvalidDataException">The variant or an option is not as expected; the message names it.</exception>
    public static NetworkPlan Plan(NetworkDescription description, string source)
    {
        if (!NetworkVariantExtensions.TryParse(description.Variant, out NetworkVariant variant))
        {
            throw DescriptionFormat.Fault(
                source,
                $"{DescriptionFormat.VariantKey} is {Excerpt.Of(description.Variant)}; expected one of the five networks, for example "
                + "'ACNN-ALSTM'.");
        }

        ExpressionNetworkOptions options = OptionsFormat.Read(
            description, Json, source, stored => stored.ToOptions(description).ValidatedCopy());
        return new NetworkPlan(() => new ExpressionNetwork(variant, options) { Calibration = description.Calibration });
    }

    /// <summary>Generated when compiled, which starts sooner than looking at the record when run.</summary>
    [JsonSerializable(typeof(StoredOptions))]
    private sealed partial class OptionsJson : JsonSerializerContext;

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

        public ExpressionNetworkOptions ToOptions(NetworkDescription description) => new()
        {
            Labels = description.Labels,
            ImageHeight = description.Preprocessing.Size.Height,
            ImageWidth = description.Preprocessing.Size.Width,
            CropHeight = description.Preprocessing.Crop?.Height,
            CropWidth = description.Preprocessing.Crop?.Width,
            PixelMean = description.Preprocessing.PixelMean,
            PixelStandardDeviation = description.Preprocessing.PixelStandardDeviation,
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
}
