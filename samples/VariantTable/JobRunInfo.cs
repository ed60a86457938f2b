using Samples;

namespace VariantTable;

/// <summary>The content of run.json: where a job ran, and how long.</summary>
/// <param name="Environment">The machine that ended it.</param>
/// <param name="Seconds">Training time over all its parts.</param>
/// <param name="SecondsPerIteration">The median, validation excluded.</param>
internal sealed record JobRunInfo(RunEnvironment Environment, double Seconds, double SecondsPerIteration);
