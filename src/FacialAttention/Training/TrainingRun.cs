using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>What one <see cref="Trainer.Fit"/> works on and where it stands, all of which it captures and restores.</summary>
internal sealed class TrainingRun : IDisposable
{
    public const string GeneratorName = "generator";
    private const string StepSecondsName = "stepSeconds";
    private const string LastPrefix = "last/";
    private const string BestPrefix = "best/";
    private const string AveragePrefix = "average/";
    private const string OptimizerPrefix = "optimizer/";

    private readonly Module _network;
    private readonly NetworkOptimizer _optimizer;
    private readonly int? _patience;
    private readonly Stopwatch _clock = new();
    private TimeSpan _elapsedBefore;
    private int _firstIteration;
    private bool _isInStep;

    public TrainingRun(
        Module network, NetworkOptimizer optimizer, TrainerOptions options, FaceDataset training, FaceDataset validation, Device device)
    {
        _network = network;
        _optimizer = optimizer;
        _patience = options.PatienceValidations;
        Iterations = options.IterationsFor(training.Count);
        Average = options.AveragingDecay > 0 ? new WeightAverage(options.AveragingDecay) : null;
        Batches = new TrainingBatches(options, training, device);
        Validation = new FaceTensors(validation, device);
    }

    /// <summary>The iterations of the whole run.</summary>
    public int Iterations { get; }

    public TrainingBatches Batches { get; }

    public FaceTensors Validation { get; }

    /// <summary>The running average of the weights, if the options ask for one.</summary>
    public WeightAverage? Average { get; }

    /// <summary>The weights of the best validation.</summary>
    public WeightSnapshot Best { get; } = new();

    public TrainingRecord Record { get; private set; } = new();

    public bool IsFinished => Record.Iteration >= Iterations || Record.Stopping.HasExhausted(_patience);

    /// <summary>Whether the run is whole, not in the middle of a step, and has come further than where it began.</summary>
    public bool IsBetweenNewSteps => !_isInStep && Record.Iteration > _firstIteration;

    /// <summary>Checks that two datasets can be one run, and that training shows as much of a face as validation does.</summary>
    /// <exception cref="ArgumentException">
    /// They differ in size or labels, training has no teacher to learn from, or the crop does not fit faces or network.
    /// </exception>
    public static void Check(FaceDataset training, FaceDataset validation, TrainerOptions options, IDescribed? network)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(validation);
        (ImageSize size, ImageSize other) = (training.Size, validation.Size);
        if (!training.Labels.Equals(validation.Labels) || size != other)
        {
            throw new ArgumentException(
                $"The training faces are {size} with labels {training.Labels}; expected the same of the validation faces, got {other} with "
                + $"labels {validation.Labels}.",
                nameof(validation));
        }

