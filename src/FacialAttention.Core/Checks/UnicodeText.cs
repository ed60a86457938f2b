using System.Text;

namespace FacialAttention;

/// <summary>Text that a file in UTF-8 gives back as it was.</summary>
internal static class UnicodeText
{
    /// <summary>Whether no half of a surrogate pair stands alone; encoding would replace it.</summary>
    public static bool IsWhole(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;
}
