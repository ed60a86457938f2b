using FacialAttention;

namespace Train;

/// <summary>What <c>card</c> was asked for.</summary>
/// <param name="CheckpointPath">The network; its name without ending is that of its section.</param>
/// <param name="Data">What it learned from.</param>
/// <param name="PagePath">The page that the section is in.</param>
/// <param name="RunPath">The output folder of its training, which tells of its compute; null for none.</param>
/// <param name="PicturePath">A .png of its reliability, written anew; null for none.</param>
/// <param name="Device">Where to compute.</param>
/// <param name="CudaIndex">Which GPU.</param>
/// <param name="Threads">Threads of torch.</param>
internal sealed record CardSettings(
    string CheckpointPath,
    FaceSource Data,
    string PagePath,
    string? RunPath,
    string? PicturePath,
    DevicePreference Device,
    int? CudaIndex,
    int Threads);
