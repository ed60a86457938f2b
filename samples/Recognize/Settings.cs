using FacialAttention;

namespace Recognize;

/// <summary>What was asked for.</summary>
/// <param name="Paths">Files, folders and globs.</param>
/// <param name="Network">The name of a pretrained network, or an .onnx file.</param>
/// <param name="Form">How the answers are written.</param>
/// <param name="Top">How many classes of each face.</param>
/// <param name="Box">The face in each picture; null for all of it.</param>
/// <param name="Coverage">The share of faces that get an answer; null for all.</param>
/// <param name="OverlayFolder">Where to draw the attention over each face; null for nowhere.</param>
internal sealed record Settings(
    IReadOnlyList<string> Paths, string Network, AnswerForm Form, int Top, FaceBox? Box, double? Coverage, string? OverlayFolder);
