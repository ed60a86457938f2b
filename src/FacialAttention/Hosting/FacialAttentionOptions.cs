using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace FacialAttention;

/// <summary>
/// A recipe: which network, what it is built from, and how it is trained. <see cref="Load"/> reads it from a file,
/// <see cref="FacialAttentionServiceCollectionExtensions.AddFacialAttention"/> from an application's configuration.
/// </summary>
public sealed class FacialAttentionOptions : IValidatableObject
{
    private const string IterationsKey = "trainer:iterations";
    private const string EpochsKey = "trainer:epochs";

    /// <summary>Which of the five networks. Default: <see cref="NetworkVariant.AcnnAlstm"/>, the one that the paper proposes.</summary>
    [OptionValue]
    public NetworkVariant Variant { get; set; } = NetworkVariant.AcnnAlstm;

    /// <summary>What the network is built from. Default: the options' own defaults.</summary>
    [ValidateObjectMembers(typeof(ExpressionNetworkOptionsValidator))]
    public ExpressionNetworkOptions Network { get; set; } = new();

    /// <summary>How it is trained, and on which device. Default: the options' own defaults, the paper's protocol.</summary>
    [ValidateObjectMembers(typeof(TrainerOptionsValidator))]
    public TrainerOptions Trainer { get; set; } = new();

    /// <summary>Reads and validates a recipe.</summary>
    /// <remarks>
    /// The file is a JSON object with <c>variant</c>, <c>network</c> and <c>trainer</c>, all of them optional, and in these the properties of
    /// <see cref="ExpressionNetworkOptions"/> and <see cref="TrainerOptions"/>, names in upper or lower case; comments and trailing commas
    /// are allowed. A <see cref="TrainerOptions.Epochs"/> in <paramref name="overrides"/> takes the place of
    /// <see cref="TrainerOptions.Iterations"/> in the file, and either in the file that of the other in <paramref name="defaults"/>.
    /// </remarks>
    /// <param name="path">The file, at most 1,000,000 bytes; null for none.</param>
    /// <param name="overrides">
    /// Values that take the place of those in the file, by keys such as <c>trainer:batchSize</c> or <c>network:backboneStages:0:channels</c>,
    /// as text in the invariant culture; for command lines.
    /// </param>
    /// <param name="defaults">What holds where nothing else is said; it is not changed. Null for the defaults of the options.</param>
    /// <exception cref="InvalidDataException">
    /// The file is no JSON object or too large, or keys are unknown, there twice, or have values that are not of their kind or out of range;
    /// these are all named.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="OptionsValidationException"><paramref name="defaults"/> are not valid.</exception>
    public static FacialAttentionOptions Load(
        string? path, IReadOnlyDictionary<string, string?>? overrides = null, FacialAttentionOptions? defaults = null)
    {
        FacialAttentionOptions options = defaults?.ValidatedCopy() ?? new FacialAttentionOptions();
        (Dictionary<string, string?> values, IReadOnlyList<string> fileFaults) = path is null
            ? (new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase), [])
            : RecipeFile.Read(path);
        if (values.GetValueOrDefault(IterationsKey) is not null || values.GetValueOrDefault(EpochsKey) is not null)
        {
            (options.Trainer.Iterations, options.Trainer.Epochs) = (null, null);
        }

        var added = new Dictionary<string, string?>(overrides ?? new Dictionary<string, string?>(), StringComparer.OrdinalIgnoreCase);
        if (added.GetValueOrDefault(IterationsKey) is not null || added.GetValueOrDefault(EpochsKey) is not null)
        {
            (values[IterationsKey], values[EpochsKey]) = (null, null);
        }

        foreach ((string key, string? value) in added)
        {
            values[key] = value;
        }

        string[] faults = [.. fileFaults, .. OptionsReader.Fill(options, new ConfigurationBuilder().AddInMemoryCollection(values).Build())];
        string where = path is null ? "" : added.Count == 0 ? $"{Excerpt.Name(path)}: " : $"{Excerpt.Name(path)} and what overrides it: ";
        return faults.Length == 0 ? options : throw new InvalidDataException(where + string.Join(" ", faults));
    }

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

    private FacialAttentionOptions ValidatedCopy()
    {
        OptionsValidation.ThrowIfInvalid(new FacialAttentionOptionsValidator(), this);
        return new FacialAttentionOptions { Variant = Variant, Network = Network.ValidatedCopy(), Trainer = Trainer.ValidatedCopy() };
    }
}
