namespace FacialAttention;

/// <summary>A frame of CK+ that is a face of the data set; paths are relative to the folder read, with '/' between the names.</summary>
/// <param name="Path">The picture.</param>
/// <param name="LandmarksPath">Its landmarks; null where the picture is the face.</param>
/// <param name="Code">The code of the emotion, 0 for neutral.</param>
/// <param name="Name">Whose face it is, in which sequence and where in it.</param>
internal readonly record struct CkPlusFrame(string Path, string? LandmarksPath, int Code, CkPlusName Name);
