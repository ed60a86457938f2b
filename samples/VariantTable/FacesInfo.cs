using FacialAttention;
using Samples;

namespace VariantTable;

/// <summary>The faces of a job, as far as a report tells of them.</summary>
/// <param name="Name">Of the data set.</param>
/// <param name="Split">How it was divided.</param>
/// <param name="Labels">The classes, in the order of the counts; null in results of earlier versions, which also lack the counts of classes.</param>
/// <param name="Training">The faces of each class, or their sum.</param>
/// <param name="Validation">The same of the selection split.</param>
/// <param name="ValidationUnseen">The validation faces that do not stand in training too.</param>
/// <param name="Test">The same; null where there is none.</param>
/// <param name="Fingerprint">Of the training and the validation faces; null in results of earlier versions.</param>
internal sealed record FacesInfo(
    string Name,
    string Split,
    IReadOnlyList<string>? Labels,
    IReadOnlyList<int> Training,
    IReadOnlyList<int> Validation,
    int ValidationUnseen,
    IReadOnlyList<int>? Test,
    string? Fingerprint)
{
    public static FacesInfo Of(string name, DatasetSplit faces) => new(
        name,
        faces.Description,
        faces.Training.Labels.Names,
        faces.Training.CountByLabel(),
        faces.Validation.CountByLabel(),
        UnseenFaces.Count(faces),
        faces.Test?.CountByLabel(),
        $"{faces.Training.Fingerprint()} {faces.Validation.Fingerprint()}");
}
