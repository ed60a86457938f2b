using FacialAttention;

namespace VariantTable;

/// <summary>Measures one network on faces and on what spoils them.</summary>
internal sealed class RobustnessMeasure
{
    private const int BatchSize = 64;

    private readonly IExpressionRecognizer _recognizer;
    private readonly FaceDataset _faces;
    private readonly bool _knowsDoubt;
    private readonly long _seed;
    private readonly ImageSize? _crop; // of the faces; null where the network sees faces of another size
    private IReadOnlyList<AttentionMap>[] _before = [];

    /// <param name="recognizer">The network.</param>
    /// <param name="description">What it says of itself.</param>
    /// <param name="knowsDoubt">Whether it was asked to say when it is uncertain.</param>
    /// <param name="faces">Faces that all count, of labels that it has.</param>
    /// <param name="seed">Of what spoils them.</param>
    public RobustnessMeasure(IExpressionRecognizer recognizer, NetworkDescription description, bool knowsDoubt, FaceDataset faces, long seed)
    {
        (_recognizer, _knowsDoubt, _seed) = (recognizer, knowsDoubt, seed);
        _faces = faces.WithLabels(recognizer.Labels);
        _crop = description.Preprocessing.Size == faces.Size ? description.Preprocessing.Crop ?? faces.Size : null;
    }

    /// <summary>The clean faces; to be measured before others.</summary>
    public ConditionResult MeasureClean(CancellationToken cancellationToken)
    {
        ExpressionPrediction[] predictions = Recognize(_faces, cancellationToken);
        _before = [.. predictions.Select(prediction => prediction.Attention)];
        return Score(predictions, null);
    }

    /// <summary>The faces spoilt.</summary>
    public ConditionResult Measure(CorruptionKind kind, int strength, CancellationToken cancellationToken)
    {
        var corruption = new Corruption(kind, strength, _seed);
        return Score(Recognize(corruption.Apply(_faces), cancellationToken), corruption);
    }

    private ExpressionPrediction[] Recognize(FaceDataset faces, CancellationToken cancellationToken)
    {
        var predictions = new List<ExpressionPrediction>(faces.Count);
        int pixels = faces.Size.Height * faces.Size.Width;
        while (predictions.Count < faces.Count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            FaceImage[] batch =
            [
                .. Enumerable.Range(predictions.Count, Math.Min(BatchSize, faces.Count - predictions.Count))
                    .Select(face => FaceImage.FromGray(faces.Pixels.Slice(face * pixels, pixels), faces.Size)),
            ];
            predictions.AddRange(_recognizer.Recognize(batch));
        }

        return [.. predictions];
    }

    private ConditionResult Score(ExpressionPrediction[] predictions, Corruption? corruption)
    {
        byte[] labels = _faces.LabelIndices.ToArray();
        bool[] isRight = [.. predictions.Select((prediction, face) => prediction.Index == labels[face])];
        var scored = ScoredFaces.OfLabels(_faces.Labels.Count, new float[labels.Length * _faces.Labels.Count], labels)
            .WithProbabilities([.. predictions.SelectMany(prediction => prediction.Probabilities)]);
        bool[] isSure = [.. predictions.Select(prediction => !prediction.IsUncertain)];
        int sure = isSure.Count(value => value);
        return new ConditionResult
        {
            Kind = corruption?.Kind,
            Strength = corruption?.Strength ?? 0,
            CalibrationError = CalibrationReport.Of(scored).ExpectedCalibrationError,
            Uncertain = _knowsDoubt ? 1 - ((double)sure / predictions.Length) : null,
            AccuracyWhereSure = _knowsDoubt && sure > 0 ? (double)isRight.Zip(isSure).Count(pair => pair is { First: true, Second: true }) / sure : null,
            Attention = corruption is { Hides: true } ? AttentionOf(predictions, corruption) : [],
            Faces = predictions.Length,
            Right = ConditionResult.Pack(isRight),
        };
    }

    private HiddenAttention[] AttentionOf(ExpressionPrediction[] predictions, Corruption corruption)
    {
        if (_crop is not { } crop)
        {
            return [];
        }

        bool[][] hidden = [.. Enumerable.Range(0, predictions.Length).Select(face => corruption.FindHidden(_faces.Size, face))];
        return
        [
            .. predictions[0].Attention.Select((layer, index) =>
            {
                (double Mass, double Area)[] before = [.. hidden.Select((isHidden, face) => HiddenMass.Of(_before[face][index], isHidden, _faces.Size, crop))];
                double[] after = [.. hidden.Select((isHidden, face) => HiddenMass.Of(predictions[face].Attention[index], isHidden, _faces.Size, crop).Mass)];
                return new HiddenAttention(
                    layer.Layer,
                    before.Average(face => face.Area),
                    before.Average(face => face.Mass),
                    after.Average(),
                    Interval.OfMean([.. after.Zip(before, (now, then) => now - then.Mass)]));
            }),
        ];
    }
}
