using System.Runtime.InteropServices;

namespace FacialAttention;

/// <summary>Measures any recogniser on a dataset, whatever runs its network.</summary>
public static class RecognizerEvaluator
{
    /// <summary>Recognises every face and compares with the labels.</summary>
    /// <param name="recognizer">What to measure.</param>
    /// <param name="faces">
    /// Faces with labels that the recogniser knows by name, ignoring case, in any order. Faces of weight 0 are recognised, and left out of
    /// loss and counts; other weights weigh the loss alone. Where a face has votes, their shares are the target of the loss.
    /// </param>
    /// <param name="batchSize">The number of faces at a time, 1 to 65,536. Changes speed and memory, not results.</param>
    /// <param name="progress">Receives the share of the faces that is done, rising to 1.</param>
    /// <param name="cancellationToken">Stops the evaluation between batches.</param>
    /// <returns>
    /// Accuracy, confusion and cross-entropy in the order of the recogniser's labels. A probability of 0 counts as the least number above.
    /// </returns>
    /// <exception cref="ArgumentNullException">The recogniser or the dataset is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The batch size is out of range.</exception>
    /// <exception cref="ArgumentException">Faces have a label that the recogniser does not know, or all weights are 0.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    public static EvaluationResult Evaluate(
        IExpressionRecognizer recognizer,
        FaceDataset faces,
        int batchSize = 64,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recognizer);
        ArgumentNullException.ThrowIfNull(faces);
        Require.InRange(batchSize, 1, 65_536, nameof(batchSize));
        FaceDataset named = faces.WithLabels(recognizer.Labels);
        if (named.Columns.Weights is { } weights && !weights.Span.ContainsAnyExcept(0f))
        {
            throw new ArgumentException("All weights are 0; expected at least one face that counts.", nameof(faces));
        }

        var confusion = new ConfusionMatrix(named.Labels.Count);
        var predictions = new List<int>(named.Count);
        var probabilities = new List<float>(named.Count * named.Labels.Count);
        double lossSum = 0, weightSum = 0;
        for (int start = 0; start < named.Count; start += batchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(batchSize, named.Count - start);
            FaceImage[] images = [.. Enumerable.Range(start, count).Select(face => ImageOf(named, face))];
            IReadOnlyList<ExpressionPrediction> batch = recognizer.Recognize(images);
            for (int i = 0; i < count; i++)
            {
                int face = start + i;
                predictions.Add(batch[i].Index);
                probabilities.AddRange(batch[i].Probabilities);
                float weight = named.Columns.Weights?.Span[face] ?? 1;
                if (weight > 0)
                {
                    confusion.Add(named.LabelOf(face), batch[i].Index);
                    lossSum += weight * CrossEntropy(named, face, batch[i].Probabilities);
                    weightSum += weight;
                }
            }

            progress?.Report((double)(start + count) / named.Count);
        }

        return new EvaluationResult(named.Labels, lossSum / weightSum, confusion, predictions, () => Score(named, probabilities));
    }

    private static ScoredFaces Score(FaceDataset faces, List<float> probabilities)
    {
        int classes = faces.Labels.Count;
        var targets = new float[faces.Count * classes];
        for (int face = 0; face < faces.Count; face++)
        {
            WriteTarget(faces, face, targets.AsSpan(face * classes, classes));
        }

        ReadOnlySpan<float> weights = faces.Columns.Weights is { } column ? column.Span : default;
        return new ScoredFaces(classes, new float[targets.Length], targets, weights)
            .WithProbabilities(CollectionsMarshal.AsSpan(probabilities));
    }

    private static void WriteTarget(FaceDataset faces, int face, Span<float> target)
    {
        ReadOnlySpan<byte> votes = faces.Columns.Votes is { } all ? all.Span.Slice(face * target.Length, target.Length) : default;
        int voters = 0;
        foreach (byte count in votes)
        {
            voters += count;
        }

        if (voters == 0)
        {
            target[faces.LabelOf(face)] = 1;
            return;
        }

        for (int k = 0; k < votes.Length; k++)
        {
            target[k] = (float)votes[k] / voters;
        }
    }

    private static FaceImage ImageOf(FaceDataset faces, int face) =>
        FaceImage.FromGray(faces.Pixels.Slice(face * faces.Size.Pixels, faces.Size.Pixels), faces.Size);

    private static double CrossEntropy(FaceDataset faces, int face, IReadOnlyList<float> probabilities)
    {
        int classes = faces.Labels.Count;
        ReadOnlySpan<byte> votes = faces.Columns.Votes is { } all ? all.Span.Slice(face * classes, classes) : default;
        double sum = 0;
        int voters = 0;
        for (int k = 0; k < votes.Length; k++)
        {
            sum += votes[k] * NegativeLog(probabilities[k]);
            voters += votes[k];
        }

        return voters > 0 ? sum / voters : NegativeLog(probabilities[faces.LabelOf(face)]);
    }

    private static double NegativeLog(float probability) => -Math.Log(Math.Max(probability, float.Epsilon));
}
