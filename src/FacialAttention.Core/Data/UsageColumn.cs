namespace FacialAttention;

/// <summary>What the column Usage of a csv is needed for.</summary>
internal enum UsageColumn
{
    /// <summary>Nothing: all rows are read.</summary>
    Ignored,

    /// <summary>To keep the test rows apart; without the column there are none.</summary>
    ForTest,

    /// <summary>To divide the rows.</summary>
    ForDivision,

    /// <summary>To choose the rows of one part.</summary>
    ForPart,

    /// <summary>To compare it, row by row, with that of the votes.</summary>
    ForVotes,
}
