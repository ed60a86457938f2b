namespace VariantTable;

/// <summary>A claim of the paper with what was found here.</summary>
/// <param name="Claim">In words.</param>
/// <param name="Section">Of the paper.</param>
/// <param name="Data">The data set.</param>
/// <param name="Setting">What was trained, for example LSTM 512 x 2, 5,000 iterations.</param>
/// <param name="Figures">Ours, with their interval; or what is needed to judge.</param>
/// <param name="Verdict">What follows.</param>
internal sealed record JudgedClaim(string Claim, string Section, string Data, string Setting, string Figures, Verdict Verdict);
