namespace FacialAttention;

/// <summary>
/// How the votes of FER+ become labels. FER+ (Barsoum et al., 2016, arXiv 1608.01041) has ten people's votes for each face of FER2013: for
/// eight emotions, for "unknown" and for "not a face" (NF). Faces that do not count get the weight 0; none is taken out of the dataset.
/// </summary>
public enum FerPlusRule
{
    /// <summary>
    /// The votes themselves are the target: the shares of the eight emotions, without the votes for unknown and not a face. A face that
    /// nobody gave an emotion does not count. The label is the emotion with most votes, of equals the first.
    /// </summary>
    Votes,

    /// <summary>
    /// The label that more than half agree on, which is what the field reports accuracies on (Barsoum et al., 2016, and the code published
    /// with FER+): of the ten columns those with a single vote are dropped, and the winner needs more than half of the votes that are
    /// left. Faces without a winner, or won by unknown or not a face, do not count.
    /// </summary>
    StrictMajority,

    /// <summary>
    /// The label with most votes, of equals the first of the columns. Faces won by unknown or not a face do not count.
    /// </summary>
    Argmax,
}
