using FacialAttention;

namespace Recognize;

/// <summary>A face and what the network says of it.</summary>
/// <param name="Number">From 1 in a picture; in a video the same for one face in all frames.</param>
/// <param name="Box">Where it is.</param>
/// <param name="Score">How sure the detector is; null where there was none.</param>
/// <param name="Prediction">Of a video the smoothed one.</param>
/// <param name="Label">What to show: of a video it changes more slowly than the most probable class.</param>
/// <param name="Probability">That of the label.</param>
internal sealed record RecognizedFace(
    int Number, FaceBox Box, float? Score, ExpressionPrediction Prediction, string Label, float Probability)
{
    public RecognizedFace(int number, FoundFace face, ExpressionPrediction prediction)
        : this(number, face.Box, face.Score, prediction, prediction.Label, prediction.Probability)
    {
    }
}
