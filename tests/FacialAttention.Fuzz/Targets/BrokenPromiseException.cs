namespace FacialAttention.Fuzz.Targets;

/// <summary>A reader returned, or threw as documented, and yet not all is as its documentation says.</summary>
internal sealed class BrokenPromiseException(string message, Exception? cause = null) : Exception(message, cause);
