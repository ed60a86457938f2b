using System.Globalization;
using System.Text;

namespace FacialAttention;

/// <summary>Foreign text made fit for a message: quoted, at most 20 characters, control characters visible.</summary>
internal static class Excerpt
{
    private const int MaxCharacters = 20;

    /// <summary>The excerpt of UTF-8 or arbitrary bytes; what is not UTF-8 shows as U+FFFD.</summary>
    public static string Of(ReadOnlySpan<byte> text)
    {
        // A UTF-8 character has at most 4 bytes, so this prefix holds at least MaxCharacters + 1 of a longer text.
        ReadOnlySpan<byte> prefix = text[..Math.Min(text.Length, 4 * (MaxCharacters + 1))];
        return Of(Encoding.UTF8.GetString(prefix));
    }

    /// <summary>The excerpt of a string.</summary>
    public static string Of(string text)
    {
        var result = new StringBuilder("\"");
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, MaxCharacters)))
        {
            _ = IsPlain(c) ? result.Append(c) : result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
        }

        return result.Append(text.Length > MaxCharacters ? "...\"" : "\"").ToString();
    }

    // Format characters (bidirectional marks and the like) would reorder or hide the rest of a message.
    private static bool IsPlain(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse);
}
