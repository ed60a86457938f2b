namespace Train;

/// <summary>What <c>explain --json</c> prints.</summary>
/// <param name="Faces">How many were looked at.</param>
/// <param name="GridHeight">The rows of the grid.</param>
/// <param name="GridWidth">The columns of the grid.</param>
/// <param name="Agreements">The attention layers, then what they are to be compared with.</param>
/// <param name="FallAtAny">How far the probability falls when a cell is hidden: the mean over cells and faces.</param>
/// <param name="FallAtWorst">The same of the cell of each face where it falls the furthest.</param>
/// <param name="MeanFall">For each row and column: how far the probability falls when the cell is hidden, the mean over the faces.</param>
internal sealed record ExplainResult(
    int Faces, int GridHeight, int GridWidth, IReadOnlyList<MapAgreement> Agreements, double FallAtAny, double FallAtWorst,
    double[][] MeanFall);
