using Microsoft.Extensions.Logging;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Training;

public sealed class TrainerReportTests
{
    private static readonly FaceDataset TrainingFaces = ToyFaces.Noise(count: 13, seed: 1);
    private static readonly FaceDataset ValidationFaces = ToyFaces.Noise(count: 10, seed: 2);

    [Fact]
    public void Fit_Intervals_ReportsThereAndAfterTheLastIteration()
    {
        using var network = new TwoLayerNet();
        var progress = new RecordedProgress();
        using var trainer = new Trainer(network, Options());

        TrainingHistory history = trainer.Fit(TrainingFaces, ValidationFaces, progress: progress);

        progress.Reports.Select(report => report.Iteration).Should().Equal(Enumerable.Range(1, 11));
        progress.Reports.Should().OnlyContain(report => report.Iterations == 11);
        history.Training.Select(point => point.Iteration).Should().Equal(3, 6, 9, 11);
        history.Validation.Select(point => point.Iteration).Should().Equal(4, 8, 11);
        progress.Reports.Select(report => report.Training).OfType<TrainingPoint>().Should().Equal(history.Training);
        progress.Reports.Select(report => report.Validation).OfType<TrainingPoint>().Should().Equal(history.Validation);
        progress.Reports.Should().OnlyContain(report => report.Training == null || report.Training.Value.Iteration == report.Iteration);
        progress.Reports.Should().OnlyContain(report => report.Validation == null || report.Validation.Value.Iteration == report.Iteration);
    }

    [Fact]
    public void Fit_IntervalThatDividesTheIterations_ReportsTheLastOnce()
    {
        using var network = new TwoLayerNet();
        TrainerOptions options = Options();
        (options.Iterations, options.TrainingReportInterval, options.ValidationInterval) = (6, 3, 2);
        using var trainer = new Trainer(network, options);

        TrainingHistory history = trainer.Fit(TrainingFaces, ValidationFaces);

        history.Training.Select(point => point.Iteration).Should().Equal(3, 6);
        history.Validation.Select(point => point.Iteration).Should().Equal(2, 4, 6);
    }

    [Fact]
    public void Fit_TrainingPoints_AreMeansSinceThePreviousPoint()
    {
        using var network = new TwoLayerNet();
        var progress = new RecordedProgress();
        var steps = new List<(double Loss, int Errors)>();
        var objective = new OwnObjective(network, (logits, labels) =>
        {
            Tensor loss = functional.cross_entropy(logits, labels);
            long[] actual = [.. labels.data<long>()];
            float[][] rows = [.. logits.detach().data<float>().ToArray().Chunk(ToyFaces.Classes)];
            steps.Add((loss.ToDouble(), rows.Where((row, i) => Array.IndexOf(row, row.Max()) != actual[i]).Count()));
            return loss;
        });
        using var trainer = new Trainer(network, objective, Options());

        TrainingHistory history = trainer.Fit(TrainingFaces, ValidationFaces, progress: progress);

        progress.Reports.Select(report => report.Loss).Should().Equal(steps.Select(step => step.Loss));
        int start = 0;
        foreach (TrainingPoint point in history.Training)
        {
            (double Loss, int Errors)[] interval = [.. steps.Take(start..point.Iteration)];
            point.Loss.Should().BeApproximately(interval.Average(step => step.Loss), 1e-12);
            point.Error.Should().BeApproximately(interval.Sum(step => step.Errors) / (5.0 * interval.Length), 1e-12);
            start = point.Iteration;
        }

        history.Training.Select(point => point.Error).Should().OnlyContain(error => error > 0 && error < 1, "else a mean would not show");
    }

    [Fact]
    public void Fit_ValidationPoints_AgreeWithOneFaceAtATimeDespiteAnUnequalLastBatch()
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        var expected = new List<(double Loss, double Error)>();
        var progress = new RecordedProgress(report =>
        {
            if (report.Validation is not null)
            {
                (int Predicted, double CrossEntropy)[] faces =
                    [.. Enumerable.Range(0, 10).Select(row => network.Classify(ValidationFaces, row))];
                int errors = faces.Where((face, row) => face.Predicted != ValidationFaces.LabelOf(row)).Count();
                expected.Add((faces.Average(face => face.CrossEntropy), errors / 10.0));
            }
        });
        using var trainer = new Trainer(network, Options());

