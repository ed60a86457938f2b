namespace VariantTable;

/// <summary>What our results say of a claim.</summary>
internal enum Verdict
{
    /// <summary>The whole 95 % interval agrees with it.</summary>
    Holds,

    /// <summary>The whole 95 % interval contradicts it.</summary>
    DoesNotHold,

    /// <summary>The interval does both, or there is none, as with one seed alone.</summary>
    Undecided,

    /// <summary>There are no results that it speaks of.</summary>
    NotJudged,
}
