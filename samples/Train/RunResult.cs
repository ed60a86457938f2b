using System.Text.Json.Nodes;
using Samples;

namespace Train;

/// <summary>The content of results.json.</summary>
/// <param name="Run">What was run: variant, data, options of network and trainer.</param>
/// <param name="Environment">Where.</param>
/// <param name="Parameters">The number of weights.</param>
/// <param name="MultiplyAdds">For one face.</param>
/// <param name="Iterations">The iterations done.</param>
/// <param name="StoppedEarly">Whether patience ended the run.</param>
/// <param name="BestIteration">The iteration whose weights were kept: the best on the validation split.</param>
/// <param name="Seconds">Training time over all parts of the run.</param>
/// <param name="SecondsPerIteration">The median, validation excluded.</param>
/// <param name="ValidationFacesUnseen">The validation faces that do not stand in training too; null in files of earlier versions.</param>
/// <param name="ValidationAccuracyUnseen">On the validation faces that do not stand in training too; null if there are none.</param>
/// <param name="Training">On the training split, after training.</param>
/// <param name="Validation">On the selection split.</param>
/// <param name="Test">Null where the data has none.</param>
internal sealed record RunResult(
    JsonObject Run,
    RunEnvironment Environment,
    long Parameters,
    long MultiplyAdds,
    int Iterations,
    bool StoppedEarly,
    int BestIteration,
    double Seconds,
    double SecondsPerIteration,
    int? ValidationFacesUnseen,
    double? ValidationAccuracyUnseen,
    SplitMetrics Training,
    SplitMetrics Validation,
    SplitMetrics? Test);
