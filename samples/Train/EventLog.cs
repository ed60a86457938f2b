using FacialAttention;
using TorchSharp;
using TorchSharp.Modules;

namespace Train;

/// <summary>Writes what a trainer reports as TensorBoard events, then passes it on.</summary>
/// <remarks>
/// Scalars go to one file by <c>add_scalar</c>; <c>add_scalars</c> would open one file for each name. Each event is appended when it is reported,
/// before the resume state is written. So a kill cuts at most the last one, which TensorBoard passes over; the resumed run writes a file of
/// its own, with all that the first lacks, and iterations that ran again stand in both, with equal values.
/// </remarks>
internal sealed class EventLog(string folder, IProgress<TrainingProgress> next) : IProgress<TrainingProgress>
{
    private readonly SummaryWriter _writer = torch.utils.tensorboard.SummaryWriter(folder);

    public void Report(TrainingProgress value)
    {
        Write("training", value.Training);
        Write("validation", value.Validation);
        if (value.Training is not null)
        {
            _writer.add_scalar("learning_rate", (float)value.LearningRate, value.Iteration);
        }

        next.Report(value);
    }

    private void Write(string split, TrainingPoint? point)
    {
        if (point is { } values)
        {
            _writer.add_scalar($"loss/{split}", (float)values.Loss, values.Iteration);
            _writer.add_scalar($"accuracy/{split}", (float)(1 - values.Error), values.Iteration);
        }
    }
}
