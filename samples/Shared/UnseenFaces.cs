using FacialAttention;

namespace Samples;

/// <summary>The validation faces that do not stand in Training too: FER2013 has the same picture in several parts.</summary>
internal static class UnseenFaces
{
    /// <summary>How many they are; 0 where every validation face also stands in Training.</summary>
    public static int Count(DatasetSplit faces) => faces.Validation.RowsNotIn(faces.Training).Length;

    /// <summary>The validation accuracy on these faces alone, 0 to 1; null if there are none.</summary>
    public static double? Accuracy(DatasetSplit faces, EvaluationResult validation)
    {
        int[] unseen = faces.Validation.RowsNotIn(faces.Training);
        return unseen.Length == 0
            ? null
            : (double)unseen.Count(row => validation.Predictions[row] == faces.Validation.LabelIndices.Span[row]) / unseen.Length;
    }
}
