using System.ComponentModel.DataAnnotations;
using FacialAttention;

namespace Train;

/// <summary>The sections of a recipe file. Bound from configuration, then handed to the library as they are.</summary>
internal sealed class Recipe
{
    public ExpressionNetworkOptions Network { get; set; } = new();

    public TrainerOptions Trainer { get; set; } = new();

    /// <summary>The library reports the faults of one object; here those of the network and of training are reported together.</summary>
    /// <exception cref="ArgumentException">One or more values are outside their ranges; all are named.</exception>
    public void Check()
    {
        string[] faults = [.. FaultsOf(Network), .. FaultsOf(Trainer), .. FaultsOf(Trainer.Augmentation)];
        if (faults.Length > 0)
        {
            throw new ArgumentException(string.Join(" ", faults));
        }
    }

    private static IEnumerable<string> FaultsOf(object options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        return results.Select(result => result.ErrorMessage!);
    }
}
