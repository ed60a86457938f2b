using System.Numerics;
using Microsoft.ML.OnnxRuntime;

namespace FacialAttention;

/// <summary>Memory for what a network sees and says, bound to a session: a run reads and writes it where it is.</summary>
internal sealed class BoundSquare : IDisposable
{
    private readonly BlazeFaceModel _model;
    private readonly float[] _square;
    private readonly float[] _values;
    private readonly float[] _scores;
    private readonly OrtValue[] _bound;
    private readonly OrtIoBinding _binding;

    public BoundSquare(InferenceSession session, BlazeFaceModel model)
    {
        _model = model;
        int anchors = model.Anchors.Count;
        _square = new float[3 * model.Side * model.Side];
        _values = new float[anchors * BlazeFaceModel.ValuesPerAnchor];
        _scores = new float[anchors];
        _bound =
        [
            OrtValue.CreateTensorValueFromMemory(_square, [1, 3, model.Side, model.Side]), // pins the array
            OrtValue.CreateTensorValueFromMemory(_values, [1, anchors, BlazeFaceModel.ValuesPerAnchor]),
            OrtValue.CreateTensorValueFromMemory(_scores, [1, anchors, 1]),
        ];
        _binding = session.CreateIoBinding();
        _binding.BindInput(session.InputNames[0], _bound[0]);
        _binding.BindOutput(session.OutputNames[0], _bound[1]); // both networks have the boxes first
        _binding.BindOutput(session.OutputNames[1], _bound[2]);
    }

    /// <summary>Looks at a part of a picture and adds what has at least a score, from 0 to 1.</summary>
    public void Search(
        InferenceSession session, RunOptions options, FaceImage image, PixelPart part, double leastScore, List<FaceCandidate> faces)
    {
        var input = new SquareInput(image, part, _model.Side);
        input.Write(_square);
        session.RunWithBinding(options, _binding);
        for (int i = 0; i < _scores.Length; i++)
        {
            double score = 1 / (1 + Math.Exp(-_scores[i]));
            if (score < leastScore)
            {
                continue;
            }

            FaceCandidate face = Read(i, (float)score, input);
            if (IsSound(face, image.Size) && !part.Cuts(face, image.Size))
            {
                faces.Add(face);
            }
        }
    }

    public void Dispose()
    {
        _binding.Dispose();
        Array.ForEach(_bound, value => value.Dispose());
    }

    private FaceCandidate Read(int anchor, float score, SquareInput input)
    {
        ReadOnlySpan<float> values = _values.AsSpan(anchor * BlazeFaceModel.ValuesPerAnchor, BlazeFaceModel.ValuesPerAnchor);
        Vector2 origin = _model.Anchors[anchor];
        Vector2 centre = origin + new Vector2(values[0], values[1]), half = new Vector2(values[2], values[3]) / 2;
        var points = new FacePoints(
            input.ToPicture(origin + new Vector2(values[4], values[5])),
            input.ToPicture(origin + new Vector2(values[6], values[7])),
            input.ToPicture(origin + new Vector2(values[8], values[9])),
            input.ToPicture(origin + new Vector2(values[10], values[11])));
        return new FaceCandidate(score, input.ToPicture(centre - half), input.ToPicture(centre + half), points);
    }

    /// <summary>Whether a box has an area that is partly in the picture.</summary>
    private static bool IsSound(in FaceCandidate face, ImageSize picture) =>
        face.TopLeft.X < Math.Min(face.BottomRight.X, picture.Width) && face.BottomRight.X > 0
        && face.TopLeft.Y < Math.Min(face.BottomRight.Y, picture.Height) && face.BottomRight.Y > 0;
}
