using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;

namespace FacialAttention;

/// <summary>
/// What a <see cref="FerAttNetwork"/> is built from, saved with its weights. The defaults are small, for faces of 48x48 on a processor;
/// <see cref="Full"/> has the authors' sizes. Settable; the network validates and copies it once, so later edits change nothing.
/// </summary>
public sealed class FerAttNetworkOptions : FaceNetworkOptions, IValidatableObject
{
    private const int MostChannels = 4096;

    private static readonly IReadOnlyList<ConvStage> SmallEncoder = Array.AsReadOnly<ConvStage>(
        [new(3, 8, Pool: true), new(3, 16, Pool: true, Convolutions: 2, Shortcut: true), new(3, 32, Pool: true, Convolutions: 2, Shortcut: true)]);

    private static readonly IReadOnlyList<int> SmallDecoder = Array.AsReadOnly([16, 16, 8]);
    private static readonly IReadOnlyList<int> SmallClassifier = Array.AsReadOnly([16, 32, 64]);

    /// <summary>
    /// The convolutions of the attention module on its way down: 1 to 64 rows, each with batch norms; each pool ends a level, and the last row
    /// has one. Null, the default, for three levels of 8, 16 and 32 channels.
    /// </summary>
    [JsonRequired]
    public IReadOnlyList<ConvStage>? EncoderStages { get; set; }

    /// <summary>
    /// The channels of the attention module on its way up, a number a level from the smallest maps on, 1 to 4096 each. Null, the default, for 16, 16
    /// and 8.
    /// </summary>
    [JsonRequired]
    public IReadOnlyList<int>? DecoderChannels { get; set; }

    /// <summary>The residual blocks of the feature module: 0 to 64, default 2; the authors' 8.</summary>
    [JsonRequired]
    [OptionRange(0, 64)]
    public int ResidualBlocks { get; set; } = 2;

    /// <summary>The channels of the module that paints the attended face: 1 to 4096, default 16; the authors' 32.</summary>
    [JsonRequired]
    [OptionRange(1, MostChannels)]
    public int ReconstructionChannels { get; set; } = 16;

    /// <summary>
    /// The channels of the classifier's residual groups, 1 to 16 numbers of 1 to 4096; each group but the first halves height and width. Null, the
    /// default, for 16, 32 and 64.
    /// </summary>
    [JsonRequired]
    public IReadOnlyList<int>? ClassifierChannels { get; set; }

    /// <summary>The residual blocks of each group: 1 to 64, default 1; the authors' 2.</summary>
    [JsonRequired]
    [OptionRange(1, 64)]
    public int ClassifierBlocks { get; set; } = 1;

    /// <summary>
    /// The size of the vector before the last layer, 1 to 8192, which a <see cref="GaussianStructureLoss"/> puts in order; the authors' is 32. Null,
    /// the default, for none: the last layer then takes the classifier's features.
    /// </summary>
    [JsonRequired]
    [OptionRange(1, 8192)]
    public int? EmbeddingSize { get; set; }

    /// <summary>The seed of the initial weights: 0 to 2147483647, default 1. Equal options and seed give equal weights.</summary>
    [JsonRequired]
    [OptionRange(0, int.MaxValue)]
    public int Seed { get; set; } = 1;

    /// <summary>What height and width of a face are multiples of.</summary>
    internal int Multiple => 1 << (EncoderStages ?? SmallEncoder).Count(stage => stage.Pool);

    /// <summary>
    /// The sizes of the authors' network on faces of 64x64: an encoder of ResNet-34's blocks, eight residual blocks of features, and a
    /// pre-activation ResNet-18 (docs/related.md).
    /// </summary>
    /// <returns>Options that the caller may go on editing.</returns>
    public static FerAttNetworkOptions Full() => new()
    {
        ImageHeight = 64,
        ImageWidth = 64,
        EncoderStages = [new(7, 64, Pool: true), .. Level(64, 3), .. Level(128, 4), .. Level(256, 6), .. Level(512, 3)],
        DecoderChannels = [256, 256, 64, 128, 32],
        ResidualBlocks = 8,
        ReconstructionChannels = 32,
        ClassifierChannels = [64, 128, 256, 512],
        ClassifierBlocks = 2,
    };

    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        IReadOnlyList<ConvStage> encoder = EncoderStages ?? SmallEncoder;
        IReadOnlyList<int> decoder = DecoderChannels ?? SmallDecoder, classifier = ClassifierChannels ?? SmallClassifier;
        string? encoderFault = ConvBackbone.FindFault(encoder)
            ?? (encoder[^1].Pool ? null : $"Stage {encoder.Count} of the backbone has no pool; expected one, which ends the last level.");
        int levels = encoderFault is null ? encoder.Count(stage => stage.Pool) : 0;
        string?[] faults =
        [
            Labels is null ? $"{nameof(Labels)} is null; expected a label set." : null,
            encoderFault is null ? null : $"{nameof(EncoderStages)}: {encoderFault}",
            encoderFault is null && decoder.Count != levels ? Invariant(
                $"{nameof(DecoderChannels)} has {decoder.Count} numbers; expected {levels}, one for each pool of {nameof(EncoderStages)}.") : null,
            FindChannelFault(nameof(DecoderChannels), decoder),
            classifier.Count is < 1 or > 16 ? Invariant($"{nameof(ClassifierChannels)} has {classifier.Count} numbers; expected 1 to 16.") : null,
            FindChannelFault(nameof(ClassifierChannels), classifier),
            encoderFault is null ? FindSideFault(nameof(ImageHeight), ImageHeight) : null,
            encoderFault is null ? FindSideFault(nameof(ImageWidth), ImageWidth) : null,
        ];
        return faults.OfType<string>().Select(fault => new ValidationResult(fault));
    }

    /// <summary>A validated copy, whose tables are there and cannot be edited.</summary>
    /// <exception cref="OptionsValidationException">One or more values are outside their ranges; all of them are named.</exception>
    internal FerAttNetworkOptions ValidatedCopy()
    {
        OptionsValidation.ThrowIfInvalid(new FerAttNetworkOptionsValidator(), this);
        FerAttNetworkOptions copy = Copy();
        copy.EncoderStages = Array.AsReadOnly([.. EncoderStages ?? SmallEncoder]);
        copy.DecoderChannels = Array.AsReadOnly([.. DecoderChannels ?? SmallDecoder]);
        copy.ClassifierChannels = Array.AsReadOnly([.. ClassifierChannels ?? SmallClassifier]);
        return copy;
    }

    internal FerAttNetworkOptions Copy() => (FerAttNetworkOptions)MemberwiseClone();

    /// <summary>Basic blocks of a residual network, the last with a pool.</summary>
    private static IEnumerable<ConvStage> Level(int channels, int blocks) => Enumerable.Range(1, blocks)
        .Select(number => new ConvStage(3, channels, Pool: number == blocks, Convolutions: 2, Shortcut: true));

    private string? FindSideFault(string name, int side) => side % Multiple == 0 ? null : Invariant(
        $"{name} is {side}; expected a multiple of {Multiple}, since the encoder halves it {int.Log2(Multiple)} times.");

    private static string? FindChannelFault(string name, IReadOnlyList<int> channels) =>
        channels.FirstOrDefault(number => number is < 1 or > MostChannels, 1) is var wrong and (< 1 or > MostChannels)
            ? Invariant($"{name} holds {wrong}; expected 1 to {MostChannels}.")
            : null;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
