namespace FacialAttention.Benchmarks;

/// <summary>The least that a stage does: operations of arithmetic, and bytes that it cannot but read or write.</summary>
internal sealed record StageCost(double ForwardFlops, double BackwardFlops, double ForwardBytes, double BackwardBytes);
