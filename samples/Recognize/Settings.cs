using FacialAttention;

namespace Recognize;

/// <summary>What was asked for.</summary>
/// <param name="Paths">Files, folders and globs.</param>
/// <param name="Network">The name of a pretrained network, or an .onnx file.</param>
/// <param name="Form">How the answers are written.</param>
/// <param name="Top">How many classes of each face.</param>
/// <param name="Search">How faces are found.</param>
/// <param name="Tiles">In how many tiles of a picture's longer side.</param>
/// <param name="Box">The face in each picture; null to look for it.</param>
/// <param name="Coverage">The share of faces that get an answer; null for all.</param>
/// <param name="Overlay">The folder of pictures with the faces drawn in, of a video the file; null for none.</param>
/// <param name="AttentionFolder">Where to draw the attention over each face; null for nowhere.</param>
/// <param name="Video">The video; null for pictures or a camera.</param>
/// <param name="Camera">The camera; null for pictures or a video.</param>
/// <param name="DetectEvery">In how many frames of a video faces are looked for once.</param>
/// <param name="Seconds">Where to end in a video; null for its end.</param>
internal sealed record Settings(
    IReadOnlyList<string> Paths,
    string Network,
    AnswerForm Form,
    int Top,
    FaceSearch Search,
    int Tiles,
    FaceBox? Box,
    double? Coverage,
    string? Overlay,
    string? AttentionFolder,
    string? Video,
    string? Camera,
    int DetectEvery,
    double? Seconds);
