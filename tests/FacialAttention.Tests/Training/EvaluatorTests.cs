using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Training;

public sealed class EvaluatorTests
{
    [Fact]
    public void Evaluate_UnequalLastBatch_AgreesWithOneFaceAtATime()
    {
        FaceDataset faces = ToyFaces.Noise(count: 10, seed: 1);
        using var network = new TwoLayerNet();
        (int Predicted, double CrossEntropy)[] single = [.. Enumerable.Range(0, 10).Select(row => network.Classify(faces, row))];

        EvaluationResult result = Evaluator.Evaluate(network, faces, batchSize: 4);

        result.Count.Should().Be(10);
        result.Labels.Should().Be(ToyFaces.Labels);
        result.Predictions.Should().Equal(single.Select(face => face.Predicted), "predictions stand in the order of the dataset");
        result.Predictions.Distinct().Should().HaveCountGreaterThan(1, "otherwise the order would not show");
        result.Loss.Should().BeApproximately(single.Average(face => face.CrossEntropy), 1e-6);
        double accuracy = Enumerable.Range(0, 10).Count(row => single[row].Predicted == faces.LabelOf(row)) / 10.0;
        result.Accuracy.Should().Be(accuracy);
        double ofTheLastBatch = Enumerable.Range(8, 2).Count(row => single[row].Predicted == faces.LabelOf(row)) / 2.0;
        accuracy.Should().NotBe(ofTheLastBatch, "the last batch alone must not pass");
        for (int row = 0; row < 9; row++)
        {
            int actual = row / 3, predicted = row % 3;
            result.Confusion[actual, predicted].Should().Be(
                Enumerable.Range(0, 10).Count(i => faces.LabelOf(i) == actual && single[i].Predicted == predicted));
        }

        result.MacroF1.Should().Be(result.Confusion.MacroF1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(22)]
    [InlineData(23)]
    [InlineData(65_536)]
    public void Evaluate_AnyBatchSize_GivesTheSameResult(int batchSize)
    {
        FaceDataset faces = ToyFaces.Noise(count: 23, seed: 2);
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        EvaluationResult expected = Evaluator.Evaluate(network, faces);

        EvaluationResult result = Evaluator.Evaluate(network, faces, batchSize);

        result.Predictions.Should().Equal(expected.Predictions);
        result.Loss.Should().BeApproximately(expected.Loss, 1e-6);
        result.Accuracy.Should().Be(expected.Accuracy);
    }

    [Fact]
    public void Evaluate_NetworkWithoutParameters_IsMeasuredExactly()
    {
        using var network = new BrightestBand();

        EvaluationResult right = Evaluator.Evaluate(network, ToyFaces.Separable(count: 11, seed: 3), batchSize: 4);
        EvaluationResult wrong = Evaluator.Evaluate(network, ToyFaces.Separable(count: 11, seed: 3, shift: 1), batchSize: 4);

        right.Accuracy.Should().Be(1);
        right.MacroF1.Should().Be(1);
        right.Predictions.Should().Equal(Enumerable.Range(0, 11).Select(row => row % 3));
        wrong.Accuracy.Should().Be(0);
        wrong.MacroF1.Should().Be(0);
        wrong.Confusion[1, 0].Should().Be(4, "rows 0, 3, 6 and 9 show the first band under the second label");
        wrong.Confusion[0, 2].Should().Be(3);
    }

    [Fact]
    public void Evaluate_VotesAndWeights_IsTheWeightedCrossEntropyToTheVotesOfTheFacesThatCount()
    {
        FaceDataset noise = ToyFaces.Noise(count: 5, seed: 4);
        var columns = new FaceColumns
        {
            Votes = new byte[] { 3, 1, 0, 0, 0, 2, 1, 1, 2, 5, 0, 0, 0, 1, 0 },
            Weights = new float[] { 1, 0, 2.5f, 0.5f, 1 },
        };
        var faces = new FaceDataset([.. noise.Pixels.Span], [0, 0, 0, 0, 0], new ImageSize(ToyFaces.Height, ToyFaces.Width), ToyFaces.Labels, columns);
        using var network = new TwoLayerNet();
        double[][] negativeLogs = [.. Enumerable.Range(0, 5).Select(row => NegativeLogsOf(network, faces, row))];

        EvaluationResult result = Evaluator.Evaluate(network, faces, batchSize: 2);

        double sum = 0, total = 0;
        int right = 0;
        for (int row = 0; row < 5; row++)
        {
            double[] votes = [.. columns.Votes.Value.Span.Slice(3 * row, 3).ToArray().Select(vote => (double)vote)];
            double weight = columns.Weights.Value.Span[row];
            sum += weight * votes.Zip(negativeLogs[row], (vote, negativeLog) => vote / votes.Sum() * negativeLog).Sum();
            total += weight;
            bool isRight = Array.IndexOf(negativeLogs[row], negativeLogs[row].Min()) == Array.IndexOf(votes, votes.Max());
            right += weight > 0 && isRight ? 1 : 0;
        }

        result.Loss.Should().BeApproximately(sum / total, 1e-6);
        result.Accuracy.Should().BeApproximately(right / 4.0, 1e-12, "the face of weight 0 is left out");
        result.Predictions.Should().HaveCount(5);
        ScoredFaces scored = result.ToScoredFaces();
        (scored.Count, scored.Classes).Should().Be((5, 3));
        CalibrationReport.Of(scored).NegativeLogLikelihood.Should().BeApproximately(result.Loss, 1e-6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Evaluate_ToScoredFaces_AreOfAccuracyAndLoss(bool averageMirrored)
    {
        FaceDataset faces = ToyFaces.Noise(count: 10, seed: 4);
        using var network = new TwoLayerNet();

        EvaluationResult result = Evaluator.Evaluate(network, faces, batchSize: 3, averageMirrored);

        CalibrationReport report = CalibrationReport.Of(result.ToScoredFaces());
        report.Accuracy.Should().BeApproximately(result.Accuracy, 1e-12);
        report.NegativeLogLikelihood.Should().BeApproximately(result.Loss, 1e-6);
    }

    [Fact]
    public void Evaluate_NetworkThatComputesNoNumbers_HasNoScoredFaces()
    {
        using var network = new TwoLayerNet();
        using (no_grad())
        {
            network.parameters().First().fill_(float.NaN);
        }

        EvaluationResult result = Evaluator.Evaluate(network, ToyFaces.Noise(count: 2, seed: 4));

        result.Invoking(it => it.ToScoredFaces()).Should().ThrowExactly<InvalidDataException>().WithMessage(
            "The network computes no logits for a face; expected one whose weights are sound. Logit 0 is NaN; expected a finite number.*");
    }

    [Fact]
    public void Evaluate_ObjectiveWithALossOfItsOwn_IsMeasuredByCrossEntropyAllTheSame()
    {
        FaceDataset faces = ToyFaces.Noise(count: 10, seed: 4);
        using var network = new TwoLayerNet();
        var objective = new Classification(batch => network.call(batch.Images)) { Loss = (_, _) => throw new InvalidOperationException() };

        Evaluator.Evaluate(network, objective, faces).Loss.Should().Be(Evaluator.Evaluate(network, faces).Loss);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Evaluate_AnyMode_RunsInEvaluationModeWithoutGradientsAndRestoresBoth(bool isTraining)
    {
        FaceDataset faces = ToyFaces.Noise(count: 10, seed: 5);
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        network.train(isTraining);
        byte[] weights = network.Weights();
        var seen = new List<(bool IsTraining, bool HasGradients)>();
        network.OnImages = _ => seen.Add((network.training, is_grad_enabled()));

        Evaluator.Evaluate(network, faces, batchSize: 4);

        seen.Should().Equal((false, false), (false, false), (false, false));
        network.training.Should().Be(isTraining);
        network.modules().Should().OnlyContain(module => module.training == isTraining);
        is_grad_enabled().Should().BeTrue();
        network.Weights().Should().Equal(weights, "batch norm must not learn from what it is measured on");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Evaluate_NetworkThatFails_PassesTheExceptionOnAndRestoresTheMode(bool isTraining)
    {
        using var network = new TwoLayerNet();
        network.train(isTraining);
        network.OnImages = _ => throw new InvalidOperationException("from the network");
        long live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        network.Invoking(it => Evaluator.Evaluate(it, ToyFaces.Noise(count: 3, seed: 6)))
            .Should().Throw<InvalidOperationException>().WithMessage("from the network");

        network.training.Should().Be(isTraining);
        is_grad_enabled().Should().BeTrue();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Evaluate_ManyTimes_LeavesNoTensorBehind(bool hasCallersScope)
    {
        FaceDataset faces = ToyFaces.Noise(count: 10, seed: 7);
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        Evaluator.Evaluate(network, faces);
        using DisposeScope? scope = hasCallersScope ? NewDisposeScope() : null;
        long live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        for (int i = 0; i < 20; i++)
        {
            Evaluator.Evaluate(network, faces, batchSize: 4);
            DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
        }
    }

    [Fact]
    public void Evaluate_CancelledAfterABatch_StopsBeforeTheNext()
    {
        using var network = new TwoLayerNet();
        using var source = new CancellationTokenSource();
        int batches = 0;
        network.OnImages = _ =>
        {
            batches++;
            source.Cancel();
        };

        network.Invoking(it => Evaluator.Evaluate(it, ToyFaces.Noise(count: 10, seed: 8), batchSize: 4, cancellationToken: source.Token))
            .Should().Throw<OperationCanceledException>();

        batches.Should().Be(1);
        network.training.Should().BeTrue();
    }

    [Fact]
    public void Evaluate_WrongNumberOfLogits_SaysBothShapes()
    {
        using var network = new TwoLayerNet(classes: 5);

        network.Invoking(it => Evaluator.Evaluate(it, ToyFaces.Noise(count: 10, seed: 9), batchSize: 4)).Should().Throw<ArgumentException>()
            .WithMessage("The network returned a tensor of shape [4, 5] for 4 faces with 3 labels; expected logits of shape [4, 3].");
    }

    [Fact]
    public void Evaluate_LogitsOfAnotherRank_SaysBothShapes()
    {
        using var network = new Scores();

        network.Invoking(it => Evaluator.Evaluate(it, ToyFaces.Noise(count: 2, seed: 9))).Should().Throw<ArgumentException>()
            .WithMessage("*shape [2, 1, 8, 10] for 2 faces*expected logits of shape [2, 3].");
    }

    [Fact]
    public void Evaluate_NullArguments_Throws()
    {
        using var network = new TwoLayerNet();

        Action withoutNetwork = () => Evaluator.Evaluate(null!, ToyFaces.Noise(1, 1));
        Action withoutFaces = () => Evaluator.Evaluate(network, null!);

        withoutNetwork.Should().Throw<ArgumentNullException>().WithParameterName("network");
        withoutFaces.Should().Throw<ArgumentNullException>().WithParameterName("faces");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65_537)]
    public void Evaluate_ImpossibleBatchSize_Throws(int batchSize)
    {
        using var network = new TwoLayerNet();

        network.Invoking(it => Evaluator.Evaluate(it, ToyFaces.Noise(1, 1), batchSize))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("batchSize")
            .WithMessage($"batchSize is {batchSize}; expected 1 to 65536.*");
    }

    /// <summary>The cross-entropy of one face to each label.</summary>
    private static double[] NegativeLogsOf(TwoLayerNet network, FaceDataset faces, int row) =>
    [
        .. Enumerable.Range(0, ToyFaces.Classes).Select(label => network
            .Classify(new FaceDataset(faces.PixelsOf(row).ToArray(), [(byte)label], new ImageSize(ToyFaces.Height, ToyFaces.Width), ToyFaces.Labels), 0)
            .CrossEntropy),
    ];

    /// <summary>Logits are the mean brightness of the three bands of <see cref="ToyFaces.Separable"/>.</summary>
    private sealed class BrightestBand() : Module<Tensor, Tensor>(nameof(BrightestBand))
    {
        public override Tensor forward(Tensor images)
        {
            using var scope = NewDisposeScope();
            Tensor rows = images.mean([1, 3]); // [N, H]
            return stack([rows.narrow(1, 0, 2).mean([1]), rows.narrow(1, 3, 2).mean([1]), rows.narrow(1, 6, 2).mean([1])], 1)
                .MoveToOuterDisposeScope();
        }
    }

    /// <summary>Returns what it gets, which is no logits.</summary>
    private sealed class Scores() : Module<Tensor, Tensor>(nameof(Scores))
    {
        public override Tensor forward(Tensor images) => images.alias();
    }
}
