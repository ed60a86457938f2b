using FacialAttention;

namespace Samples;

/// <summary>The validation faces that do not stand in Training too: FER2013 has the same picture in several parts.</summary>
internal static class UnseenFaces
{
    /// <summary>How many they are, of those that count; 0 where every validation face also stands in Training.</summary>
    public static int Count(DatasetSplit faces) => Find(faces).Length;

    /// <summary>The validation accuracy on these faces alone, 0 to 1; null if there are none.</summary>
    public static double? Accuracy(DatasetSplit faces, EvaluationResult validation)
    {
        int[] unseen = Find(faces);
        return unseen.Length == 0
            ? null
            : (double)unseen.Count(row => validation.Predictions[row] == faces.Validation.LabelIndices.Span[row]) / unseen.Length;
    }

    private static int[] Find(DatasetSplit faces) =>
        [.. faces.Validation.RowsNotIn(faces.Training).Where(row => faces.Validation.Columns.Weights is not { } weights || weights.Span[row] > 0)];
}
