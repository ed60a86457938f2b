namespace FacialAttention;

/// <summary>An image file that <see cref="FaceFolderReader"/> left out.</summary>
public sealed record BadImage
{
    internal BadImage(string path, string reason)
    {
        Path = path;
        Reason = reason;
    }

    /// <summary>The file, relative to the folder that was read, with '/' between the names on every system.</summary>
    public string Path { get; }

    /// <summary>What is wrong with it and what was expected, for example "is empty; expected an image file.".</summary>
    public string Reason { get; }
}
