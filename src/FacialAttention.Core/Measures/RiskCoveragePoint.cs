namespace FacialAttention;

/// <summary>What a threshold does.</summary>
/// <param name="Threshold">The least confidence at which an answer is given.</param>
/// <param name="Coverage">The share of faces that get one, above 0 and at most 1.</param>
/// <param name="Risk">The share of wrong ones among these, 0 to 1.</param>
public readonly record struct RiskCoveragePoint(double Threshold, double Coverage, double Risk);
