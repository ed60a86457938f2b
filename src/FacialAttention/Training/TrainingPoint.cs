namespace FacialAttention;

/// <summary>Loss and error at one iteration.</summary>
/// <param name="Iteration">The iteration, counted from 1.</param>
/// <param name="Loss">The mean loss over the faces looked at.</param>
/// <param name="Error">The share of those faces that were classified wrongly, 0 to 1.</param>
public readonly record struct TrainingPoint(int Iteration, double Loss, double Error);
