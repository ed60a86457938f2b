namespace FacialAttention;

/// <summary>What <see cref="FaceFolderReader"/> found in a folder: the faces, and the images that it left out.</summary>
public sealed class FaceFolder
{
    internal FaceFolder(DatasetSplit split, IReadOnlyList<BadImage> badImages)
    {
        Split = split;
        BadImages = badImages;
    }

    /// <summary>The faces, divided; their labels are the names of the class folders.</summary>
    public DatasetSplit Split { get; }

    /// <summary>The images left out, in the order of the files; always empty where bad images are not skipped.</summary>
    public IReadOnlyList<BadImage> BadImages { get; }
}