        if (options.DistillationShare > 0 && training.Columns.Teacher is null)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"{nameof(TrainerOptions.DistillationShare)} is {options.DistillationShare} and the training faces ")
                + $"have no teacher; expected the column {nameof(FaceColumns.Teacher)}, for example by {nameof(TeacherFile)}.{nameof(TeacherFile.Load)}, "
                + "or 0.",
                nameof(training));
        }

        CheckSpoilable(size, options.Augmentation);
        if (options.Augmentation is not { CropHeight: { } height, CropWidth: { } width })
        {
            return;
        }

        var crop = new ImageSize(height, width);
        if (height > size.Height || width > size.Width)
        {
            throw new ArgumentException($"Training cuts faces to {crop}, and they are {size}; expected a crop of at most that.");
        }

        ImageSize seen = network?.Describe().Preprocessing.Crop ?? size;
        if (seen != crop)
        {
            throw new ArgumentException(
                $"Training cuts faces to {crop}, and in validation the network looks at {seen} of them; expected a network that takes the "
                + $"centre of {crop} and says so ({nameof(IDescribed)}, the crop of its preprocessing), or no crop in training.");
        }
    }

    private static void CheckSpoilable(ImageSize size, AugmentationOptions options)
    {
        var seen = new ImageSize(options.CropHeight ?? size.Height, options.CropWidth ?? size.Width);
        int least = Enum.GetValues<CorruptionKind>().Max(kind => new Corruption(kind, 1).MinSide);
        if (options.CorruptionProbability > 0 && (seen.Height < least || seen.Width < least))
        {
            throw new ArgumentException(
                $"Training is to spoil faces of {seen} ({nameof(AugmentationOptions.CorruptionProbability)}); expected at least {least} pixels a side, or 0.");
        }
    }

    /// <summary>Whether something that is done each so many iterations, and after the last, is due now.</summary>
    public bool IsDue(int interval) => Record.Iteration > 0 && (Record.Iteration % interval == 0 || Record.Iteration == Iterations);

    /// <summary>Begins to measure the time, from what the record says.</summary>
    public void StartClock()
    {
        (_elapsedBefore, _firstIteration) = (Record.Elapsed, Record.Iteration);
        _clock.Restart();
    }

    public void ReadClock() => Record.Elapsed = _elapsedBefore + _clock.Elapsed;

    /// <summary>Begins a step, after which the run is not whole until <see cref="EndStep"/>; returns its iteration.</summary>
    public int BeginStep()
    {
        _isInStep = true;
        return Record.Iteration + 1;
    }

    public void EndStep(double loss, long faces, long errors, TimeSpan duration)
    {
        Record.Add(loss, faces, errors, duration);
        ReadClock();
        _isInStep = false;
    }

    public TrainingProgress Progress(double loss, double learningRate, TrainingPoint? training, TrainingPoint? validation) => new(
        Record.Iteration,
        Iterations,
        loss,
        learningRate,
        training,
        validation,
        Record.Elapsed,
        _clock.Elapsed / (Record.Iteration - _firstIteration) * (Iterations - Record.Iteration));

    /// <summary>All tensors that make the run what it is between two steps; those that are copies are the caller's scope's.</summary>
    public Dictionary<string, Tensor> Capture()
    {
        var tensors = new Dictionary<string, Tensor>();
        Add(LastPrefix, _network.state_dict());
        Add(BestPrefix, Best.Weights);
        Add(AveragePrefix, Average?.Snapshot.Weights ?? new Dictionary<string, Tensor>());
        Add(OptimizerPrefix, _optimizer.State());
        tensors.Add(GeneratorName, get_rng_state());
        tensors.Add(StepSecondsName, tensor(Record.StepSeconds.ToArray()));
        return tensors;

        void Add(string prefix, IReadOnlyDictionary<string, Tensor> part)
        {
            foreach ((string key, Tensor value) in part)
            {
                tensors.Add(prefix + key, value);
            }
        }
    }

    /// <summary>What <see cref="Capture"/> gives of a run with such a record: names, types and shapes.</summary>
    public IEnumerable<(string Name, ScalarType Type, long[] Shape)> Shapes(TrainingRecord record)
    {
        string[] prefixes =
            [LastPrefix, .. record.Stopping.Best is null ? [] : (string[])[BestPrefix], .. Average is null ? [] : (string[])[AveragePrefix]];
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> weights = _network.state_dict();
        return
        [
            .. prefixes.SelectMany(prefix => weights.Select(entry => (prefix + entry.Key, entry.Value.dtype, entry.Value.shape))),
            .. _optimizer.StateShapes().Select(entry => (OptimizerPrefix + entry.Name, entry.Type, entry.Shape)),
            (GeneratorName, ScalarType.Byte, get_rng_state().shape),
            (StepSecondsName, ScalarType.Float64, [record.Iteration]),
        ];
    }

    /// <summary>Continues from a record and the tensors that <see cref="Shapes"/> says of it.</summary>
    public void Restore(TrainingRecord record, IReadOnlyDictionary<string, Tensor> tensors)
    {
        using var noGrad = no_grad();
        foreach ((string key, Tensor weight) in _network.state_dict())
        {
            weight.copy_(tensors[LastPrefix + key]);
        }

        _optimizer.Restore(Part(OptimizerPrefix));
        Best.CopyFrom(Part(BestPrefix));
        Average?.Snapshot.CopyFrom(Part(AveragePrefix));
        record.StepSeconds.AddRange(tensors[StepSecondsName].data<double>());
        Record = record;
        set_rng_state(tensors[GeneratorName]);

        Dictionary<string, Tensor> Part(string prefix) => tensors
            .Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value);
    }

    public void Dispose()
    {
        Batches.Dispose();
        Validation.Dispose();
        Average?.Dispose();
        Best.Dispose();
    }
}
