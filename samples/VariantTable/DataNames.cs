using FacialAttention;

namespace VariantTable;

/// <summary>The data sets by the names that results have.</summary>
internal static class DataNames
{
    public const string Fer2013 = "FER2013";
    public const string CkPlus = "CK+";
    public const string Drawn = nameof(SyntheticFaces);

    /// <summary>In words.</summary>
    public static string InWords(string name) => name == Drawn ? "drawn faces" : name;
}
