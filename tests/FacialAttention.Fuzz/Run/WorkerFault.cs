namespace FacialAttention.Fuzz.Run;

/// <summary>The faults that a worker cannot tell itself.</summary>
internal static class WorkerFault
{
    public const string Died = "Crash";
    public const string Hangs = "Hang";
}
