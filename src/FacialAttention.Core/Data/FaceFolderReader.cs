namespace FacialAttention;

/// <summary>
/// Reads faces of your own from folders of image files, with any 2 to 256 classes: the name of a folder is the class of the images in it.
/// </summary>
/// <remarks>
/// <para>
/// Images are files that end in .png, .jpg, .jpeg, .jpe, .jfif, .webp, .bmp, .dib or .gif, in upper or lower case; which of the formats
/// of <see cref="FaceImage"/> a file has shows in its content. Files and folders whose names begin with a dot are ignored, and so are
/// those that often stand beside images (.txt, .csv, .json, .xml, .db, .ini, .md and the like). Any other file, an image or a folder
/// where the layout has none, and outputs of training among the classes are errors, since faces would be lost or made up silently.
/// The parts may be called train, training; validation, val, valid, dev, PublicTest; test, testing, PrivateTest. Folders may be links.
/// </para>
/// <para>
/// The labels are the names of the class folders, sorted by the values of their characters (upper case before lower case), and the
/// faces of a part stand in the same order of their paths, so results are equal on every system. Every image goes whole through the
/// <see cref="FacePreprocessor"/>: where it shows more than a face, crop it first. Images are decoded with as many threads as there
/// are processors; memory peaks at the pixels of the result and one image per thread, and at twice the result where the reader
/// divides the faces itself.
/// </para>
/// </remarks>
public static class FaceFolderReader
{
    /// <summary>
    /// Reads a folder that is divided already: <c>path/train/&lt;class&gt;/*.png</c>, the same for <c>validation</c>, and for
    /// <c>test</c> where there are faces for it. Upper and lower case do not matter in these names, nor in whether
    /// the classes of the parts are the same, as they must be.
    /// </summary>
    /// <param name="path">The folder that holds train and validation.</param>
    /// <param name="preprocessor">Makes the gray faces and has their size; null for the default of 48 x 48 pixels.</param>
    /// <param name="skipBad">
    /// Whether images that cannot be used are left out and listed in <see cref="FaceFolder.BadImages"/>, rather than an error that
    /// names them. Default false.
    /// </param>
    /// <param name="progress">Receives the share of the images that was decoded, rising to 1.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">The path is a file, or a folder cannot be listed.</exception>
    /// <exception cref="InvalidDataException">
    /// The folders are not as above, their names cannot be labels, the classes of the parts differ, a class has no image, images
    /// cannot be used, or their pixels do not fit into one array; the message says where and what was expected.
    /// </exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public static FaceFolder Read(
        string path,
        FacePreprocessor? preprocessor = null,
        bool skipBad = false,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        FaceFolderListing listing = FaceFolderListing.ForTraining(path, skipBad, cancellationToken);
        (FaceRows rows, BadImage[] bad) = FaceFolderImages.Decode(
            listing, preprocessor ?? new FacePreprocessor(), skipBad, progress, cancellationToken);
        string description = rows.Parts.Contains(SplitPart.Test) ? "folders train, validation and test" : "folders train and validation";
        return new FaceFolder(rows.ToSplit(description), bad);
    }

    /// <summary>
    /// Reads a folder that is not divided, <c>path/&lt;class&gt;/*.png</c>, and divides its faces into training and validation at random,
    /// each class on its own, as <see cref="DatasetSplit.Stratified"/> does: the only face of a class trains. In a folder that has parts, the
    /// faces of train and validation are divided anew, and those of test stay the test part.
    /// </summary>
    /// <param name="path">The folder that holds the class folders.</param>
    /// <param name="trainingShare">The share of each class that trains, above 0 and below 1. Default 0.8.</param>
    /// <param name="seed">Any number; another seed gives another division. Default 1.</param>
    /// <param name="preprocessor">Makes the gray faces and has their size; null for the default of 48 x 48 pixels.</param>
    /// <param name="skipBad">
    /// Whether images that cannot be used are left out and listed in <see cref="FaceFolder.BadImages"/>, rather than an error that
    /// names them. Default false.
    /// </param>
    /// <param name="progress">Receives the share of the images that was decoded, rising to 1.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">The path is a file, or a folder cannot be listed.</exception>
    /// <exception cref="InvalidDataException">
    /// The folders are not as above, their names cannot be labels, a class has no image, no class has two, images cannot be used,
    /// or their pixels do not fit into one array; the message says where and what was expected.
    /// </exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public static FaceFolder ReadStratified(
        string path,
        double trainingShare = 0.8,
        long seed = 1,
        FacePreprocessor? preprocessor = null,
        bool skipBad = false,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        DatasetSplit.CheckTrainingShare(trainingShare);
        FaceFolderListing listing = FaceFolderListing.ForDivision(path, skipBad, cancellationToken);
        (FaceRows rows, BadImage[] bad) = FaceFolderImages.Decode(
            listing, preprocessor ?? new FacePreprocessor(), skipBad, progress, cancellationToken);
        if (!rows.DivideAgain(trainingShare, seed))
        {
            throw listing.Fault(FormattableString.Invariant(
                $"no class has two of the {rows.Count - rows.Parts.Count(SplitPart.Test)} images that can be used; expected at least one such class to divide."));
        }

        return new FaceFolder(rows.ToSplit(DatasetSplit.Describe(trainingShare, seed)), bad);
    }

    /// <summary>
    /// Reads the faces of one part, or all, to measure a network on them. The folder needs no other part; for all faces it may also hold
    /// the class folders alone.
    /// </summary>
    /// <param name="path">The folder that holds the parts or the class folders.</param>
    /// <param name="part">The part; null for all faces, part after part.</param>
    /// <param name="preprocessor">Makes the gray faces and has their size; null for the default of 48 x 48 pixels.</param>
    /// <param name="skipBad">Whether images that cannot be used are left out and listed, rather than an error that names them.</param>
    /// <param name="progress">Receives the share of the images that was decoded, rising to 1.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The faces, whose labels are the names of the class folders, and the images left out.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The part is not defined.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">The path is a file, or a folder cannot be listed.</exception>
    /// <exception cref="InvalidDataException">
    /// There is no such part, the folders are not as above, their names cannot be labels, a class has no image, images cannot be used, or
    /// their pixels do not fit into one array; the message says where and what was expected.
    /// </exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public static (FaceDataset Faces, IReadOnlyList<BadImage> BadImages) ReadPart(
        string path,
        SplitPart? part,
        FacePreprocessor? preprocessor = null,
        bool skipBad = false,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (part is { } value)
        {
            Require.Defined(value, nameof(part));
        }

        FaceFolderListing listing = FaceFolderListing.ForPart(path, part, skipBad, cancellationToken);
        (FaceRows rows, BadImage[] bad) = FaceFolderImages.Decode(
            listing, preprocessor ?? new FacePreprocessor(), skipBad, progress, cancellationToken);
        return (rows.ToDataset(), bad);
    }
}
