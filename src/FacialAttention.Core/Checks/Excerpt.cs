using System.Globalization;
using System.Text;

namespace FacialAttention;

/// <summary>Foreign text made fit for a message: quoted, shortened, control characters visible.</summary>
internal static class Excerpt
{
    private const int ShortLength = 20;
    private const int MaxNameLength = 300;
    private const int MaxNamesShown = 20;
    private const int MaxListLength = 1200; // so that no message has more than 2,000 characters

    /// <summary>The excerpt of up to 20 characters of UTF-8 or arbitrary bytes; what is not UTF-8 shows as U+FFFD.</summary>
    public static string Of(ReadOnlySpan<byte> text)
    {
        // A character takes at most 4 bytes, so this much of a longer text has more characters than are shown.
        ReadOnlySpan<byte> prefix = text[..Math.Min(text.Length, 4 * (ShortLength + 1))];
        return Of(Encoding.UTF8.GetString(prefix));
    }

    /// <summary>
    /// A path or a name in single quotes, whole but for what would spoil the message: control characters are made visible, and of a very
    /// long one the middle is left out.
    /// </summary>
    public static string Name(string name)
    {
        string visible = Visible(name);
        return visible.Length <= MaxNameLength
            ? $"'{visible}'"
            : $"'{Visible(visible[..(MaxNameLength / 2)])}...{Visible(visible[^(MaxNameLength / 2)..])}'";
    }

    /// <summary>The names as one text, each visible as in <see cref="Name"/> but without quotes; those beyond the first few as a number.</summary>
    public static string Names(IReadOnlyCollection<string> names, string separator = ", ")
    {
        var list = new StringBuilder();
        int count = 0;
        foreach (string name in names)
        {
            string visible = Visible(name);
            string shown = visible.Length <= MaxNameLength ? visible : $"{Visible(visible[..(MaxNameLength - 3)])}...";
            if (count == MaxNamesShown || (count > 0 && list.Length + shown.Length > MaxListLength))
            {
                break;
            }

            list.Append(count == 0 ? "" : separator).Append(shown);
            count++;
        }

        return count == names.Count
            ? list.ToString()
            : list.Append(separator).Append(CultureInfo.InvariantCulture, $"and {names.Count - count} more").ToString();
    }

    /// <summary>The excerpt of a string.</summary>
    public static string Of(string text, int maxLength = ShortLength)
    {
        StringBuilder result = AppendVisible(new StringBuilder("\""), text.AsSpan(0, Math.Min(text.Length, maxLength)));
        return result.Append(text.Length > maxLength ? "...\"" : "\"").ToString();
    }

    // Where visible text is cut in two, this again shows a half of a surrogate pair and leaves the rest as it is.
    private static string Visible(string text) => AppendVisible(new StringBuilder(), text).ToString();

    private static StringBuilder AppendVisible(StringBuilder result, ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                result.Append(text[i..(i + 2)]);
                i++;
            }
            else
            {
                _ = IsPlain(text[i]) ? result.Append(text[i]) : result.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:X4}");
            }
        }

        return result;
    }

    // Format characters (bidirectional marks and the like) would reorder or hide the rest of a message.
    private static bool IsPlain(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse);
}
