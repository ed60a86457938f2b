namespace FacialAttention;

/// <summary>The parts of a <see cref="DatasetSplit"/>.</summary>
internal enum SplitPart : byte
{
    Training,
    Validation,
    Test,
}
