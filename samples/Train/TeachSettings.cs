using FacialAttention;

namespace Train;

/// <summary>What <c>teach</c> was asked for.</summary>
/// <param name="CheckpointPaths">One network for all faces, or one for each fold.</param>
/// <param name="Data">Where the faces come from.</param>
/// <param name="ShiftPixels">How far faces are also shifted to each side; 0 for not at all.</param>
/// <param name="OutputPath">The file to write.</param>
/// <param name="Device">Where to compute.</param>
/// <param name="CudaIndex">Which CUDA device.</param>
/// <param name="Threads">Threads that torch computes with.</param>
internal sealed record TeachSettings(
    IReadOnlyList<string> CheckpointPaths,
    FaceSource Data,
    int ShiftPixels,
    string OutputPath,
    DevicePreference Device,
    int? CudaIndex,
    int Threads);
