using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace FacialAttention.Tests.Reference;

/// <summary>eng/gpu/train.py, which trains by the library's recipes without it, knows the library's options and their defaults.</summary>
public sealed partial class PlainPyTorchTests
{
    private static readonly string Script = File.ReadAllText(Path.Combine(Repository.Root, "eng", "gpu", "train.py"));

    // What it names as without effect, and what it refuses by name: the labels are those of the data.
    private static readonly string[] NotAmongTheDefaults =
        ["labels", "augmentation", "learningRateFactors", "validationBatchSize", "resumeInterval", "device", "cudaIndex"];

    [Theory]
    [InlineData("NETWORK", typeof(ExpressionNetworkOptions))]
    [InlineData("TRAINER", typeof(TrainerOptions))]
    [InlineData("AUGMENTATION", typeof(AugmentationOptions))]
    public void Defaults_AreThoseOfTheLibrary(string table, Type options)
    {
        string text = Script.Split($"\n{table} = {{\n")[1].Split("\n}")[0];
        object defaults = Activator.CreateInstance(options)!;

        Entry().Matches(text).Select(match => $"{match.Groups[1].Value}: {match.Groups[2].Value}").Should().BeEquivalentTo(
            options.GetProperties()
                .Select(property => (Name: JsonNamingPolicy.CamelCase.ConvertName(property.Name), Value: property.GetValue(defaults)))
                .Where(option => !NotAmongTheDefaults.Contains(option.Name))
                .Select(option => $"{option.Name}: {InPython(option.Value)}"));
    }

    private static string InPython(object? value) => value switch
    {
        null => "None",
        bool or int => value.ToString()!,
        double number => number.ToString(number == Math.Round(number) ? "F1" : "R", CultureInfo.InvariantCulture),
        _ => $"\"{value}\"",
    };

    [GeneratedRegex("^    \"([A-Za-z]+)\": (.*),$", RegexOptions.Multiline)]
    private static partial Regex Entry();
}
