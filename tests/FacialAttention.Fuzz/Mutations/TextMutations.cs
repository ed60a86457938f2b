using System.Text.RegularExpressions;

namespace FacialAttention.Fuzz.Mutations;

/// <summary>Damage to numbers in text.</summary>
internal static partial class TextMutations
{
    /// <summary>Numbers at and beyond what some type holds, and what some parser takes for a number.</summary>
    public static readonly string[] Numbers =
    [
        "-1", "0", "-0", "+1", "1.5", "256", "65536", "2147483647", "2147483648", "-2147483649", "4294967296", "9223372036854775807",
        "9223372036854775808", "-9223372036854775808", "18446744073709551615", "18446744073709551616", "1e308", "1e309", "-1e309", "1e-400",
        "NaN", "Infinity", "0x10", "007", "", " ", "1,5", "١", "99999999999999999999999999999999999999999999999999",
    ];

    /// <summary>The text with one of its numbers replaced.</summary>
    public static string ReplaceNumber(Dice dice, string text)
    {
        // From a random place on, so that a long text need not be searched whole.
        int from = dice.Below(text.Length + 1);
        Match match = Number().Match(text, from);
        match = match.Success ? match : Number().Match(text);
        return match.Success
            ? string.Concat(text.AsSpan(0, match.Index), dice.Pick(Numbers), text.AsSpan(match.Index + match.Length))
            : text;
    }

    /// <summary>The text with a piece put in at a random place.</summary>
    public static string Insert(Dice dice, string text, string piece) => text.Insert(dice.Below(text.Length + 1), piece);

    [GeneratedRegex(@"-?\d+(\.\d+)?", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
