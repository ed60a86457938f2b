using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// Trains any classifier of gray faces on shuffled batches: training loss and error are reported at one interval, held-out loss and error
/// at another. By default it follows the paper's protocol (section 4.2); <see cref="TrainerOptions"/> has the rest. The caller owns the
/// network; the trainer owns the optimizer.
/// </summary>
public sealed partial class Trainer : IDisposable
{
    private readonly Module<Tensor, Tensor> _network;
    private readonly TrainerOptions _options;
    private readonly Func<Tensor, Tensor, Tensor>? _loss;
    private readonly ILogger _logger;
    private readonly DeviceSelection _device;
    private readonly NetworkParts _parts;
    private readonly NetworkOptimizer _optimizer;
    private readonly RunningCalls _calls;

    /// <summary>A trainer of <paramref name="network"/>, which is moved to the chosen device.</summary>
    /// <param name="network">Takes images [N, 1, H, W] in [0, 1] and returns logits [N, K]. Not disposed.</param>
    /// <param name="options">How to train; null for the paper's protocol. Validated and copied.</param>
    /// <param name="loss">
    /// Takes logits [N, K] and labels [N] and returns the mean over N; null for cross-entropy (paper, equation 8).
    /// </param>
    /// <param name="logger">Told of the device, each report and the end; null for none.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">
    /// One or more options are outside their ranges; all are named.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The network has no parameter to train, the options name a part that it does not have, or they smooth labels or weigh classes, which
    /// belongs to the built-in loss, beside a loss of the caller's.
    /// </exception>
    /// <exception cref="InvalidOperationException">The device asked for cannot be had.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public Trainer(
        Module<Tensor, Tensor> network,
        TrainerOptions? options = null,
        Func<Tensor, Tensor, Tensor>? loss = null,
        ILogger<Trainer>? logger = null)
    {
        RequireModule.NotDisposed(network, nameof(network));
        NativeTorch.EnsureLoaded();
        _options = (options ?? new TrainerOptions()).ValidatedCopy();
        if (loss is not null && (_options.LabelSmoothing > 0 || _options.ClassWeighting != ClassWeighting.Equal))
        {
            throw new ArgumentException(
                FormattableString.Invariant($"A loss was given with {nameof(TrainerOptions.LabelSmoothing)} {_options.LabelSmoothing} and ")
                + $"{nameof(TrainerOptions.ClassWeighting)} {_options.ClassWeighting}; expected these only with the built-in loss.",
                nameof(loss));
        }

        _network = network;
        _loss = loss;
        _logger = logger ?? NullLogger<Trainer>.Instance;
        _device = DeviceSelector.Select(_options.Device, _options.CudaIndex, _logger);
        network.to(_device.Device);
        _parts = new NetworkParts(network, _options.LearningRateFactors);
        _optimizer = new NetworkOptimizer(_parts, _options);
        _calls = new RunningCalls(this, _optimizer.Dispose);
    }

    /// <summary>
    /// Trains on one dataset, measures on the other, and leaves the network with the weights that did best there, in evaluation mode.
    /// Data order and augmentation depend on the seed and the iteration alone, so equal calls on one machine give equal weights. A second
    /// call goes on from the network's weights and the optimizer's memory, counting iterations from 1 again.
    /// </summary>
    /// <param name="training">What to learn from.</param>
    /// <param name="validation">What the best weights are selected on; never the test data.</param>
    /// <param name="resume">
    /// Where to keep what is needed to go on after the process ends, written at intervals and at cancellation; null for nowhere. If it
    /// exists the run goes on from it and ends, on the CPU and with as many threads, with the same bits as if it had never stopped.
    /// </param>
    /// <param name="progress">Told after each iteration, on this thread unless the implementation says otherwise.</param>
    /// <param name="cancellationToken">Stops between batches; the network then holds the best weights so far, if any were measured.</param>
    /// <exception cref="ArgumentException">The datasets differ in size or labels, or the network does not fit them.</exception>
    /// <exception cref="TrainingDivergedException">
    /// The loss stopped being finite; the network then holds the best weights so far, if any.
    /// </exception>
    /// <exception cref="InvalidDataException">The resume state is no such file, of another format, or damaged.</exception>
    /// <exception cref="InvalidOperationException">
    /// The resume state is of other data, options or another network; all differences are named.
    /// </exception>
    /// <exception cref="IOException">The resume state cannot be read or written; a former one is still there.</exception>
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
        RequireModule.NotDisposed(_network, "network");
        CheckData(training, validation);
        using var seeded = new SeededTorch(_options.Seed);
        using var run = new TrainingRun(_options, _loss, training, validation, _device.Device);
        resume?.Begin(_network, _optimizer, _options, training, validation, run);
        LogStart(run.Record.Iteration, run.Iterations, training.Count, validation.Count, _device.ToString());
        TimeSpan before = run.Record.Elapsed;
        int first = run.Record.Iteration;
        var clock = Stopwatch.StartNew();
        bool isInStep = false;
        _parts.SetFrozen(true);
        try
        {
            TryValidate(run, cancellationToken); // A resumed run may have been stopped in the middle of it.
            while (!IsFinished(run))
            {
                cancellationToken.ThrowIfCancellationRequested();
                isInStep = true;
                double rate = LearningRate.At(run.Record.Iteration + 1, run.Iterations, _options);
                double loss = TrainStep(run, rate, isFirst: run.Record.Iteration == first);
                run.Record.Elapsed = before + clock.Elapsed;
                isInStep = false;

                TrainingPoint? trainingPoint = TryReport(run);
                TrainingPoint? validationPoint = TryValidate(run, cancellationToken);
                run.Record.Elapsed = before + clock.Elapsed;
                if (resume is not null && (run.Record.Iteration % _options.ResumeInterval == 0 || IsFinished(run)))
                {
                    resume.Write(_network, _optimizer, run);
                }

                progress?.Report(new TrainingProgress(
                    run.Record.Iteration,
                    run.Iterations,
                    loss,
                    rate,
                    trainingPoint,
                    validationPoint,
                    run.Record.Elapsed,
                    clock.Elapsed / (run.Record.Iteration - first) * (run.Iterations - run.Record.Iteration)));
            }
        }
        catch (OperationCanceledException) when (resume is not null && !isInStep && run.Record.Iteration > first)
        {
            resume.Write(_network, _optimizer, run);
            throw;
        }
        finally
        {
            _parts.SetFrozen(false);
            run.Best.Restore(_network);
            _network.eval();
        }

        TrainingPoint best = run.Record.Stopping.Best!.Value; // The last iteration always validates.
        LogEnd(best.Iteration, best.Loss, best.Error);
        return new TrainingHistory(
            _options.ValidatedCopy(), _device, run.Record, run.Iterations, best, Median(run.StepSeconds));
    }

    /// <summary>Disposes the optimizer, not the network; while a training is under way, at its end.</summary>
    public void Dispose() => _calls.Close();

    private bool IsFinished(TrainingRun run) =>
        run.Record.Iteration >= run.Iterations || run.Record.Stopping.IsOutOf(_options.PatienceValidations);

    /// <summary>One optimizer step; returns the batch's loss.</summary>
    private double TrainStep(TrainingRun run, double learningRate, bool isFirst)
    {
        int iteration = run.Record.Iteration + 1;
        long start = Stopwatch.GetTimestamp();
        using var scope = NewDisposeScope();
        _parts.Train(_network);
        (Tensor images, Tensor labels) = run.Training.Gather(run.Order.RowsOf(iteration)); // [N, 1, H, W], [N]
        images = run.Augmentation.Apply(images, iteration);
        (double share, Tensor? partnerLabels) = (1, null);
        if (run.Mixup is not null)
        {
            (share, long[] partners) = run.Mixup.Draw(_options.BatchSize, iteration);
            Tensor partner = tensor(partners).to(images.device);
            images = Mixup.Mix(images, share, partner);
            partnerLabels = labels.index_select(0, partner);
        }

        _optimizer.ZeroGradients();
        Tensor logits = _network.call(images); // [N, K]
        if (isFirst)
        {
            Evaluator.CheckLogits(logits, _options.BatchSize, run.Training.Labels);
        }

        Tensor loss = partnerLabels is null ? run.Loss.Of(logits, labels) : run.Loss.Of(logits, labels, partnerLabels, share);
        double value = loss.ToDouble();
        if (!double.IsFinite(value))
        {
            throw new TrainingDivergedException(iteration, value);
        }

        loss.backward();
        _optimizer.Step(learningRate);
        run.Average?.Update(_network, iteration);
        run.Record.Iteration = iteration;
        run.Record.LossSum += value;
        run.Record.Errors += logits.detach().argmax(1).ne(labels).sum().ToInt64();
        run.Record.Steps++;
        run.StepSeconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        return value;
    }

    /// <summary>The mean training loss and error since the last report, if one is due.</summary>
    private TrainingPoint? TryReport(TrainingRun run)
    {
        TrainingRecord record = run.Record;
        if (record.Iteration % _options.TrainingReportInterval != 0 && record.Iteration != run.Iterations)
        {
            return null;
        }

        long faces = (long)record.Steps * _options.BatchSize;
        var point = new TrainingPoint(record.Iteration, record.LossSum / record.Steps, (double)record.Errors / faces);
        (record.LossSum, record.Errors, record.Steps) = (0, 0, 0);
        record.Training.Add(point);
        LogTraining(point.Iteration, point.Loss, point.Error);
        return point;
    }

    /// <summary>Loss and error on the validation faces, if they are due; the best weights so far are kept.</summary>
    private TrainingPoint? TryValidate(TrainingRun run, CancellationToken cancellationToken)
    {
        TrainingRecord record = run.Record;
        bool isDue = record.Iteration > 0 && (record.Iteration % _options.ValidationInterval == 0 || record.Iteration == run.Iterations);
        if (!isDue || (record.Validation.Count > 0 && record.Validation[^1].Iteration == record.Iteration))
        {
            return null;
        }

        using var trained = new WeightSnapshot();
        try
        {
            if (run.Average is not null)
            {
                trained.Take(_network);
                run.Average.Snapshot.Restore(_network);
            }

            EvaluationResult result = Evaluator.Evaluate(
                _network,
                run.Validation,
                _options.ValidationBatchSize,
                _loss ?? Evaluator.CrossEntropy,
                _options.AverageMirrored,
                cancellationToken);
            if (!double.IsFinite(result.Loss))
            {
                throw new TrainingDivergedException(record.Iteration, result.Loss);
            }

            var point = new TrainingPoint(record.Iteration, result.Loss, 1 - result.Accuracy);
            record.Validation.Add(point);
            if (record.Stopping.IsBest(point))
            {
                run.Best.Take(_network);
            }

            LogValidation(point.Iteration, point.Loss, point.Error);
            return point;
        }
        finally
        {
            trained.Restore(_network);
        }
    }

    private static void CheckData(FaceDataset training, FaceDataset validation)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(validation);
        if (!training.Labels.Equals(validation.Labels) || training.Height != validation.Height || training.Width != validation.Width)
        {
            throw new ArgumentException(
                $"The training faces are {training.Height}x{training.Width} with labels {training.Labels}; expected the same of the "
                + $"validation faces, got {validation.Height}x{validation.Width} with labels {validation.Labels}.",
                nameof(validation));
        }
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    [LoggerMessage(
        LogLevel.Information,
        "Training from iteration {Done} to {Iterations} on {Training} faces, validating on {Validation}, on {Device}")]
    private partial void LogStart(int done, int iterations, int training, int validation, string device);

    [LoggerMessage(LogLevel.Information, "Iteration {Iteration}: training loss {Loss:F4}, error {Error:P1}")]
    private partial void LogTraining(int iteration, double loss, double error);

    [LoggerMessage(LogLevel.Information, "Iteration {Iteration}: validation loss {Loss:F4}, error {Error:P1}")]
    private partial void LogValidation(int iteration, double loss, double error);

    [LoggerMessage(LogLevel.Information, "Kept the weights of iteration {Iteration}: validation loss {Loss:F4}, error {Error:P1}")]
    private partial void LogEnd(int iteration, double loss, double error);
}
