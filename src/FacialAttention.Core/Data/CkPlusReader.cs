namespace FacialAttention;

/// <summary>
/// Reads the Extended Cohn-Kanade data set (CK+; Lucey et al., 2010): sequences of people who go from a neutral face to an expression.
/// The labels are <see cref="ExpressionLabels.CkPlus"/>.
/// </summary>
/// <remarks>
/// <para>
/// Two layouts are read, upper or lower case. <see cref="CkPlusLayout.Distributed"/>: <c>cohn-kanade-images/S###/###/*.png</c>,
/// <c>Emotion/S###/###/*_emotion.txt</c> and <c>Landmarks/S###/###/*_landmarks.txt</c>, each also in the folder that the archives unpack it into
/// (<c>extended-cohn-kanade-images</c>, <c>Emotion_labels</c>, <c>Landmarks</c>). Of each sequence with a label its last frames
/// are taken, up to the one that the label's name has; of 593 sequences 327 have one, and the others are counted.
/// <see cref="CkPlusLayout.Cropped"/>, CK+48: <c>&lt;class&gt;/S###_###_########.png</c> with classes such as anger, contempt, disgust, fear, happy,
/// sadness and surprise, 981 faces.
/// </para>
/// <para>
/// Whom a face shows is read from the file's name and stands in <see cref="FaceColumns.Subjects"/>: 5 for <c>S005_001_00000011.png</c>.
/// Frames of one sequence are nearly equal, so faces must be divided by subject: <see cref="CkPlusProtocol"/>.
/// Landmarks are taken as the files have them, in pixels from the picture's top left corner.
/// </para>
/// <para>
/// Files and folders whose names begin with a dot are passed over, and so are files that are no images by their ending. An image
/// whose name does not say its subject is an error, since the division rests on it.
/// </para>
/// </remarks>
public static class CkPlusReader
{
    /// <summary>Which layout of CK+ a folder has, by the names in it.</summary>
    /// <param name="path">A folder, or anything else.</param>
    /// <returns>
    /// Null for none: no folder <c>cohn-kanade-images</c>, and not folders of emotions alone, one of which has a file named as those of CK+.
    /// </returns>
    /// <exception cref="IOException">A folder cannot be listed.</exception>
    public static CkPlusLayout? FindLayout(string? path) => CkPlusListing.FindLayout(path);

    /// <summary>Reads the faces of all labelled sequences.</summary>
    /// <param name="path">The folder that holds <c>cohn-kanade-images</c>, <c>Emotion</c> and <c>Landmarks</c>, or the class folders.</param>
    /// <param name="options">Which faces, and how they are cut out; null for the defaults.</param>
    /// <param name="progress">Receives the share of the images that was decoded, rising to 1.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">The path is a file, or a folder cannot be listed.</exception>
    /// <exception cref="InvalidDataException">
    /// The folder has neither layout or lacks what was asked for, a label is none or without its sequence, a name does not say its subject, an image or
    /// its landmarks cannot be used, or the pixels do not fit into one array; the message says where and what was expected.
    /// </exception>
    /// <exception cref="OperationCanceledException">The reading was cancelled.</exception>
    public static CkPlusFaces Read(
        string path, CkPlusOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new CkPlusOptions();
        return CkPlusImages.Decode(CkPlusListing.Of(path, options, cancellationToken), options, progress, cancellationToken);
    }
}
