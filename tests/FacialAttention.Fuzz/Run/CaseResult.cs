namespace FacialAttention.Fuzz.Run;

/// <summary>How a case ended.</summary>
/// <param name="Case">Its number, from 0.</param>
/// <param name="Outcome">Well, or with a fault.</param>
/// <param name="Kind">The type of the exception, or the kind of fault; empty for success.</param>
/// <param name="Detail">The message, of a fault with the stack.</param>
/// <param name="Seconds">The processor time that the reader took, of all threads: it does not grow with what else the machine does.</param>
/// <param name="Megabytes">The largest resident memory meanwhile, less that before the first case.</param>
/// <param name="InputBytes">The size of the input.</param>
internal sealed record CaseResult(
    int Case, CaseOutcome Outcome, string Kind, string Detail, double Seconds, double Megabytes, long InputBytes);
