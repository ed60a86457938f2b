namespace Recognize;

/// <summary>How the faces of a picture are found.</summary>
internal enum FaceSearch
{
    /// <summary>Not in small, nearly square pictures, which are cropped faces; in others as <see cref="Full"/> does.</summary>
    Auto,

    /// <summary>Not: all of each picture is one face.</summary>
    Off,

    /// <summary>By BlazeFace full range: photos, several faces.</summary>
    Full,

    /// <summary>By BlazeFace short range: near faces, as a camera sees them.</summary>
    Short,
}
