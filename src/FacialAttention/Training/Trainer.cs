using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// Trains any classifier of gray faces by the paper's protocol (section 4.2): Adam on shuffled batches, training loss and error reported
/// at one interval, held-out loss and error at another. The caller owns the network; the trainer owns the optimizer.
/// </summary>
public sealed partial class Trainer : IDisposable
{
    private readonly Module<Tensor, Tensor> _network;
    private readonly TrainerOptions _options;
    private readonly Func<Tensor, Tensor, Tensor> _loss;
    private readonly ILogger _logger;
    private readonly DeviceSelection _device;
    private readonly Adam _optimizer;
    private bool _isDisposed;

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
    /// <exception cref="ArgumentException">The network has no parameter to train.</exception>
    /// <exception cref="InvalidOperationException">The device asked for cannot be had.</exception>
    public Trainer(
        Module<Tensor, Tensor> network,
        TrainerOptions? options = null,
        Func<Tensor, Tensor, Tensor>? loss = null,
        ILogger<Trainer>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        NativeTorch.EnsureLoaded();
        _options = (options ?? new TrainerOptions()).ValidatedCopy();
        _network = network;
        _loss = loss ?? Evaluator.CrossEntropy;
        _logger = logger ?? NullLogger<Trainer>.Instance;
        _device = DeviceSelector.Select(_options.Device, _options.CudaIndex, _logger);
        network.to(_device.Device);
        Parameter[] parameters = [.. network.parameters().Where(parameter => parameter.requires_grad)];
        if (parameters.Length == 0)
        {
            throw new ArgumentException("The network has no parameter that requires a gradient; expected at least one.", nameof(network));
        }
        _optimizer = optim.Adam(parameters, _options.LearningRate);
    }

    /// <summary>
    /// Trains on one dataset, measures on the other, and leaves the network with the weights that did best there, in evaluation mode.
    /// Data order and augmentation depend on the seed and the iteration alone, so equal calls on one machine give equal weights. A second
    /// call goes on from the network's weights and Adam's moments, counting iterations from 1 again.
    /// </summary>
    /// <param name="training">What to learn from.</param>
    /// <param name="validation">What the best weights are selected on; never the test data.</param>
    /// <param name="progress">Told after each iteration, on this thread unless the implementation says otherwise.</param>
    /// <param name="cancellationToken">Stops between batches; the network then holds the best weights so far, if any were measured.</param>
    /// <exception cref="ArgumentException">The datasets differ in size or labels, or the network does not fit them.</exception>
    /// <exception cref="TrainingDivergedException">
    /// The loss stopped being finite; the network then holds the best weights so far, if any.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The trainer was disposed.</exception>
    public TrainingHistory Fit(
        FaceDataset training,
        FaceDataset validation,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        CheckData(training, validation);
        LogStart(_options.Iterations, training.Count, validation.Count, _device.ToString());
        using var seeded = new SeededTorch(_options.Seed);
        using var trainingFaces = new FaceTensors(training, _device.Device);
        using var validationFaces = new FaceTensors(validation, _device.Device);
        using var bestWeights = new WeightSnapshot();
        var order = new BatchOrder(training.Count, _options.BatchSize, _options.Seed);
        var trainingPoints = new List<TrainingPoint>();
        var validationPoints = new List<TrainingPoint>();
        var stepSeconds = new List<double>();
        TrainingPoint? best = null;
        double lossSum = 0;
        long errors = 0;
        int steps = 0;
        var clock = Stopwatch.StartNew();
        try
        {
            for (int iteration = 1; iteration <= _options.Iterations; iteration++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                long stepStart = Stopwatch.GetTimestamp();
                (double loss, long stepErrors) = TrainStep(trainingFaces, order, iteration);
                stepSeconds.Add(Stopwatch.GetElapsedTime(stepStart).TotalSeconds);
                lossSum += loss;
                errors += stepErrors;
                steps++;

                TrainingPoint? trainingPoint = null;
                if (iteration % _options.TrainingReportInterval == 0 || iteration == _options.Iterations)
                {
                    var point = new TrainingPoint(iteration, lossSum / steps, (double)errors / ((long)steps * _options.BatchSize));
                    (lossSum, errors, steps) = (0, 0, 0);
                    trainingPoint = point;
                    trainingPoints.Add(point);
                    LogTraining(iteration, point.Loss, point.Error);
                }
                TrainingPoint? validationPoint = null;
                if (iteration % _options.ValidationInterval == 0 || iteration == _options.Iterations)
                {
                    TrainingPoint point = Validate(validationFaces, iteration, cancellationToken);
                    validationPoint = point;
                    validationPoints.Add(point);
                    if (best is not { } previous || (point.Error, point.Loss).CompareTo((previous.Error, previous.Loss)) < 0)
                    {
                        best = point;
                        bestWeights.Take(_network);
                    }
                    LogValidation(iteration, point.Loss, point.Error);
                }
                TimeSpan remaining = clock.Elapsed / iteration * (_options.Iterations - iteration);
                progress?.Report(new TrainingProgress(
                    iteration, _options.Iterations, loss, trainingPoint, validationPoint, clock.Elapsed, remaining));
            }
        }
        finally
        {
            bestWeights.Restore(_network);
            _network.eval();
        }
        TrainingPoint chosen = best!.Value; // The last iteration always validates.
        LogEnd(chosen.Iteration, chosen.Loss, chosen.Error);
        return new TrainingHistory(_options.ValidatedCopy(), _device, trainingPoints, validationPoints, chosen, Median(stepSeconds));
    }

