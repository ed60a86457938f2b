namespace FacialAttention;

/// <summary>An image file that <see cref="FaceFolderReader"/> left out.</summary>
/// <param name="Path">The file, relative to the folder that was read, with '/' between the names on every system.</param>
/// <param name="Reason">What is wrong with it and what was expected, for example "is empty; expected an image file.".</param>
public sealed record BadImage(string Path, string Reason);
