using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.Extensions.Options;

namespace FacialAttention;

/// <summary>
/// What an <see cref="ExpressionNetwork"/> is built from, saved with its weights. Settable and bindable from configuration; the network
/// validates and copies it once, so later edits change nothing.
/// </summary>
public sealed class ExpressionNetworkOptions : IValidatableObject
{
    internal const int SmallestSide = NetworkPreprocessing.SmallestSide;

    /// <summary>The names of the classes, in the order of the logits. Default: <see cref="ExpressionLabels.Fer2013"/>.</summary>
    public ExpressionLabels Labels { get; set; } = ExpressionLabels.Fer2013;

    /// <summary>
    /// H, the height of a face in pixels: 16 to 1024, default 48 (paper, section 4.2). Fixes the input of <see cref="NetworkVariant.Cnn"/>.
    /// </summary>
    [OptionRange(SmallestSide, NetworkPreprocessing.LargestSide)]
    public int ImageHeight { get; set; } = 48;

    /// <summary>
    /// W, the width of a face in pixels: 16 to 1024, default 48 (paper, section 4.2). Fixes the input of <see cref="NetworkVariant.Cnn"/>.
    /// </summary>
    [OptionRange(SmallestSide, NetworkPreprocessing.LargestSide)]
    public int ImageWidth { get; set; } = 48;

    /// <summary>
    /// The height of the part of a face that the network sees, cut out of its centre as the first step of the forward pass: 16 to
    /// <see cref="ImageHeight"/>, or null, the default, for the whole face. Set together with <see cref="CropWidth"/>. A trainer feeds
    /// random crops of this size, which pass as they are; evaluation and recognition feed whole faces and get the centre, so no caller can
    /// forget to crop.
    /// </summary>
    public int? CropHeight { get; set; }

    /// <summary>
    /// The width of the part of a face that the network sees: 16 to <see cref="ImageWidth"/>, or null, the default, for the whole face. Set
    /// together with <see cref="CropHeight"/>.
    /// </summary>
    public int? CropWidth { get; set; }

    /// <summary>The mean that is taken from each pixel in [0, 1]: 0 to 1, default 0.5. Our reading.</summary>
    [OptionRange(NetworkPreprocessing.SmallestMean, NetworkPreprocessing.LargestMean)]
    public double PixelMean { get; set; } = 0.5;

    /// <summary>The standard deviation that each pixel is then divided by: 0.001 to 1, default 0.25. Our reading.</summary>
    [OptionRange(NetworkPreprocessing.SmallestDeviation, NetworkPreprocessing.LargestDeviation)]
    public double PixelStandardDeviation { get; set; } = 0.25;

    /// <summary>The table of the backbone, 1 to 64 rows; null, the default, is <see cref="ConvBackbone.Paper"/>.</summary>
    public IReadOnlyList<ConvStage>? BackboneStages { get; set; }

    /// <summary>Whether a batch norm follows each convolution. Default: true. Our reading.</summary>
    public bool BatchNorm { get; set; } = true;

    /// <summary>
    /// How both attention layers score. Default: <see cref="AttentionScoring.Additive"/>. Our reading. Without effect on variants without
    /// attention.
    /// </summary>
    [OptionValue]
    public AttentionScoring Scoring { get; set; } = AttentionScoring.Additive;

    /// <summary>
    /// How equation 6 is read. Default: <see cref="LocalAttentionScaling.MeanOne"/> (docs/adr/0001). Without effect on variants without
    /// local attention.
    /// </summary>
    [OptionValue]
    public LocalAttentionScaling LocalAttentionScaling { get; set; } = LocalAttentionScaling.MeanOne;

    /// <summary>
    /// The size of an LSTM hidden state of one direction: 1 to 8192, default 512 (paper, section 4.3.1). Without effect on
    /// <see cref="NetworkVariant.Cnn"/>.
    /// </summary>
    [OptionRange(1, 8192)]
    public int LstmHiddenSize { get; set; } = 512;

