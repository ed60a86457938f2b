using FacialAttention;

namespace Train;

/// <summary>The content of history.json.</summary>
/// <param name="Training">The means over the training batches since the previous point.</param>
/// <param name="Validation">On the selection split.</param>
/// <param name="Best">The validation point whose weights were kept.</param>
internal sealed record RunCurves(IReadOnlyList<TrainingPoint> Training, IReadOnlyList<TrainingPoint> Validation, TrainingPoint Best);
