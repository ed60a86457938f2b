using FacialAttention;

namespace Recognize;

/// <summary>The faces of a video from frame to frame: found, followed, and their expressions smoothed over time.</summary>
/// <param name="recognizer">Says the expression of a face.</param>
/// <param name="detect">Finds the faces of a frame.</param>
/// <param name="framing">From the box of a face to what the network sees of it.</param>
/// <param name="detectEvery">Faces are looked for in the first of so many frames; in the others they are where they were.</param>
internal sealed class VideoFaces(
    IExpressionRecognizer recognizer, Func<FaceImage, IReadOnlyList<DetectedFace>> detect, FaceFraming framing, int detectEvery)
{
    private readonly FaceTracks _tracks = new(recognizer.Labels);
    private int _frames;

    /// <summary>How many faces there were in all.</summary>
    public int Count => _tracks.Count;

    /// <summary>The faces of the next frame.</summary>
    public IReadOnlyList<RecognizedFace> Update(VideoFrame frame)
    {
        if (_frames++ % detectEvery == 0)
        {
            _tracks.Update(frame.Time, detect(frame.Image));
        }

        IReadOnlyList<FaceTrack> faces = _tracks.Visible;
        IReadOnlyList<ExpressionPrediction> predictions = recognizer.RecognizeAll(frame.Image, [.. faces.Select(track => track.Face.Frame(framing))]);
        return [.. faces.Zip(predictions, (track, prediction) =>
        {
            TrackedExpression tracked = track.Tracker.Update(frame.Time, prediction);
            var smoothed = new ExpressionPrediction(recognizer.Labels, [.. tracked.Smoothed.Probabilities])
            {
                IsUncertain = prediction.IsUncertain,
            };
            return new RecognizedFace(track.Number, track.Face.Box, track.Face.Score, smoothed, tracked.Label, tracked.Probability);
        })];
    }
}
