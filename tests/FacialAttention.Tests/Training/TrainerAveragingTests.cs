using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Training;

public sealed class TrainerAveragingTests
{
    private const double Decay = 0.6; // From iteration 13 on; before, it is (1 + i) / (10 + i).
    private const int Iterations = 20;

    private static readonly FaceDataset TrainingFaces = ToyFaces.Separable(count: 13, seed: 1);
    private static readonly FaceDataset ValidationFaces = ToyFaces.Separable(count: 7, seed: 2);

    [Fact]
    public void AveragingDecay_ValidatesTheMovingAverageOfTheWeights()
    {
        (List<Dictionary<string, double[]>> trained, List<Dictionary<string, double[]>> validated, _) = Train(Decay);

        Dictionary<string, double[]> average = trained[0];
        validated.Should().HaveCount(Iterations);
        for (int i = 1; i <= Iterations; i++)
        {
            double keep = Math.Min(Decay, (1.0 + i) / (10 + i));
            average = average.ToDictionary(entry => entry.Key, entry => entry.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)
                ? trained[i - 1][entry.Key]
                : [.. entry.Value.Zip(trained[i - 1][entry.Key], (old, now) => (keep * old) + ((1 - keep) * now))]);
            validated[i - 1].Keys.Should().BeEquivalentTo(average.Keys);
            foreach ((string key, double[] values) in average)
            {
                validated[i - 1][key].Zip(values, (got, expected) => Math.Abs(got - expected)).Max()
                    .Should().BeLessThan(2e-6, "of {0} in iteration {1}", key, i);
            }
        }

        validated[^1].Sum(entry => entry.Value.Zip(trained[^1][entry.Key], (x, y) => Math.Abs(x - y)).Sum())
            .Should().BeGreaterThan(0.1, "the average is not the last weights");
    }

    [Fact]
    public void AveragingDecay_DoesNotChangeTheTraining()
    {
        (List<Dictionary<string, double[]>> with, _, TrainingHistory averaged) = Train(Decay);
        (List<Dictionary<string, double[]>> without, _, TrainingHistory plain) = Train(0);

        for (int i = 0; i < Iterations; i++)
        {
            with[i].Should().HaveCount(without[i].Count);
            with[i].Should().OnlyContain(entry => entry.Value.SequenceEqual(without[i][entry.Key]));
        }

        averaged.Training.Should().Equal(plain.Training);
        averaged.Validation.Should().NotEqual(plain.Validation);
    }

    [Fact]
    public void AveragingDecay_TheNetworkEndsWithTheBestAverage()
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        using var trainer = new Trainer(network, Options(Decay));

        TrainingHistory history = trainer.Fit(TrainingFaces, ValidationFaces);

        Evaluator.Evaluate(network, ValidationFaces).Loss.Should().Be(history.Best.Loss);
    }

    private static TrainerOptions Options(double decay) => new()
    {
        Iterations = Iterations,
        BatchSize = 5,
        LearningRate = 0.01,
        AveragingDecay = decay,
        TrainingReportInterval = 1,
        ValidationInterval = 1,
        Device = DevicePreference.Cpu,
    };

    /// <summary>Weights and buffers after each iteration, and those that were validated in it.</summary>
    private static (List<Dictionary<string, double[]>> Trained, List<Dictionary<string, double[]>> Validated, TrainingHistory History)
        Train(double decay)
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        var trained = new List<Dictionary<string, double[]>>();
        var validated = new List<Dictionary<string, double[]>>();
        network.OnImages = _ =>
        {
            if (!network.training)
            {
                validated.Add(Weights(network));
            }
        };
        using var trainer = new Trainer(network, Options(decay));
        TrainingHistory history =
            trainer.Fit(TrainingFaces, ValidationFaces, progress: new RecordedProgress(_ => trained.Add(Weights(network))));
        return (trained, validated, history);
    }

    private static Dictionary<string, double[]> Weights(TwoLayerNet network) =>
        network.state_dict().ToDictionary(entry => entry.Key, entry => Numbers.ValuesOf(entry.Value));
}
