namespace FacialAttention;

/// <summary>How much a face of each class counts in the training loss.</summary>
public enum ClassWeighting
{
    /// <summary>All faces count alike.</summary>
    Equal,

    /// <summary>
    /// A class with n of the M training faces weighs M / (K n), so all classes together count alike; one without faces weighs nothing. Faces of
    /// weight 0 are in neither number.
    /// </summary>
    Balanced,
}
