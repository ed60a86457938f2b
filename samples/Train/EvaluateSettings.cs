using FacialAttention;

namespace Train;

/// <summary>What <c>evaluate</c> was asked for.</summary>
internal sealed record EvaluateSettings(
    string CheckpointPath,
    FaceSource Data,
    string Part,
    bool IsJson,
    bool AveragesMirrored,
    bool IsUncalibrated,
    DevicePreference Device,
    int? CudaIndex,
    int Threads);
