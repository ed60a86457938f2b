namespace FacialAttention;

/// <summary>What <see cref="FerPlusReader"/> made of a csv of faces and a file of votes.</summary>
public sealed class FerPlusFaces
{
    internal FerPlusFaces(DatasetSplit split, FerPlusLabelFile labelFile)
    {
        Split = split;
        LabelFile = labelFile;
    }

    /// <summary>
    /// The faces in their official division, with the labels of FER+. A face that does not count has the weight 0
    /// (<see cref="FaceColumns.Weights"/>), so each part has all rows of its Usage, in the order of the file.
    /// </summary>
    public DatasetSplit Split { get; }

    /// <summary>Which of the published label files the votes are those of.</summary>
    public FerPlusLabelFile LabelFile { get; }
}
