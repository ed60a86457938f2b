using FacialAttention;

namespace Recognize;

/// <summary>A face in a picture.</summary>
/// <param name="Box">Where it is.</param>
/// <param name="Score">How sure the detector is; null where there was none.</param>
/// <param name="Crop">What the network sees of the picture; null for all of it.</param>
internal sealed record FoundFace(FaceBox Box, float? Score, FaceBox? Crop);
