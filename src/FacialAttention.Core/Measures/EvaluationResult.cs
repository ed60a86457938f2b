namespace FacialAttention;

/// <summary>How well a network or recogniser classifies a dataset.</summary>
public sealed class EvaluationResult
{
    private readonly Func<ScoredFaces> _score;

    /// <param name="labels">The names of the classes.</param>
    /// <param name="loss">The mean loss.</param>
    /// <param name="confusion">The counts.</param>
    /// <param name="predictions">The predicted class of each face.</param>
    /// <param name="score">Makes the scored faces; throws <see cref="ArgumentException"/> where they are none.</param>
    internal EvaluationResult(
        ExpressionLabels labels, double loss, ConfusionMatrix confusion, IReadOnlyList<int> predictions, Func<ScoredFaces> score)
    {
        _score = score;
        Labels = labels;
        Loss = loss;
        Confusion = confusion;
        Predictions = predictions;
    }

    /// <summary>The names of the classes.</summary>
    public ExpressionLabels Labels { get; }

    /// <summary>The number of faces, with those of weight 0, which are left out of the other figures.</summary>
    public int Count => Predictions.Count;

    /// <summary>The mean loss over all faces.</summary>
    public double Loss { get; }

    /// <summary>The share of faces that were classified rightly, 0 to 1.</summary>
    public double Accuracy => Confusion.Accuracy;

    /// <summary>The mean F1 over the classes that occur, 0 to 1.</summary>
    public double MacroF1 => Confusion.MacroF1;

    /// <summary>Counts by actual and predicted class, with precision, recall and F1 of each class.</summary>
    public ConfusionMatrix Confusion { get; }

    /// <summary>The predicted class of each face, in the order of the dataset.</summary>
    public IReadOnlyList<int> Predictions { get; }

    /// <summary>
    /// The logits and targets of all faces, in the order of the dataset: what calibration is fitted to (<see cref="CalibrationFit"/>) and measured
    /// on (<see cref="CalibrationReport"/>). Of a recogniser, and of averages over mirrored faces, logits are the logarithms of probabilities.
    /// </summary>
    /// <exception cref="InvalidDataException">The network computed logits that are no finite numbers.</exception>
    public ScoredFaces ToScoredFaces()
    {
        try
        {
            return _score();
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"The network computes no logits for a face; expected one whose weights are sound. {exception.Message}", exception);
        }
    }
}
