namespace FacialAttention.Tests.Training;

/// <summary>
/// Optimizers, learning rates and clipping on a network whose every step is worked out here in double precision, from the published
/// formulas. Batches hold all faces, so their order is immaterial.
/// </summary>
public sealed class TrainerOptimizerTests
{
    private const int Height = 2;
    private const int Width = 3;
    private const int Pixels = Height * Width;
    private const int Classes = 3;
    private const int Count = 8;
    private const double Tolerance = 2e-5; // Float32 weights below 1, after steps of up to 0.1.

    private static readonly FaceDataset Faces = RandomFaces();

    [Theory]
    [InlineData(OptimizerKind.Adam, 0.0)]
    [InlineData(OptimizerKind.Adam, 0.3)]
    [InlineData(OptimizerKind.AdamW, 0.0)]
    [InlineData(OptimizerKind.AdamW, 0.3)]
    [InlineData(OptimizerKind.SgdNesterov, 0.0)]
    [InlineData(OptimizerKind.SgdNesterov, 0.3)]
    public void Optimizer_SeveralSteps_FollowsItsFormulas(OptimizerKind kind, double weightDecay)
    {
        TrainerOptions options = Options(kind, iterations: 6);
        (options.WeightDecay, options.Momentum) = (weightDecay, 0.8);
        (options.Schedule, options.WarmupIterations) = (LearningRateSchedule.Cosine, 2);

        (double[][] weights, TrainingProgress[] reports) = Train(options);

        double[] rates = [.. reports.Select(report => report.LearningRate)];
        rates.Distinct().Should().HaveCountGreaterThan(3);
        double[][] expected = Follow(kind, weights[0], rates, weightDecay, momentum: 0.8);
        for (int step = 1; step <= 6; step++)
        {
            Largest(weights[step], expected[step]).Should().BeLessThan(Tolerance, "of step {0}", step);
        }

        Largest(weights[6], weights[0]).Should().BeGreaterThan(0.01);
        if (weightDecay > 0)
        {
            foreach (OptimizerKind other in Enum.GetValues<OptimizerKind>().Where(other => other != kind))
            {
                Largest(Follow(other, weights[0], rates, weightDecay, 0.8)[6], expected[6]).Should().BeGreaterThan(
                    50 * Tolerance, "the tolerance tells optimizers apart");
            }

            Largest(Follow(kind, weights[0], rates, 0, 0.8)[6], expected[6]).Should().BeGreaterThan(50 * Tolerance, "and weight decays");
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.95)]
    public void Momentum_IsThatOfNesterov(double momentum)
    {
        TrainerOptions options = Options(OptimizerKind.SgdNesterov, iterations: 5);
        options.Momentum = momentum;

        (double[][] weights, TrainingProgress[] reports) = Train(options);

        double[] rates = [.. reports.Select(report => report.LearningRate)];
        Largest(weights[5], Follow(OptimizerKind.SgdNesterov, weights[0], rates, 0, momentum)[5]).Should().BeLessThan(Tolerance);
        Largest(weights[5], Follow(OptimizerKind.SgdNesterov, weights[0], rates, 0, 0.7)[5]).Should().BeGreaterThan(50 * Tolerance);
    }

    [Fact]
    public void Momentum_OfAdam_HasNoEffect()
    {
        static double[] Last(double momentum)
        {
            TrainerOptions options = Options(OptimizerKind.Adam, iterations: 3);
            options.Momentum = momentum;
            return Train(options).Weights[^1];
        }

        Last(0.1).Should().Equal(Last(0.99));
    }

    [Fact]
    public void MaxGradientNorm_BelowTheGradients_SetsTheLengthOfTheFirstStep()
    {
        TrainerOptions options = Options(OptimizerKind.SgdNesterov, iterations: 1);
        (options.Momentum, options.MaxGradientNorm) = (0.8, 0.01);

        double[][] weights = Train(options).Weights;

        double[] step = [.. weights[1].Zip(weights[0], (after, before) => after - before)];
        double[] gradient = Gradient(weights[0]);
        Norm(gradient).Should().BeGreaterThan(0.1);
        Norm(step).Should().BeApproximately(options.LearningRate * 0.01 * 1.8, 1e-3 * options.LearningRate * 0.01 * 1.8);
        double alignment = -step.Zip(gradient, (x, y) => x * y).Sum() / (Norm(step) * Norm(gradient));
        alignment.Should().BeApproximately(1, 1e-6, "the direction stays");
    }

    [Fact]
    public void MaxGradientNorm_AboveTheGradients_ChangesNothing()
    {
        static double[] Last(double? norm)
        {
            TrainerOptions options = Options(OptimizerKind.SgdNesterov, iterations: 3);
            options.MaxGradientNorm = norm;
            return Train(options).Weights[^1];
        }

        Last(1000).Should().Equal(Last(null));
        Last(0.01).Should().NotEqual(Last(null));
    }

