namespace VariantTable;

/// <summary>The content of result.json: nothing in it depends on where or when the job ran, or how often it was interrupted.</summary>
/// <param name="Origin">As job.json.</param>
/// <param name="Parameters">The number of weights.</param>
/// <param name="MultiplyAdds">For one face.</param>
/// <param name="BestIteration">The iteration whose weights were kept.</param>
/// <param name="Training">On the training faces, after training.</param>
/// <param name="Validation">On the selection split.</param>
/// <param name="ValidationAccuracyUnseen">On the validation faces that do not stand in training too; null if there are none.</param>
/// <param name="Test">Null where the data has none.</param>
/// <param name="Curves">On the way.</param>
internal sealed record JobResult(
    JobOrigin Origin,
    long Parameters,
    long MultiplyAdds,
    int BestIteration,
    SplitResult Training,
    SplitResult Validation,
    double? ValidationAccuracyUnseen,
    SplitResult? Test,
    JobCurves Curves);
