using System.ComponentModel.DataAnnotations;

namespace FacialAttention;

/// <summary>
/// How training faces are changed at random. The defaults are the paper's (section 4.1.2: flips
/// alone). Every strength is the largest; each face draws its own value uniformly between its negative and itself.
/// </summary>
public sealed class AugmentationOptions : IValidatableObject
{
    /// <summary>
    /// The chance that a face is mirrored: 0 to 1, default 0.5. The paper flips faces (section 4.1.2), the chance is our reading.
    /// </summary>
    [OptionRange(0.0, 1.0)]
    public double FlipProbability { get; set; } = 0.5;

    /// <summary>
    /// Whether each face is mirrored in every other pass over the data, in place of flips by chance: of two passes in a row one shows it as it is
    /// and one its mirror image (Jordan, 2024, arXiv 2404.00498). A coin decides once for each face which comes first. Default: false. With it
    /// <see cref="FlipProbability"/> has no effect.
    /// </summary>
    public bool AlternateFlips { get; set; }

    /// <summary>The largest rotation about the image's centre, either way: 0 to 180 degrees, default 0.</summary>
    [OptionRange(0.0, 180.0)]
    public double MaxRotationDegrees { get; set; }

    /// <summary>
    /// The largest change of size, as a share: 0 to 0.9, default 0. With 0.1 faces are drawn at 0.9 to 1.1 of their size.
    /// </summary>
    [OptionRange(0.0, 0.9)]
    public double MaxScale { get; set; }

    /// <summary>The largest shift along each axis, either way: 0 to 1024 pixels, default 0. Borders are continued.</summary>
    [OptionRange(0.0, 1024.0)]
    public double MaxShiftPixels { get; set; }

    /// <summary>
    /// The height of the part that is cut out at a random place: 1 to 65,536 pixels, at most that of the faces; null, the default, for
    /// none. With <see cref="CropWidth"/>. In validation faces are whole, so the network must take the centre of as many pixels itself and say so
    /// (<see cref="IDescribed"/>).
    /// </summary>
    [OptionRange(1, 65_536)]
    public int? CropHeight { get; set; }

    /// <summary>The width of the part that is cut out; see <see cref="CropHeight"/>.</summary>
    [OptionRange(1, 65_536)]
    public int? CropWidth { get; set; }

    /// <summary>The largest value that is added to all pixels of a face, either way: 0 to 1, default 0. Pixels are 0 to 1.</summary>
    [OptionRange(0.0, 1.0)]
    public double MaxBrightness { get; set; }

    /// <summary>The largest change of the pixels' distance from the face's mean, as a share: 0 to 1, default 0.</summary>
    [OptionRange(0.0, 1.0)]
    public double MaxContrast { get; set; }

    /// <summary>
    /// The chance that a rectangle of a face is painted over with one gray value: 0 to 1, default 0 (Zhong et al., 2020).
    /// </summary>
    [OptionRange(0.0, 1.0)]
    public double ErasingProbability { get; set; }

    /// <summary>
    /// The largest share of the image that the rectangle covers, from 0.02 on: 0.02 to 1, default 0.2. Its sides are at most 3.3 : 1.
    /// Without effect if <see cref="ErasingProbability"/> is 0.
    /// </summary>
    [OptionRange(0.02, 1.0)]
    public double MaxErasedShare { get; set; } = 0.2;

    /// <summary>
    /// The chance that a face is spoilt as bad light, hands, masks and bad cameras do (<see cref="Corruption"/>), by a kind and a strength that are
    /// drawn: 0 to 1, default 0. It comes after all else, and needs faces of at least 24 pixels a side, after the crop.
    /// </summary>
    [OptionRange(0.0, 1.0)]
    public double CorruptionProbability { get; set; }

    /// <summary>
    /// The highest strength of <see cref="CorruptionProbability"/>; each from 1 up to it is as likely: 1 to 5, default 3. Without effect if that
    /// is 0.
    /// </summary>
    [OptionRange(1, Corruption.MaxStrength)]
    public int MaxCorruptionStrength { get; set; } = 3;

    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext) =>
        OptionsValidation.FindPairFault(nameof(CropHeight), CropHeight, nameof(CropWidth), CropWidth) is { } fault ? [fault] : [];

    internal AugmentationOptions Copy() => (AugmentationOptions)MemberwiseClone();
}
