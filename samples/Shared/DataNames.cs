using FacialAttention;

namespace Samples;

/// <summary>The data sets by the names that results have.</summary>
internal static class DataNames
{
    public const string Fer2013 = "FER2013";
    public const string FerPlus = "FER+";
    public const string CkPlus = "CK+";
    public const string Drawn = nameof(SyntheticFaces);

    /// <summary>Drawn faces in a layout of CK+.</summary>
    public const string CkPlusStandIn = "stand-in for CK+";

    /// <summary>In words.</summary>
    public static string InWords(string name) => name switch
    {
        Drawn => "drawn faces",
        CkPlusStandIn => "drawn faces as CK+",
        _ => name,
    };

    /// <summary>Whether it is CK+, or in its place.</summary>
    public static bool IsAsCkPlus(string name) => name is CkPlus or CkPlusStandIn;

    public static bool IsDrawn(string name) => name is Drawn or CkPlusStandIn;
}
