namespace FacialAttention;

/// <summary>Faces of about equal confidence, which is the probability of their most probable class.</summary>
/// <param name="From">The confidence above which they are, 0 to 1.</param>
/// <param name="To">The confidence up to which they are, 0 to 1.</param>
/// <param name="Share">Their share of the weight of all faces, 0 to 1.</param>
/// <param name="Confidence">Their mean confidence; not a number where there are none.</param>
/// <param name="Accuracy">The share of them that is right, which a calibrated network's confidence equals; not a number where there are none.</param>
public readonly record struct ReliabilityBin(double From, double To, double Share, double Confidence, double Accuracy);
