namespace FacialAttention;

/// <summary>In which form a folder holds CK+.</summary>
public enum CkPlusLayout
{
    /// <summary>As it is handed out: whole pictures in sequences, labels and landmarks beside them.</summary>
    Distributed,

    /// <summary>The folders that go by the name CK+48: small gray faces in a folder for each emotion.</summary>
    Cropped,
}
