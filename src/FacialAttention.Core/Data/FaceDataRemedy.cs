namespace FacialAttention;

/// <summary>What would read data that a call refused; a program says it in the words of its own options.</summary>
public enum FaceDataRemedy
{
    /// <summary>Only other data.</summary>
    None,

    /// <summary><c>ReadStratified</c>, which divides the faces that are not for test.</summary>
    Divide,

    /// <summary><c>ReadPart</c> with null, which takes all faces.</summary>
    ReadAll,

    /// <summary><c>labels</c> with the set that the file was made with.</summary>
    NameLabels,

    /// <summary><c>skipBad</c>, which leaves bad images out and lists them.</summary>
    SkipBad,

    /// <summary><see cref="FerPlusReader"/>, which reads votes of FER+ beside the csv of the faces.</summary>
    JoinVotes,
}