        TrainingHistory history = trainer.Fit(TrainingFaces, ValidationFaces, progress: progress);

        history.Validation.Should().HaveCount(3);
        for (int i = 0; i < 3; i++)
        {
            history.Validation[i].Loss.Should().BeApproximately(expected[i].Loss, 1e-5);
            history.Validation[i].Error.Should().BeApproximately(expected[i].Error, 1e-12);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(64)]
    public void Fit_AnyValidationBatchSize_MeasuresTheSame(int batchSize)
    {
        static TrainingHistory Train(int batchSize, out byte[] weights)
        {
            using var network = new TwoLayerNet(hasNormAndDropout: true);
            TrainerOptions options = Options();
            options.ValidationBatchSize = batchSize;
            using var trainer = new Trainer(network, options);
            TrainingHistory history = trainer.Fit(TrainingFaces, ValidationFaces);
            weights = network.Weights();
            return history;
        }

        TrainingHistory expected = Train(batchSize: 4, out byte[] expectedWeights);

        TrainingHistory history = Train(batchSize, out byte[] weights);

        history.Training.Should().Equal(expected.Training);
        history.Validation.Select(point => point.Error).Should().Equal(expected.Validation.Select(point => point.Error));
        history.Validation.Zip(expected.Validation).Should().OnlyContain(pair => Math.Abs(pair.First.Loss - pair.Second.Loss) < 1e-5);
        weights.Should().Equal(expectedWeights);
    }

    [Fact]
    public void Fit_History_TellsOptionsDeviceBestAndTime()
    {
        using var network = new TwoLayerNet();
        var progress = new RecordedProgress();
        using var trainer = new Trainer(network, Options());

        TrainingHistory history = trainer.Fit(TrainingFaces, ValidationFaces, progress: progress);

        history.Options.Should().BeEquivalentTo(Options());
        history.Device.Device.type.Should().Be(DeviceType.CPU);
        history.Device.Reason.Should().NotBeEmpty();
        history.Best.Should().Be(history.Validation.OrderBy(point => point.Error).ThenBy(point => point.Loss).First());
        history.SecondsPerIteration.Should().BePositive().And.BeLessThan(progress.Reports[^1].Elapsed.TotalSeconds);
        progress.Reports.Select(report => report.Elapsed).Should().BeInAscendingOrder().And.OnlyContain(elapsed => elapsed > TimeSpan.Zero);
        progress.Reports.Take(10).Should().OnlyContain(report => report.Remaining > TimeSpan.Zero);
        progress.Reports[^1].Remaining.Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public void Fit_Logger_ReceivesDeviceReportsAndEndInInvariantEnglish()
    {
        using var culture = new UnderCulture("de-DE");
        using var network = new TwoLayerNet();
        var log = new RecordedLog();
        using var trainer = new Trainer(network, Options(), logger: log);

        TrainingHistory history = trainer.Fit(TrainingFaces, ValidationFaces);

        log.Lines.Should().OnlyContain(line => line.Level == LogLevel.Information);
        string[] lines = [.. log.Lines.Select(line => line.Text)];
        lines[^9].Should().Be("Training from iteration 0 to 11 on 13 faces, validating on 10");
        lines.Should().ContainSingle(line => line.Contains(history.Device.Reason), "the device is chosen once")
            .Which.Should().Contain("cpu");
        string[] expected =
        [
            .. history.Training.Select(point => FormattableString.Invariant(
                $"Iteration {point.Iteration}: training loss {point.Loss:F4}, error {point.Error:P1}")),
            .. history.Validation.Select(point => FormattableString.Invariant(
                $"Iteration {point.Iteration}: validation loss {point.Loss:F4}, error {point.Error:P1}")),
        ];
        lines.Where(line => line.StartsWith("Iteration", StringComparison.Ordinal)).Should().BeEquivalentTo(expected);
        TrainingPoint best = history.Best;
        lines[^1].Should().Be(FormattableString.Invariant(
            $"Kept the weights of iteration {best.Iteration}: validation loss {best.Loss:F4}, error {best.Error:P1}"));
    }

    private static TrainerOptions Options() => new()
    {
        Iterations = 11,
        BatchSize = 5,
        LearningRate = 0.01,
        TrainingReportInterval = 3,
        ValidationInterval = 4,
        ValidationBatchSize = 4,
        Device = DevicePreference.Cpu,
    };
}
