namespace Train;

/// <summary>What <c>explain</c> was asked for.</summary>
/// <param name="Measured">The network and the faces.</param>
/// <param name="Faces">How many of them, at most.</param>
/// <param name="Seed">Which of them, and which of them the bootstrap draws.</param>
internal sealed record ExplainSettings(EvaluateSettings Measured, int Faces, int Seed);
