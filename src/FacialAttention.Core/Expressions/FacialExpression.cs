namespace FacialAttention;

/// <summary>
/// The looks of a face that have names of their own: the seven classes of FER2013 in its order, then contempt, which CK+ adds.
/// The numbers 0 to 6 are FER2013's; the class indices of other label sets are those of <see cref="ExpressionLabels"/>.
/// </summary>
public enum FacialExpression
{
    /// <summary>Anger.</summary>
    Angry,

    /// <summary>Disgust.</summary>
    Disgust,

    /// <summary>Fear.</summary>
    Fear,

    /// <summary>Happiness.</summary>
    Happy,

    /// <summary>Sadness.</summary>
    Sad,

    /// <summary>Surprise.</summary>
    Surprise,

    /// <summary>No expression.</summary>
    Neutral,

    /// <summary>Contempt.</summary>
    Contempt,
}
