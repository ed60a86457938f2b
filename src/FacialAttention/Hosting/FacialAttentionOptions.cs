using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace FacialAttention;

/// <summary>
/// What <see cref="FacialAttentionServiceCollectionExtensions.AddFacialAttention"/> binds: which network, what it is built from, and how it
/// is trained.
/// </summary>
public sealed class FacialAttentionOptions : IValidatableObject
{
    /// <summary>Which of the five networks. Default: <see cref="NetworkVariant.AcnnAlstm"/>, the one that the paper proposes.</summary>
    [OptionValue]
    public NetworkVariant Variant { get; set; } = NetworkVariant.AcnnAlstm;

    /// <summary>What the network is built from. Default: the options' own defaults.</summary>
    [ValidateObjectMembers(typeof(ExpressionNetworkOptionsValidator))]
    public ExpressionNetworkOptions Network { get; set; } = new();

    /// <summary>How it is trained, and on which device. Default: the options' own defaults, the paper's protocol.</summary>
    [ValidateObjectMembers(typeof(TrainerOptionsValidator))]
    public TrainerOptions Trainer { get; set; } = new();

    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (Network is null)
        {
            yield return new ValidationResult($"{nameof(Network)} is null; expected options.");
        }

        if (Trainer is null)
        {
            yield return new ValidationResult($"{nameof(Trainer)} is null; expected options.");
        }
    }
}