    /// <summary>Disposes the optimizer, not the network.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _optimizer.Dispose();
    }

    /// <summary>One optimizer step; returns the batch's loss and how many of its faces were classified wrongly.</summary>
    private (double Loss, long Errors) TrainStep(FaceTensors faces, BatchOrder order, int iteration)
    {
        using var scope = NewDisposeScope();
        _network.train();
        (Tensor images, Tensor labels) = faces.Gather(order.RowsOf(iteration)); // [N, 1, H, W], [N]
        images = HorizontalFlip.Apply(images, _options.FlipProbability, _options.Seed, iteration);
        _optimizer.zero_grad();
        Tensor logits = _network.call(images); // [N, K]
        if (iteration == 1)
        {
            Evaluator.CheckLogits(logits, _options.BatchSize, faces.Labels);
        }
        Tensor loss = _loss(logits, labels);
        double value = loss.ToDouble();
        if (!double.IsFinite(value))
        {
            throw new TrainingDivergedException(iteration, value);
        }
        loss.backward();
        _optimizer.step();
        return (value, logits.detach().argmax(1).ne(labels).sum().ToInt64());
    }

    private TrainingPoint Validate(FaceTensors faces, int iteration, CancellationToken cancellationToken)
    {
        EvaluationResult result = Evaluator.Evaluate(_network, faces, _options.ValidationBatchSize, _loss, cancellationToken);
        return double.IsFinite(result.Loss)
            ? new TrainingPoint(iteration, result.Loss, 1 - result.Accuracy)
            : throw new TrainingDivergedException(iteration, result.Loss);
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
        values.Sort();
        return (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }

    [LoggerMessage(LogLevel.Information, "Training {Iterations} iterations on {Training} faces, validating on {Validation}, on {Device}")]
    private partial void LogStart(int iterations, int training, int validation, string device);

    [LoggerMessage(LogLevel.Information, "Iteration {Iteration}: training loss {Loss:F4}, error {Error:P1}")]
    private partial void LogTraining(int iteration, double loss, double error);

    [LoggerMessage(LogLevel.Information, "Iteration {Iteration}: validation loss {Loss:F4}, error {Error:P1}")]
    private partial void LogValidation(int iteration, double loss, double error);

    [LoggerMessage(LogLevel.Information, "Kept the weights of iteration {Iteration}: validation loss {Loss:F4}, error {Error:P1}")]
    private partial void LogEnd(int iteration, double loss, double error);
}
