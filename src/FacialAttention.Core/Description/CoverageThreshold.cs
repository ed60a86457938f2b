namespace FacialAttention;

/// <summary>From which probability on a network answers, if a share of all faces is to get an answer.</summary>
/// <param name="Coverage">That share, more than 0 and at most 1.</param>
/// <param name="Probability">The least probability of the most probable class, 0 to 1.</param>
public readonly record struct CoverageThreshold(double Coverage, double Probability);
