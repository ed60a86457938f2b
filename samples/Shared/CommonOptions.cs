using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Samples;

/// <summary>Options that several commands have, and how their text is read.</summary>
internal static class CommonOptions
{
    public static Option<int> WholeNumber(
        string name, int minimum, int maximum, string description, Func<ArgumentResult, int> defaultValue) => new(name)
    {
        Description = FormattableString.Invariant($"{description} {minimum} to {maximum}."),
        CustomParser = result => ParseWholeNumber(result, Text(result), minimum, maximum, name),
        DefaultValueFactory = defaultValue,
    };

    /// <summary>Refuses a path of no characters, which would be taken for none.</summary>
    public static void RefuseEmpty(params Option<string?>[] paths)
    {
        foreach (Option<string?> path in paths)
        {
            path.Validators.Add(result =>
            {
                if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
                {
                    result.AddError($"{path.Name}: got '{result.Tokens[0].Value}', expected the name of a file or folder.");
                }
            });
        }
    }

    public static string Text(ArgumentResult result) => result.Tokens.Single().Value;

    public static int ParseWholeNumber(ArgumentResult result, string text, int minimum, int maximum, string name)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value < minimum || value > maximum)
        {
            result.AddError(FormattableString.Invariant($"{name}: got '{text}', expected a whole number from {minimum} to {maximum}."));
        }

        return value;
    }

    /// <summary>One of the words, exactly as written.</summary>
    public static string ParseWord(ArgumentResult result, string name, params string[] words)
    {
        string text = Text(result);
        if (!words.Contains(text, StringComparer.Ordinal))
        {
            result.AddError($"{name}: got '{text}', expected {string.Join(", ", words[..^1])} or {words[^1]}.");
        }

        return text;
    }
}
