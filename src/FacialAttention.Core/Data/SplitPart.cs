namespace FacialAttention;

/// <summary>The parts of a <see cref="DatasetSplit"/>.</summary>
public enum SplitPart : byte
{
    /// <summary>The faces that train.</summary>
    Training,

    /// <summary>The faces that choose among models and training steps.</summary>
    Validation,

    /// <summary>The faces for the final report.</summary>
    Test,
}
