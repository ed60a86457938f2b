using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using FacialAttention;

namespace Samples;

/// <summary>The fold of the training faces that a network does not see, and of how many: "2/5".</summary>
/// <param name="Number">1 to <paramref name="Count"/>.</param>
/// <param name="Count">At least 2.</param>
internal sealed record FoldChoice(int Number, int Count)
{
    private const string UsualCount = "10";

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}/{Count}");

    /// <summary>Reads what <see cref="ToString"/> writes; or the number alone, of ten folds.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out FoldChoice? fold)
    {
        fold = null;
        string[] parts = text.Contains('/') ? text.Split('/') : [text, UsualCount];
        if (parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            && count >= 2 && number >= 1 && number <= count)
        {
            fold = new FoldChoice(number, count);
        }

        return fold is not null;
    }

    /// <summary>The same division without the training faces of the fold.</summary>
    public DatasetSplit LeaveOut(DatasetSplit faces)
    {
        int[] folds = FaceFolds.Assign(faces.Training, Count);
        int[] rows = [.. Enumerable.Range(0, faces.Training.Count).Where(row => folds[row] != Number - 1)];
        return new DatasetSplit(faces.Training.Subset(rows), faces.Validation, faces.Test, $"{faces.Description}, without fold {this}");
    }
}
