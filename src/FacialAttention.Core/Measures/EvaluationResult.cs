namespace FacialAttention;

/// <summary>How well a network or recogniser classifies a dataset.</summary>
public sealed class EvaluationResult
{
    internal EvaluationResult(ExpressionLabels labels, double loss, ConfusionMatrix confusion, IReadOnlyList<int> predictions)
    {
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
}