    /// <summary>
    /// The number of LSTM layers: 1 to 16, default 2 (paper, section 4.3.1). Without effect on <see cref="NetworkVariant.Cnn"/>.
    /// </summary>
    [OptionRange(1, 16)]
    public int LstmLayers { get; set; } = 2;

    /// <summary>
    /// Whether each LSTM layer also reads the local features from last to first, which gives hidden states, global attention and the last
    /// layer twice the size. Default: false. Our reading. Without effect on <see cref="NetworkVariant.Cnn"/>.
    /// </summary>
    public bool Bidirectional { get; set; }

    /// <summary>
    /// The size of the hidden layer in the head of <see cref="NetworkVariant.Cnn"/>: 1 to 8192, default 512. Our reading. Without effect on
    /// the others.
    /// </summary>
    [OptionRange(1, 8192)]
    public int CnnHiddenSize { get; set; } = 512;

    /// <summary>
    /// In training mode, the chance of each entry of the last layer's input to be set to zero, against overfitting: 0 to 0.9, default 0 for
    /// none. Drawn from torch's generator. No weight depends on it.
    /// </summary>
    [OptionRange(0.0, 0.9)]
    public double Dropout { get; set; }

    /// <summary>The seed of the initial weights: 0 to 2147483647, default 1. Equal options and seed give equal weights.</summary>
    [OptionRange(0, int.MaxValue)]
    public int Seed { get; set; } = 1;

    /// <summary>The size of the faces that the network is given.</summary>
    internal ImageSize ImageSize => new(ImageHeight, ImageWidth);

    /// <summary>The part of them that it sees; null for all.</summary>
    internal ImageSize? Crop => (CropHeight, CropWidth) is ({ } height, { } width) ? new ImageSize(height, width) : null;

    /// <summary>The size of what the backbone sees.</summary>
    internal ImageSize InputSize => Crop ?? ImageSize;

    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (Labels is null)
        {
            yield return new ValidationResult($"{nameof(Labels)} is null; expected a label set.");
        }

        if (BackboneStages is not null && ConvBackbone.FindFault(BackboneStages) is { } fault)
        {
            yield return new ValidationResult($"{nameof(BackboneStages)}: {fault}");
        }

        if (OptionsValidation.FindPairFault(nameof(CropHeight), CropHeight, nameof(CropWidth), CropWidth) is { } pairFault)
        {
            yield return pairFault;
        }

        if (FindCropFault(nameof(CropHeight), CropHeight, nameof(ImageHeight), ImageHeight) is { } heightFault)
        {
            yield return heightFault;
        }

        if (FindCropFault(nameof(CropWidth), CropWidth, nameof(ImageWidth), ImageWidth) is { } widthFault)
        {
            yield return widthFault;
        }
    }

    /// <summary>A validated copy.</summary>
    /// <exception cref="OptionsValidationException">One or more values are outside their ranges; all of them are named.</exception>
    internal ExpressionNetworkOptions ValidatedCopy()
    {
        OptionsValidation.ThrowIfInvalid(new ExpressionNetworkOptionsValidator(), this);
        ExpressionNetworkOptions copy = Copy();
        copy.BackboneStages = BackboneStages is null ? null : Array.AsReadOnly([.. BackboneStages]);
        return copy;
    }

    /// <summary>Another object of the same values; the table, if it is a validated copy's, cannot be edited.</summary>
    internal ExpressionNetworkOptions Copy() => (ExpressionNetworkOptions)MemberwiseClone();

    private static ValidationResult? FindCropFault(string name, int? crop, string imageName, int image)
    {
        return crop is null || (crop >= SmallestSide && crop <= image)
            ? null
            : new ValidationResult(string.Create(
                CultureInfo.InvariantCulture, $"{name} is {crop}; expected {SmallestSide} to {imageName}, which is {image}."));
    }
}
