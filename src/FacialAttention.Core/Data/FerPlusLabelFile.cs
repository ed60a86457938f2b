namespace FacialAttention;

/// <summary>
/// Which of the two label sets that FER+ is published with votes come from. They differ in the votes of more than a thousand faces, so
/// figures on the one are not figures on the other.
/// </summary>
public enum FerPlusLabelFile
{
    /// <summary>Neither: the votes were changed, cut inside a part, or are of PrivateTest rows alone, by which they are not told apart.</summary>
    Unknown,

    /// <summary>fer2013new.csv, which has a row for each of fer2013.csv.</summary>
    Fer2013New,

    /// <summary>
    /// The three files label.csv, which the code published with FER+ trains on, brought into the rows of fer2013new.csv by image name.
    /// As they are they leave faces out, and are refused.
    /// </summary>
    LabelCsv,
}
