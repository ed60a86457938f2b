namespace FacialAttention;

/// <summary>Decodes the images of a folder.</summary>
internal static class FaceFolderImages
{
    /// <summary>Decodes every file of the listing; those that cannot be used stand apart.</summary>
    /// <exception cref="InvalidDataException">
    /// There are too many images for one array, or bad ones and they are not to be skipped, or a class is left without an image.
    /// </exception>
    public static (FaceRows Rows, BadImage[] Bad) Decode(
        FaceFolderListing listing,
        FacePreprocessor preprocessor,
        bool skipBad,
        IProgress<double>? progress,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<FaceFile> files = listing.Files;
        var rows = new FaceRows(preprocessor.Size, listing.Labels);
        if (rows.FaultOfCount(files.Count) is { } fault)
        {
            throw listing.Fault(fault);
        }

        rows.Reserve(files.Count);
        foreach (FaceFile file in files)
        {
            rows.Add(file.Folder.Label, file.Folder.Part);
        }

        string[] paths = [.. files.Select(file => file.Path)];
        string?[] reasons = ImageFiles.Decode(
            listing.Root,
            paths,
            (i, image) =>
            {
                preprocessor.ToGray(image).CopyTo(rows.PixelsOf(i));
                return null;
            },
            progress,
            cancellationToken);
        BadImage[] bad = ImageFiles.BadOf(paths, reasons);
        if (bad.Length > 0 && !skipBad)
        {
            throw listing.Fault(ImageFiles.Describe(bad, reasons), FaceDataRemedy.SkipBad);
        }

        bad = [.. bad, .. listing.Others.Select(path => new BadImage(path, "is no image by its ending; expected an image file."))];
        bool[] isGood = Array.ConvertAll(reasons, reason => reason is null);
        rows.Keep(isGood);
        listing.CheckNoClassIsEmpty([.. files.Where((_, i) => isGood[i])], "image that can be used");
        return (rows, bad);
    }
}
