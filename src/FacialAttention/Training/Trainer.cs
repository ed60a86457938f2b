using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// Trains any network of gray faces on shuffled batches: training loss and error are reported at one interval, held-out loss and error at
/// another. By default it follows the paper's protocol (section 4.2); <see cref="TrainerOptions"/> has the rest. The caller owns the network;
/// the trainer owns the optimizer.
/// </summary>
[SuppressMessage("ApiDesign", "RS0026", Justification = "The second parameter tells the constructors apart.")]
public sealed partial class Trainer : IDisposable
{
    private readonly Module _network;
    private readonly Objective _objective;
    private readonly TrainerOptions _options;
    private readonly ILogger _logger;
    private readonly NetworkParts _parts;
    private readonly NetworkOptimizer _optimizer;
    private readonly RunningCalls _calls;

    /// <summary>A trainer of a classifier, which is moved to the chosen device.</summary>
    /// <param name="network">Takes images [N, 1, H, W] in [0, 1] and returns logits [N, K]. Not disposed.</param>
    /// <param name="options">How to train; null for the paper's protocol. Validated and copied.</param>
    /// <param name="logger">Receives the device, each report and the end; null for none.</param>
    /// <param name="device">Where to train, as <see cref="DeviceSelector"/> chose it; null to choose as the options say.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">
    /// One or more options are outside their ranges; all are named.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The network has no parameter to train, or the options name a part that it does not have.
    /// </exception>
    /// <exception cref="InvalidOperationException">The device asked for cannot be had.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public Trainer(
        Module<Tensor, Tensor> network,
        TrainerOptions? options = null,
        ILogger<Trainer>? logger = null,
        DeviceSelection? device = null)
        : this(network, new Classification(network), options, logger, device)
    {
    }

    /// <summary>A trainer of any network with an objective; the network is moved to the chosen device.</summary>
    /// <param name="network">Holds every parameter that is trained. Not disposed.</param>
    /// <param name="objective">Asks the network and measures its answer.</param>
    /// <param name="options">How to train; null for the paper's protocol. Validated and copied.</param>
    /// <param name="logger">Receives the device, each report and the end; null for none.</param>
    /// <param name="device">Where to train, as <see cref="DeviceSelector"/> chose it; null to choose as the options say.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">
    /// One or more options are outside their ranges; all are named.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The network has no parameter to train, the options name a part that it does not have, or ask for a teacher while the objective is no
    /// <see cref="Classification"/> by cross-entropy.
    /// </exception>
    /// <exception cref="InvalidOperationException">The device asked for cannot be had.</exception>
    public Trainer(
        Module network,
        Objective objective,
        TrainerOptions? options = null,
        ILogger<Trainer>? logger = null,
        DeviceSelection? device = null)
    {
        using RunningCalls.Call held = RequireModule.Hold(network, nameof(network));
        ArgumentNullException.ThrowIfNull(objective);
        NativeTorch.EnsureLoaded();
        _options = (options ?? new TrainerOptions()).ValidatedCopy();
        _network = network;
        _objective = _options.WithTeacher(objective);
        _logger = logger ?? NullLogger<Trainer>.Instance;
        Device = device ?? DeviceSelector.Select(_options.Device, _options.CudaIndex, _logger);
        network.to(Device.Device);
        _parts = new NetworkParts(network, _options.LearningRateFactors, _options.DecayedWeights);
        _optimizer = new NetworkOptimizer(_parts, _options);
        _calls = new RunningCalls(this, _optimizer.Dispose);
    }

    /// <summary>The device that the network trains on, and why that one.</summary>
    public DeviceSelection Device { get; }

    /// <summary>
    /// Trains on one dataset, measures on the other, and leaves the network with the weights that did best there, in evaluation mode.
    /// Data order and augmentation depend on the seed and the iteration alone, so equal calls on one machine give equal weights. A second
    /// call continues from the network's weights and the optimizer's memory, counting iterations from 1 again.
    /// </summary>
    /// <param name="training">What to learn from: the votes of a face if the dataset has them, else its label.</param>
    /// <param name="validation">What the best weights are selected on; never the test data.</param>
    /// <param name="resume">
    /// Where to keep what is needed to continue after the process ends, written at intervals and at cancellation; null for nowhere. If it
    /// exists the run continues from it and ends, on the CPU and with as many threads, with the same bits as if it had never stopped.
    /// </param>
    /// <param name="progress">Receives a report after each iteration, on this thread unless the implementation says otherwise.</param>
    /// <param name="cancellationToken">Stops between batches; the network then holds the best weights so far, if any were measured.</param>
    /// <exception cref="ArgumentException">
    /// The datasets differ in size or labels, the network does not fit them, training cuts faces to a size that the network does not take
    /// the centre of, or the options ask for a teacher that the training faces do not have.
    /// </exception>
    /// <exception cref="TrainingDivergedException">
    /// The loss stopped being finite; the network then holds the best weights so far, if any.
    /// </exception>
    /// <exception cref="InvalidDataException">The resume state is no such file, of another format, or damaged.</exception>
    /// <exception cref="InvalidOperationException">
    /// The resume state is of other data, options or another network; all differences are named.
    /// </exception>
    /// <exception cref="IOException">The resume state cannot be read or written, a former one is still there; or another trainer writes it.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The trainer or its network was disposed.</exception>
    public TrainingHistory Fit(
        FaceDataset training,
        FaceDataset validation,
        ResumeState? resume = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        using RunningCalls.Call call = _calls.Begin();
        using RunningCalls.Call held = RequireModule.Hold(_network, "network");
        TrainingRun.Check(training, validation, _options, _objective as IDescribed ?? _network as IDescribed);
        using var seeded = new SeededTorch(_options.Seed);
        using var run = new TrainingRun(_network, _optimizer, _options, training, validation, Device.Device);
        using FileClaim? claim = resume?.Claim(LogNoLocks);
        resume?.Begin(run, new RunIdentity(_network, _options, training, validation));
        LogStart(run.Record.Iteration, run.Iterations, training.Count, validation.Count);
        run.StartClock();
        _parts.SetFrozen(true);
        try
        {
            TryValidate(run, cancellationToken); // A resumed run may have been stopped in the middle of it.
            while (!run.IsFinished)
            {
                cancellationToken.ThrowIfCancellationRequested();
                double rate = LearningRate.At(run.Record.Iteration + 1, run.Iterations, _options);
                double loss = TrainStep(run, rate);
                TrainingPoint? trainingPoint = TryReport(run);
                TrainingPoint? validationPoint = TryValidate(run, cancellationToken);
                run.ReadClock();
                progress?.Report(run.Progress(loss, rate, trainingPoint, validationPoint)); // Before the state: what is told may be told again, but not lost.
                if (resume is not null && (run.Record.Iteration % _options.ResumeInterval == 0 || run.IsFinished))
                {
                    resume.Write(run);
                }
            }
        }
        catch (OperationCanceledException) when (resume is not null && run.IsBetweenNewSteps)
        {
            resume.Write(run);
            throw;
        }
        finally
        {
            _parts.SetFrozen(false);
            run.Best.Restore(_network);
            _network.eval();
        }

        var history = new TrainingHistory(_options.ValidatedCopy(), Device, run.Record, run.Iterations);
        LogEnd(history.Best.Iteration, history.Best.Loss, history.Best.Error);
        return history;
    }

    /// <summary>Disposes the optimizer, not the network; while a training is under way, at its end.</summary>
    public void Dispose() => _calls.Close();

    /// <summary>One optimizer step; returns the batch's loss.</summary>
    private double TrainStep(TrainingRun run, double learningRate)
    {
        int iteration = run.BeginStep();
        long start = Stopwatch.GetTimestamp();
        using var scope = NewDisposeScope();
        _parts.Train(_network);
        FaceBatch batch = run.Batches.Of(iteration);
        _optimizer.ZeroGradients();
        (Tensor loss, Tensor logits) = _objective.Learn(batch);
        batch.CheckLogits(logits);
        bool waits = Device.Device.type == DeviceType.CUDA; // A look at a number of a GPU waits for all of its work, so it comes last there.
        double value = waits ? 0 : ReadLoss(loss, iteration);
        loss.backward();
        _optimizer.Step(learningRate);
        run.Average?.Update(_network, iteration);
        (long faces, long errors) = batch.Count(logits);
        value = waits ? ReadLoss(loss, iteration) : value;
        run.EndStep(value, faces, errors, Stopwatch.GetElapsedTime(start));
        return value;
    }

    private static double ReadLoss(Tensor loss, int iteration)
    {
        double value = loss.ToDouble();
        return double.IsFinite(value) ? value : throw new TrainingDivergedException(iteration, value);
    }

    /// <summary>The mean training loss and error since the last report, if one is due.</summary>
    private TrainingPoint? TryReport(TrainingRun run)
    {
        if (!run.IsDue(_options.TrainingReportInterval))
        {
            return null;
        }

        TrainingPoint point = run.Record.Report();
        LogTraining(point.Iteration, point.Loss, point.Error);
        return point;
    }

    /// <summary>Loss and error on the validation faces, if they are due; the best weights so far are kept.</summary>
    private TrainingPoint? TryValidate(TrainingRun run, CancellationToken cancellationToken)
    {
        if (!run.IsDue(_options.ValidationInterval) || run.Record.IsValidated)
        {
            return null;
        }

        using IDisposable? averaged = run.Average?.LendTo(_network);
        EvaluationResult result = Evaluator.Evaluate(
            _network, _objective, run.Validation, _options.ValidationBatchSize, _options.AverageMirrored, cancellationToken);
        if (!double.IsFinite(result.Loss))
        {
            throw new TrainingDivergedException(run.Record.Iteration, result.Loss);
        }

        TrainingPoint point = run.Record.Add(result);
        if (run.Record.Stopping.Best == point)
        {
            run.Best.CopyFrom(_network);
        }

        LogValidation(point.Iteration, point.Loss, point.Error);
        return point;
    }

    [LoggerMessage(
        LogLevel.Information, "Training from iteration {Done} to {Iterations} on {Training} faces, validating on {Validation}")]
    private partial void LogStart(int done, int iterations, int training, int validation);

    [LoggerMessage(LogLevel.Warning, "The resume state is on a file system without locks: nothing keeps another run from writing it")]
    private partial void LogNoLocks();

    [LoggerMessage(LogLevel.Information, "Iteration {Iteration}: training loss {Loss:F4}, error {Error:P1}")]
    private partial void LogTraining(int iteration, double loss, double error);

    [LoggerMessage(LogLevel.Information, "Iteration {Iteration}: validation loss {Loss:F4}, error {Error:P1}")]
    private partial void LogValidation(int iteration, double loss, double error);

    [LoggerMessage(LogLevel.Information, "Kept the weights of iteration {Iteration}: validation loss {Loss:F4}, error {Error:P1}")]
    private partial void LogEnd(int iteration, double loss, double error);
}
