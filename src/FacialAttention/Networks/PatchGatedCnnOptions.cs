using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;

namespace FacialAttention;

/// <summary>
/// What a <see cref="PatchGatedCnn"/> is built from, saved with its weights. The defaults are small, for faces of 48x48 on a processor;
/// <see cref="Full"/> has the authors' sizes. Settable; the network validates and copies it once, so later edits change nothing.
/// </summary>
public sealed class PatchGatedCnnOptions : FaceNetworkOptions, IValidatableObject
{
    /// <summary>The trunk of small networks: one pool, so that a face of 48x48 becomes 32 maps of 24x24. Our choice.</summary>
    private static readonly IReadOnlyList<ConvStage> SmallTrunk = Array.AsReadOnly<ConvStage>([new(3, 16), new(3, 32, Pool: true)]);

    private static readonly IReadOnlyList<ConvStage> SmallGlobal = Array.AsReadOnly<ConvStage>([new(3, 32, Pool: true), new(3, 32, Pool: true)]);

    /// <summary>
    /// The convolutions of the whole face, before patches are cut out: 1 to 64 rows; null, the default, for 3x3x16, 3x3x32 and a pool. Each
    /// has a batch norm.
    /// </summary>
    [JsonRequired]
    public IReadOnlyList<ConvStage>? TrunkStages { get; set; }

    /// <summary>S, the height and width of a patch in cells of the trunk's maps: 2 to 64, default 6, which are 12 pixels of a small network.</summary>
    [JsonRequired]
    [OptionRange(2, 64)]
    public int PatchSize { get; set; } = 6;

    /// <summary>The channels of the two convolutions of a patch: 1 to 4096, default 16.</summary>
    [JsonRequired]
    [OptionRange(1, 4096)]
    public int PatchChannels { get; set; } = 16;

    /// <summary>The size of the vector of a patch: 1 to 8192, default 16.</summary>
    [JsonRequired]
    [OptionRange(1, 8192)]
    public int PatchFeatureSize { get; set; } = 16;

    /// <summary>The channels of a gate's convolution: 1 to 4096, default 16.</summary>
    [JsonRequired]
    [OptionRange(1, 4096)]
    public int GateChannels { get; set; } = 16;

    /// <summary>The size of a gate's hidden layer: 1 to 4096, default 16.</summary>
    [JsonRequired]
    [OptionRange(1, 4096)]
    public int GateHiddenSize { get; set; } = 16;

    /// <summary>
    /// Whether the network also looks at the face as a whole, with a gate of its own: gACNN in place of pACNN. Default: false. The network then
    /// takes faces of the options' size alone.
    /// </summary>
    [JsonRequired]
    public bool GlobalBranch { get; set; }

    /// <summary>
    /// The convolutions of the whole face after the trunk: 1 to 64 rows; null, the default, for 3x3x32 twice, each with a pool. Without effect
    /// unless <see cref="GlobalBranch"/> is true.
    /// </summary>
    [JsonRequired]
    public IReadOnlyList<ConvStage>? GlobalStages { get; set; }

    /// <summary>The size of the vector of the whole face: 1 to 8192, default 64. Without effect unless <see cref="GlobalBranch"/> is true.</summary>
    [JsonRequired]
    [OptionRange(1, 8192)]
    public int GlobalFeatureSize { get; set; } = 64;

    /// <summary>The size of the hidden layer before the last: 1 to 8192, default 128.</summary>
    [JsonRequired]
    [OptionRange(1, 8192)]
    public int HiddenSize { get; set; } = 128;

    /// <summary>
    /// In training mode, the chance of each entry of the hidden layer to be set to zero: 0 to 0.9, default 0.5, as the authors have it. Drawn from
    /// torch's generator. No weight depends on it.
    /// </summary>
    [JsonRequired]
    [OptionRange(0.0, 0.9)]
    public double Dropout { get; set; } = 0.5;

    /// <summary>The seed of the initial weights: 0 to 2147483647, default 1. Equal options and seed give equal weights.</summary>
    [JsonRequired]
    [OptionRange(0, int.MaxValue)]
    public int Seed { get; set; } = 1;

    /// <summary>The pixels from one cell of the trunk's maps to the next.</summary>
    internal int Cell => 1 << (TrunkStages ?? SmallTrunk).Count(stage => stage.Pool);

    /// <summary>
    /// The sizes of the authors' network on faces of 224x224: VGG-16 up to its tenth convolution, patches of 6x6 of 512 maps of 28x28, 150
    /// million weights; its global branch, for gACNN, has two more convolutions and a pool (docs/related.md).
    /// </summary>
    /// <returns>Options that the caller may go on editing.</returns>
    public static PatchGatedCnnOptions Full() => new()
    {
        ImageHeight = 224,
        ImageWidth = 224,
        TrunkStages =
        [
            new(3, 64, Pool: true, Convolutions: 2), new(3, 128, Pool: true, Convolutions: 2), new(3, 256, Pool: true, Convolutions: 3),
            new(3, 512, Convolutions: 2),
        ],
        PatchChannels = 512,
        PatchFeatureSize = 64,
        GateChannels = 128,
        GateHiddenSize = 64,
        GlobalStages = [new(3, 512, Pool: true), new(3, 512, Convolutions: 2)],
        GlobalFeatureSize = 512,
        HiddenSize = 1024,
    };

    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (Labels is null)
        {
            yield return new ValidationResult($"{nameof(Labels)} is null; expected a label set.");
        }

        IReadOnlyList<ConvStage> trunk = TrunkStages ?? SmallTrunk, whole = GlobalStages ?? SmallGlobal;
        string? trunkFault = ConvBackbone.FindFault(trunk), globalFault = ConvBackbone.FindFault(whole);
        foreach ((string name, string? fault) in new[] { (nameof(TrunkStages), trunkFault), (nameof(GlobalStages), globalFault) })
        {
            if (fault is not null)
            {
                yield return new ValidationResult($"{name}: {fault}");
            }
        }

        if (trunkFault is not null)
        {
            yield break;
        }

        FeatureGrid grid = ConvBackbone.GridOf(trunk, ImageSize);
        if (grid.Height < PatchSize || grid.Width < PatchSize)
        {
            yield return new ValidationResult(string.Create(
                CultureInfo.InvariantCulture,
                $"{nameof(PatchSize)} is {PatchSize}; expected at most each side of the trunk's maps of {nameof(ImageHeight)} x "
                + $"{nameof(ImageWidth)}, which are {grid}."));
        }

        FeatureGrid last = ConvBackbone.GridOf(globalFault is null ? whole : SmallGlobal, new ImageSize(grid.Height, grid.Width));
        if (GlobalBranch && (last.Height < 2 || last.Width < 2))
        {
            yield return new ValidationResult($"{nameof(GlobalStages)} leave maps of {last}; expected at least 2x2, which the gate pools.");
        }
    }

    /// <summary>A validated copy, whose tables are there and cannot be edited.</summary>
    /// <exception cref="OptionsValidationException">One or more values are outside their ranges; all of them are named.</exception>
    internal PatchGatedCnnOptions ValidatedCopy()
    {
        OptionsValidation.ThrowIfInvalid(new PatchGatedCnnOptionsValidator(), this);
        PatchGatedCnnOptions copy = Copy();
        copy.TrunkStages = Array.AsReadOnly([.. TrunkStages ?? SmallTrunk]);
        copy.GlobalStages = Array.AsReadOnly([.. GlobalStages ?? SmallGlobal]);
        return copy;
    }

    internal PatchGatedCnnOptions Copy() => (PatchGatedCnnOptions)MemberwiseClone();
}
