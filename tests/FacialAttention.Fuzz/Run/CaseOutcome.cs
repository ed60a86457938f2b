namespace FacialAttention.Fuzz.Run;

/// <summary>The three ways in which a case ends.</summary>
internal enum CaseOutcome
{
    /// <summary>The reader took the input.</summary>
    Succeeded,

    /// <summary>The reader threw an exception that its documentation names, with a message.</summary>
    Refused,

    /// <summary>Anything else.</summary>
    Fault,
}
