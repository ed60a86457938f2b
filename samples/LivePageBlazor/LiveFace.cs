namespace LivePageBlazor;

/// <summary>What a face in the camera shows.</summary>
/// <param name="Number">From 1, in the order of appearance.</param>
/// <param name="Label">The class to show.</param>
/// <param name="Probability">Of that class, smoothed over time.</param>
/// <param name="IsUncertain">Whether a label is better not shown.</param>
public sealed record LiveFace(int Number, string Label, double Probability, bool IsUncertain);
