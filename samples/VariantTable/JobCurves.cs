using FacialAttention;

namespace VariantTable;

/// <summary>Training: means over the batches since the previous point; validation: on the selection split.</summary>
internal sealed record JobCurves(IReadOnlyList<TrainingPoint> Training, IReadOnlyList<TrainingPoint> Validation);
