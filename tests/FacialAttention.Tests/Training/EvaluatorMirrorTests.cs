using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Training;

public sealed class EvaluatorMirrorTests
{
    private static readonly FaceDataset Faces = ToyFaces.Noise(count: 10, seed: 1);

    [Fact]
    public void Evaluate_AverageMirrored_MeasuresTheMeanProbabilityOfFaceAndMirrorImage()
    {
        using var network = new TwoLayerNet();
        (int[] predictions, double loss) = ByHand(network);

        EvaluationResult result = Evaluator.Evaluate(network, Faces, batchSize: 4, averageMirrored: true);

        result.Loss.Should().BeApproximately(loss, 1e-6);
        result.Predictions.Should().Equal(predictions);
        EvaluationResult plain = Evaluator.Evaluate(network, Faces, batchSize: 4);
        plain.Loss.Should().NotBeApproximately(loss, 1e-4, "this network tells left from right");
    }

    [Fact]
    public void Evaluate_AverageMirrored_SeesEachFaceTwiceTheSecondTimeMirrored()
    {
        using var network = new TwoLayerNet();
        var seen = new List<float[][]>();
        network.OnImages = images => seen.Add([.. images.contiguous().data<float>().ToArray().Chunk(ToyFaces.Width)]);

        Evaluator.Evaluate(network, Faces, averageMirrored: true);

        seen.Should().HaveCount(2);
        seen[1].Zip(seen[0]).Should().OnlyContain(rows => rows.First.Reverse().SequenceEqual(rows.Second));
    }

    [Fact]
    public void Evaluate_AverageMirroredOfANetworkThatCannotTellLeftFromRight_ChangesNothing()
    {
        using var network = new RowMeans();

        EvaluationResult plain = Evaluator.Evaluate(network, Faces), mirrored = Evaluator.Evaluate(network, Faces, averageMirrored: true);

        mirrored.Loss.Should().BeApproximately(plain.Loss, 1e-6);
        mirrored.Predictions.Should().Equal(plain.Predictions);
    }

    [Fact]
    public void Evaluate_AverageMirroredWithLandmarks_MirrorsThemTooAndSwapsLeftAndRight()
    {
        using var network = new TwoLayerNet();
        var columns = new FaceColumns
        {
            Landmarks = new FaceLandmarks(new LandmarkScheme("two", 1, 0), new float[] { 2, 3, 7, 4 }),
        };
        byte[] pixels = new byte[ToyFaces.Height * ToyFaces.Width];
        var face = new FaceDataset(pixels, [0], new ImageSize(ToyFaces.Height, ToyFaces.Width), ToyFaces.Labels, columns);
        var seen = new List<float[]>();
        var objective = new Classification(batch =>
        {
            seen.Add([.. batch.Landmarks!.data<float>()]);
            return network.call(batch.Images);
        });

        Evaluator.Evaluate(network, objective, face, averageMirrored: true);

        seen.Should().HaveCount(2);
        seen[0].Should().Equal(2, 3, 7, 4);
        seen[1].Should().Equal(3, 4, 8, 3);
    }

    [Fact]
    public void Evaluate_AverageMirroredManyTimes_LeavesNoTensorBehind()
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        Evaluator.Evaluate(network, Faces, averageMirrored: true);
        long live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        for (int i = 0; i < 10; i++)
        {
            Evaluator.Evaluate(network, Faces, batchSize: 4, averageMirrored: true);
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fit_AverageMirrored_ValidatesSo(bool averageMirrored)
    {
        using var network = new TwoLayerNet();
        using var trainer = new Trainer(
            network,
            new TrainerOptions { Iterations = 3, BatchSize = 4, AverageMirrored = averageMirrored, Device = DevicePreference.Cpu });

        TrainingHistory history = trainer.Fit(Faces, Faces);

        history.Best.Loss.Should().Be(Evaluator.Evaluate(network, Faces, averageMirrored: averageMirrored).Loss);
        history.Best.Loss.Should().NotBe(Evaluator.Evaluate(network, Faces, averageMirrored: !averageMirrored).Loss);
    }

    /// <summary>Predictions and mean loss worked out from the network's logits of single faces and their mirror images.</summary>
    private static (int[] Predictions, double Loss) ByHand(TwoLayerNet network)
    {
        using var scope = NewDisposeScope();
        network.eval();
        var predictions = new int[Faces.Count];
        double loss = 0;
        for (int row = 0; row < Faces.Count; row++)
        {
            float[] pixels = [.. Faces.PixelsOf(row).ToArray().Select(pixel => pixel / 255f)];
            float[] mirrored = [.. pixels.Chunk(ToyFaces.Width).SelectMany(line => line.Reverse())];
            double[] means = [.. Probabilities(network, pixels).Zip(Probabilities(network, mirrored), (x, y) => (x + y) / 2)];
            predictions[row] = Array.IndexOf(means, means.Max());
            loss -= Math.Log(means[Faces.LabelOf(row)]) / Faces.Count;
        }

        return (predictions, loss);
    }

    private static double[] Probabilities(TwoLayerNet network, float[] pixels)
    {
        using var scope = NewDisposeScope();
        double[] powers =
        [
            .. network.call(tensor(pixels, [1, 1, ToyFaces.Height, ToyFaces.Width])).detach().data<float>()
                .Select(logit => Math.Exp(logit)),
        ];
        return [.. powers.Select(power => power / powers.Sum())];
    }

    /// <summary>Logits are the means of the first rows, the same in the mirror.</summary>
    private sealed class RowMeans() : Module<Tensor, Tensor>(nameof(RowMeans))
    {
        public override Tensor forward(Tensor images)
        {
            using var scope = NewDisposeScope();
            return images.mean([1, 3]).narrow(1, 0, ToyFaces.Classes).mul(5).MoveToOuterDisposeScope();
        }
    }
}