    [Theory]
    [InlineData(LearningRateSchedule.Constant, 2, new[] { 0.4, 0.8, 0.8, 0.8, 0.8, 0.8 })]
    [InlineData(LearningRateSchedule.Constant, 0, new[] { 0.8, 0.8, 0.8 })]
    [InlineData(LearningRateSchedule.Cosine, 2, new[] { 0.4, 0.8, 0.8, 0.682842712474619, 0.4, 0.117157287525381 })]
    [InlineData(LearningRateSchedule.Cosine, 0, new[] { 0.8, 0.6, 0.2 })]
    [InlineData(LearningRateSchedule.Step, 2, new[] { 0.4, 0.8, 0.8, 0.8, 0.2, 0.2, 0.05 })]
    [InlineData(LearningRateSchedule.Step, 0, new[] { 0.8, 0.8, 0.2, 0.2, 0.05 })]
    [InlineData(LearningRateSchedule.Step, 4, new[] { 0.2, 0.4, 0.6 })]
    public void LearningRate_OfEachIteration_IsThatOfTheScheduleAfterTheWarmup(
        LearningRateSchedule schedule, int warmup, double[] expected)
    {
        TrainerOptions options = Options(OptimizerKind.Adam, expected.Length);
        (options.LearningRate, options.Schedule, options.WarmupIterations) = (0.8, schedule, warmup);
        (options.StepIterations, options.StepFactor) = (2, 0.25);

        TrainingProgress[] reports = Train(options).Reports;

        reports.Should().HaveCount(expected.Length);
        reports.Zip(expected).Should().OnlyContain(pair => Math.Abs(pair.First.LearningRate - pair.Second) < 1e-12);
    }

    [Fact]
    public void LearningRate_InTheWarmup_IsWhatTheOptimizerSteps()
    {
        TrainerOptions options = Options(OptimizerKind.Adam, iterations: 1);
        (options.LearningRate, options.WarmupIterations) = (0.1, 4);

        double[][] weights = Train(options).Weights;

        Largest(weights[1], weights[0]).Should().BeApproximately(0.025, 1e-5, "Adam's first step is the learning rate");
    }

    private static TrainerOptions Options(OptimizerKind kind, int iterations) => new()
    {
        Iterations = iterations,
        BatchSize = Count,
        Optimizer = kind,
        LearningRate = 0.1,
        Augmentation = { FlipProbability = 0 },
        Device = DevicePreference.Cpu,
    };

    /// <summary>The weights before the first step and after each, and what was reported.</summary>
    private static (double[][] Weights, TrainingProgress[] Reports) Train(TrainerOptions options)
    {
        using var network = new LinearNet(Pixels, Classes);
        var weights = new List<double[]> { network.Weights };
        var progress = new RecordedProgress(_ => weights.Add(network.Weights));
        using var trainer = new Trainer(network, options);
        trainer.Fit(Faces, Faces, progress: progress);
        return ([.. weights], [.. progress.Reports]);
    }

    /// <summary>The weights before and after each step, after the optimizers' papers and PyTorch's reading of Nesterov.</summary>
    private static double[][] Follow(OptimizerKind kind, double[] start, double[] rates, double weightDecay, double momentum)
    {
        const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;
        double[] weights = [.. start];
        double[] first = new double[start.Length], second = new double[start.Length];
        var steps = new List<double[]> { start };
        for (int t = 1; t <= rates.Length; t++)
        {
            double rate = rates[t - 1];
            double[] gradient = Gradient(weights);
            for (int i = 0; i < weights.Length; i++)
            {
                double g = gradient[i] + (kind == OptimizerKind.AdamW ? 0 : weightDecay * weights[i]);
                if (kind == OptimizerKind.SgdNesterov)
                {
                    first[i] = (momentum * first[i]) + g;
                    weights[i] -= rate * (g + (momentum * first[i]));
                    continue;
                }

                weights[i] -= kind == OptimizerKind.AdamW ? rate * weightDecay * weights[i] : 0;
                first[i] = (Beta1 * first[i]) + ((1 - Beta1) * g);
                second[i] = (Beta2 * second[i]) + ((1 - Beta2) * g * g);
                double mean = first[i] / (1 - Math.Pow(Beta1, t)), square = second[i] / (1 - Math.Pow(Beta2, t));
                weights[i] -= rate * mean / (Math.Sqrt(square) + Epsilon);
            }

            steps.Add([.. weights]);
        }

        return [.. steps];
    }

    /// <summary>The gradient of the mean cross-entropy of all faces.</summary>
    private static double[] Gradient(double[] weights)
    {
        var gradient = new double[weights.Length];
        for (int row = 0; row < Count; row++)
        {
            double[] x = [.. Faces.PixelsOf(row).ToArray().Select(pixel => pixel / 255.0)];
            double[] powers =
            [
                .. Enumerable.Range(0, Classes).Select(k =>
                    Math.Exp(weights[(Classes * Pixels) + k] + x.Select((pixel, i) => pixel * weights[(k * Pixels) + i]).Sum())),
            ];
            for (int k = 0; k < Classes; k++)
            {
                double error = ((powers[k] / powers.Sum()) - (Faces.LabelOf(row) == k ? 1 : 0)) / Count;
                gradient[(Classes * Pixels) + k] += error;
                for (int i = 0; i < Pixels; i++)
                {
                    gradient[(k * Pixels) + i] += error * x[i];
                }
            }
        }

        return gradient;
    }

    private static double Largest(double[] left, double[] right) => left.Zip(right, (x, y) => Math.Abs(x - y)).Max();

    private static double Norm(double[] values) => Math.Sqrt(values.Sum(value => value * value));

    private static FaceDataset RandomFaces()
    {
        var random = new SeededRandom(3);
        var pixels = new byte[Count * Pixels];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)random.NextInt32(256);
        }

        return new FaceDataset(pixels, [0, 0, 1, 2, 0, 1, 0, 2], new ImageSize(Height, Width), ToyFaces.Labels);
    }
}
