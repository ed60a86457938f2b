using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace FacialAttention;

/// <summary>
/// What an <see cref="ExpressionNetwork"/> is built from, saved with its weights. Settable and bindable from configuration; the network
/// validates and copies it once, so later edits change nothing.
/// </summary>
public sealed class ExpressionNetworkOptions : IValidatableObject
{
    /// <summary>The names of the classes, in the order of the logits. Default: <see cref="ExpressionLabels.Fer2013"/>.</summary>
    public ExpressionLabels Labels { get; set; } = ExpressionLabels.Fer2013;

    /// <summary>
    /// H, the height of a face in pixels: 16 to 1024, default 48 (paper, section 4.2). Fixes the input of <see cref="NetworkVariant.Cnn"/>.
    /// </summary>
    [OptionRange(16, 1024)]
    public int ImageHeight { get; set; } = 48;

    /// <summary>
    /// W, the width of a face in pixels: 16 to 1024, default 48 (paper, section 4.2). Fixes the input of <see cref="NetworkVariant.Cnn"/>.
    /// </summary>
    [OptionRange(16, 1024)]
    public int ImageWidth { get; set; } = 48;

    /// <summary>The mean that is taken from each pixel in [0, 1]: 0 to 1, default 0.5. Our reading.</summary>
    [OptionRange(0.0, 1.0)]
    public double PixelMean { get; set; } = 0.5;

    /// <summary>The standard deviation that each pixel is then divided by: 0.001 to 1, default 0.25. Our reading.</summary>
    [OptionRange(0.001, 1.0)]
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
    /// The size of an LSTM hidden state: 1 to 8192, default 512 (paper, section 4.3.1). Without effect on <see cref="NetworkVariant.Cnn"/>.
    /// </summary>
    [OptionRange(1, 8192)]
    public int LstmHiddenSize { get; set; } = 512;

    /// <summary>
    /// The number of LSTM layers: 1 to 16, default 2 (paper, section 4.3.1). Without effect on <see cref="NetworkVariant.Cnn"/>.
    /// </summary>
    [OptionRange(1, 16)]
    public int LstmLayers { get; set; } = 2;

    /// <summary>
    /// The size of the hidden layer in the head of <see cref="NetworkVariant.Cnn"/>: 1 to 8192, default 512. Our reading. Without effect on
    /// the others.
    /// </summary>
    [OptionRange(1, 8192)]
    public int CnnHiddenSize { get; set; } = 512;

    /// <summary>The seed of the initial weights: 0 to 2147483647, default 1. Equal options and seed give equal weights.</summary>
    [OptionRange(0, int.MaxValue)]
    public int Seed { get; set; } = 1;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Labels is null)
        {
            yield return new ValidationResult($"{nameof(Labels)} is null; expected a label set.");
        }
        if (BackboneStages is not null && ConvBackbone.FindFault(BackboneStages) is { } fault)
        {
            yield return new ValidationResult($"{nameof(BackboneStages)}: {fault}");
        }
    }

    /// <summary>A validated copy.</summary>
    /// <exception cref="OptionsValidationException">One or more values are outside their ranges; all of them are named.</exception>
    internal ExpressionNetworkOptions ValidatedCopy()
    {
        OptionsValidation.ThrowIfInvalid(new ExpressionNetworkOptionsValidator(), this);
        var copy = (ExpressionNetworkOptions)MemberwiseClone();
        copy.BackboneStages = BackboneStages?.ToArray();
        return copy;
    }
}
