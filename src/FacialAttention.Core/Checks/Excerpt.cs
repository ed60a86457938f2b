using System.Globalization;
using System.Text;

namespace FacialAttention;

/// <summary>Foreign text made fit for a message: quoted, shortened, control characters visible.</summary>
internal static class Excerpt
{
    private const int ShortLength = 20;

    /// <summary>The excerpt of up to 20 characters of UTF-8 or arbitrary bytes; what is not UTF-8 shows as U+FFFD.</summary>
    public static string Of(ReadOnlySpan<byte> text)
    {
        // A character takes at most 4 bytes, so this much of a longer text has more characters than are shown.
        ReadOnlySpan<byte> prefix = text[..Math.Min(text.Length, 4 * (ShortLength + 1))];
        return Of(Encoding.UTF8.GetString(prefix));
    }

    /// <summary>The excerpt of a string.</summary>
    public static string Of(string text, int maxLength = ShortLength)
    {
        var result = new StringBuilder("\"");
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, maxLength)))
        {
            _ = IsPlain(c) ? result.Append(c) : result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
        }

        return result.Append(text.Length > maxLength ? "...\"" : "\"").ToString();
    }

    // Format characters (bidirectional marks and the like) would reorder or hide the rest of a message.
    private static bool IsPlain(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse);
}
