using FacialAttention;

namespace Samples;

/// <summary>The validation faces that do not stand in Training too: FER2013 has the same picture in several parts.</summary>
internal static class UnseenFaces
{
    /// <summary>The validation accuracy on these faces alone, 0 to 1; null if there are none.</summary>
    public static double? Accuracy(DatasetSplit faces, EvaluationResult validation)
    {
        int[] unseen = faces.Validation.RowsNotIn(faces.Training);
        return unseen.Length == 0
            ? null
            : (double)unseen.Count(row => validation.Predictions[row] == faces.Validation.LabelOf(row)) / unseen.Length;
    }
}
