using FacialAttention;

namespace Train;

/// <summary>What the command line of <c>device</c> asked for.</summary>
/// <param name="Device">The device to compare with the CPU.</param>
/// <param name="CudaIndex">Which CUDA device; null for the first.</param>
/// <param name="RecipePath">The network and the training to time; null for the paper's.</param>
/// <param name="BatchSizes">Faces in a step, one row of the table each.</param>
/// <param name="Iterations">Steps that are timed for each row.</param>
/// <param name="Threads">Threads of torch on the CPU.</param>
internal sealed record DeviceSettings(
    DevicePreference Device, int? CudaIndex, string? RecipePath, int[] BatchSizes, int Iterations, int Threads);
