namespace FacialAttention;

/// <summary>What <see cref="CkPlusReader"/> found: faces of labelled sequences, which a <see cref="CkPlusProtocol"/> divides.</summary>
public sealed class CkPlusFaces
{
    internal CkPlusFaces(FaceDataset faces, CkPlusLayout layout, int sequences, int unlabelledSequences, ReadOnlyMemory<byte>? brightest, int colourFaces)
    {
        Faces = faces;
        Layout = layout;
        Sequences = sequences;
        UnlabelledSequences = unlabelledSequences;
        Brightest = brightest;
        ColourFaces = colourFaces;
    }

    /// <summary>
    /// The faces as they are in CK+, none changed and none added: subject after subject, sequence after sequence, frame after frame. The
    /// columns hold the <see cref="FaceColumns.Subjects"/>, and the landmarks if they were asked for.
    /// </summary>
    public FaceDataset Faces { get; }

    /// <summary>In which form the folder holds CK+.</summary>
    public CkPlusLayout Layout { get; }

    /// <summary>The number of labelled sequences; 327 in CK+.</summary>
    public int Sequences { get; }

    /// <summary>The number of sequences without a label, of which no face is read; 266 in CK+ as it is handed out, always 0 in the cropped layout.</summary>
    public int UnlabelledSequences { get; }

    /// <summary>How many of the faces are of pictures in colour.</summary>
    public int ColourFaces { get; }

    /// <summary>The largest of red, green and blue at each pixel of each face, N x H x W; null where no picture has colour.</summary>
    internal ReadOnlyMemory<byte>? Brightest { get; }
}
