namespace FacialAttention.Fuzz.Targets;

/// <summary>A public call and what it answers, as text.</summary>
/// <param name="Name">Of the method.</param>
/// <param name="Run">Calls it.</param>
/// <param name="IsRefusedAfterDisposal">Whether it touches native memory, and so must throw once that is gone.</param>
internal sealed record DisposalCall(string Name, Func<string> Run, bool IsRefusedAfterDisposal = true);
