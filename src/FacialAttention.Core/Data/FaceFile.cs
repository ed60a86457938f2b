namespace FacialAttention;

/// <summary>An image file in a class folder; its path is relative to the folder read, with '/' between the names.</summary>
internal readonly record struct FaceFile(string Path, ClassFolder Folder);
