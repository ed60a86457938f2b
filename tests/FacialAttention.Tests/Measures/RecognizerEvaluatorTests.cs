namespace FacialAttention.Tests.Measures;

public sealed class RecognizerEvaluatorTests
{
    private static readonly ExpressionLabels Known = new("Calm", "Tense", "Glad");

    /// <summary>Faces of two pixels: the index that is recognised, and the percent that it gets.</summary>
    private static FaceDataset Faces(byte[] labels, ExpressionLabels? names = null, FaceColumns? columns = null) => new(
        [2, 80, 1, 50, 0, 100, 0, 60], labels, new ImageSize(Height: 2, Width: 1), names ?? Known, columns);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public void Evaluate_AnyBatchSize_CountsAndMeasuresTheLoss(int batchSize)
    {
        var recognizer = new FromPixels();

        EvaluationResult result = RecognizerEvaluator.Evaluate(recognizer, Faces([2, 1, 1, 0]), batchSize);

        result.Predictions.Should().Equal(2, 1, 0, 0);
        result.Accuracy.Should().Be(0.75);
        (result.Confusion[1, 0], result.Confusion.Total, result.Labels).Should().Be((1, 4, Known));
        double expected = -(Math.Log(0.8) + Math.Log(0.5) + Math.Log(float.Epsilon) + Math.Log(0.6)) / 4;
        result.Loss.Should().BeApproximately(expected, 1e-6);
        CalibrationReport report = CalibrationReport.Of(result.ToScoredFaces());
        report.Accuracy.Should().Be(0.75);
        report.NegativeLogLikelihood.Should().BeApproximately(result.Loss, 1e-5, "both take no probability for the least number above");
        recognizer.LargestBatch.Should().Be(Math.Min(batchSize, 4));
    }

    [Fact]
    public void Evaluate_LabelsInAnotherOrderAndCase_AreComparedByName()
    {
        EvaluationResult result = RecognizerEvaluator.Evaluate(
            new FromPixels(), Faces([0, 2, 2, 1], new ExpressionLabels("glad", "calm", "TENSE")));

        result.Accuracy.Should().Be(0.75);
        result.Confusion[1, 0].Should().Be(1);
    }

    [Fact]
    public void Evaluate_LabelThatTheRecogniserDoesNotKnow_IsNamed() =>
        FluentActions.Invoking(() => RecognizerEvaluator.Evaluate(new FromPixels(), Faces([0, 1, 2, 0], new ExpressionLabels("Calm", "Sad", "Glad"))))
            .Should().Throw<ArgumentException>().WithMessage("The labels are Calm, Tense, Glad; expected Sad as well, which faces have.*");

    [Fact]
    public void Evaluate_Weights_LeaveOutAndWeighTheLoss()
    {
        EvaluationResult result = RecognizerEvaluator.Evaluate(
            new FromPixels(), Faces([2, 1, 1, 0], columns: new FaceColumns { Weights = new float[] { 1, 3, 0, 0 } }));

        result.Accuracy.Should().Be(1);
        (result.Confusion.Total, result.Count).Should().Be((2, 4));
        result.Loss.Should().BeApproximately(-(Math.Log(0.8) + (3 * Math.Log(0.5))) / 4, 1e-6);
        CalibrationReport.Of(result.ToScoredFaces()).NegativeLogLikelihood.Should().BeApproximately(result.Loss, 1e-6);
        FluentActions.Invoking(() => RecognizerEvaluator.Evaluate(
                new FromPixels(), Faces([2, 1, 1, 0], columns: new FaceColumns { Weights = new float[4] })))
            .Should().Throw<ArgumentException>().WithMessage("All weights are 0; expected at least one face that counts.*");
    }

    [Fact]
    public void Evaluate_Votes_AreTheTargetOfTheLoss()
    {
        EvaluationResult result = RecognizerEvaluator.Evaluate(new FromPixels(), Faces(
            [2, 1, 0, 0],
            columns: new FaceColumns { Votes = new byte[] { 1, 0, 3, 0, 0, 0, 9, 0, 0, 0, 2, 2 } }));

        double expected = -((0.25 * Math.Log(0.1)) + (0.75 * Math.Log(0.8)) + Math.Log(0.5) + Math.Log(0.2)) / 4; // no votes: the label
        result.Loss.Should().BeApproximately(expected, 1e-6);
        result.Accuracy.Should().Be(1);
        CalibrationReport.Of(result.ToScoredFaces()).NegativeLogLikelihood.Should().BeApproximately(expected, 1e-6);
    }

    [Fact]
    public void Evaluate_CancelledOrWrong_Stops()
    {
        using var source = new CancellationTokenSource();
        var progress = new CancelAtOnce(source);

        FluentActions.Invoking(() => RecognizerEvaluator.Evaluate(new FromPixels(), Faces([2, 1, 1, 0]), 2, progress, source.Token))
            .Should().Throw<OperationCanceledException>();
        progress.Reports.Should().Equal(0.5);
        FluentActions.Invoking(() => RecognizerEvaluator.Evaluate(new FromPixels(), Faces([2, 1, 1, 0]), 0))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("batchSize");
    }

    private sealed class CancelAtOnce(CancellationTokenSource source) : IProgress<double>
    {
        public List<double> Reports { get; } = [];

        public void Report(double value)
        {
            Reports.Add(value);
            source.Cancel();
        }
    }

    private sealed class FromPixels : IExpressionRecognizer
    {
        public int LargestBatch { get; private set; }

        public ExpressionLabels Labels => Known;

        public ExpressionPrediction Recognize(FaceImage image, FaceBox? crop = null)
        {
            image.Size.Should().Be(new ImageSize(2, 1));
            float share = image.Pixels.Span[1] / 100f;
            float[] probabilities = [(1 - share) / 2, (1 - share) / 2, (1 - share) / 2];
            probabilities[image.Pixels.Span[0]] = share;
            return new ExpressionPrediction(Known, probabilities);
        }

        public IReadOnlyList<ExpressionPrediction> Recognize(IReadOnlyList<FaceImage> faces)
        {
            LargestBatch = Math.Max(LargestBatch, faces.Count);
            return [.. faces.Select(face => Recognize(face))];
        }

        public void Dispose()
        {
        }
    }
}
