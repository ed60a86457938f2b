using FacialAttention.Tests.Torch;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Training;

/// <summary>Which parameters weight decay pulls: what one step with and one without it tell apart.</summary>
public sealed class TrainerDecayTests
{
    private static readonly FaceDataset Faces = ToyFaces.Separable(count: 9, seed: 1);

    [Theory]
    [InlineData(OptimizerKind.Adam)]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.SgdNesterov)]
    public void DecayedWeights_ConvolutionAndLinear_PullsTheirWeightsAlone(OptimizerKind optimizer)
    {
        Dictionary<string, double[]> free = Step(Options(optimizer, decay: 0)), pulled = Step(Options(optimizer, decay: 10));

        Changed(free, pulled).Should().BeEquivalentTo("bias.weight", "spread.weight", "norm2.weight");
        if (optimizer != OptimizerKind.Adam) // whose first step is of one size
        {
            using var network = new EveryKind();
            foreach (string name in Changed(free, pulled))
            {
                double[] before = Numbers.ValuesOf(network.get_parameter(name)!);
                double[] difference = [.. free[name].Zip(pulled[name], (without, with) => without - with)];
                // Nesterov's first step is that of the gradient times 1 + momentum, and decay is part of the gradient there.
                double pull = 0.001 * 10 * (optimizer == OptimizerKind.AdamW ? 1 : 1.5);
                difference.Zip(before, (got, weight) => Math.Abs(got - (pull * weight))).Max().Should().BeLessThan(1e-6, "of {0}", name);
            }
        }
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.SgdNesterov)]
    public void DecayedWeights_All_PullsEveryParameterThatIsNotZero(OptimizerKind optimizer)
    {
        TrainerOptions without = Options(optimizer, decay: 0), with = Options(optimizer, decay: 10);
        without.DecayedWeights = with.DecayedWeights = DecayedWeights.All;
        Dictionary<string, double[]> free = Step(without), pulled = Step(with);

        Changed(free, pulled).Should().BeEquivalentTo(free.Keys.Except(["conv.bias"]), "batch norm begins with a bias of 0");
    }

    [Fact]
    public void DecayedWeights_WithFactors_PullByTheirLearningRates()
    {
        TrainerOptions without = Options(OptimizerKind.AdamW, decay: 0), with = Options(OptimizerKind.AdamW, decay: 10);
        without.LearningRateFactors = with.LearningRateFactors = new Dictionary<string, double> { ["bias"] = 0, ["norm2"] = 3 };
        Dictionary<string, double[]> free = Step(without), pulled = Step(with);

        Changed(free, pulled).Should().BeEquivalentTo("spread.weight", "norm2.weight");
        using var network = new EveryKind();
        double[] before = Numbers.ValuesOf(network.get_parameter("norm2.weight")!);
        free["norm2.weight"].Zip(pulled["norm2.weight"], (without, with) => without - with).Zip(before)
            .Should().OnlyContain(pair => Math.Abs(pair.First - (3 * 0.001 * 10 * pair.Second)) < 1e-6);
    }

    [Fact]
    public void DecayedWeights_NetworkThatIsALinearLayer_PullsItsWeight()
    {
        double[][] Train(double decay)
        {
            manual_seed(1);
            using Linear network = Linear(ToyFaces.Height * ToyFaces.Width, ToyFaces.Classes);
            var objective = new Classification(batch => network.call(batch.Images.flatten(1)));
            using var trainer = new Trainer(network, objective, Options(OptimizerKind.AdamW, decay));
            trainer.Fit(Faces, Faces);
            return [Numbers.ValuesOf(network.weight), Numbers.ValuesOf(network.bias!)];
        }

        double[][] free = Train(0), pulled = Train(10);

        pulled[0].Should().NotEqual(free[0]);
        pulled[1].Should().Equal(free[1]);
    }

    private static TrainerOptions Options(OptimizerKind optimizer, double decay) => new()
    {
        Iterations = 1,
        BatchSize = Faces.Count,
        Optimizer = optimizer,
        LearningRate = 0.001,
        Momentum = 0.5,
        WeightDecay = decay,
        DecayedWeights = DecayedWeights.ConvolutionAndLinear,
        MaxGradientNorm = 1,
        Device = DevicePreference.Cpu,
    };

    /// <summary>The parameters after one step of a network that always starts alike.</summary>
    private static Dictionary<string, double[]> Step(TrainerOptions options)
    {
        using var network = new EveryKind();
        using var trainer = new Trainer(network, options);
        trainer.Fit(Faces, Faces);
        return network.named_parameters().ToDictionary(entry => entry.name, entry => Numbers.ValuesOf(entry.parameter));
    }

    private static IEnumerable<string> Changed(Dictionary<string, double[]> one, Dictionary<string, double[]> other) =>
        one.Keys.Where(name => !one[name].SequenceEqual(other[name]));

    /// <summary>One layer of each kind, under names that say something else.</summary>
    private sealed class EveryKind : Module<Tensor, Tensor>
    {
        private const int Channels = 8; // of 4, libtorch 2.10's ConvTranspose2d reads memory that nobody wrote, and may answer NaN

        [ComponentName(Name = "bias")] private readonly Conv2d _convolution;
        [ComponentName(Name = "spread")] private readonly ConvTranspose2d _transposed;
        [ComponentName(Name = "conv")] private readonly BatchNorm2d _norm;
        [ComponentName(Name = "linear")] private readonly LSTM _lstm;
        [ComponentName(Name = "norm2")] private readonly Linear _linear;
        [ComponentName(Name = "weight")] private readonly Parameter _query;

        public EveryKind()
            : base(nameof(EveryKind))
        {
            using var seeded = new SeededTorch(1);
            _convolution = Conv2d(1, Channels, 3, padding: 1);
            _transposed = ConvTranspose2d(Channels, Channels, 3, padding: 1);
            _norm = BatchNorm2d(Channels);
            _lstm = LSTM(Channels, Channels, batchFirst: true);
            _linear = Linear(Channels, ToyFaces.Classes);
            _query = new Parameter(linspace(0.5, 1, Channels));
            RegisterComponents();
        }

        public override Tensor forward(Tensor images)
        {
            using var scope = NewDisposeScope();
            Tensor features = _norm.call(_transposed.call(_convolution.call(images))).flatten(2).transpose(1, 2); // [N, T, C]
            Tensor states = _lstm.call(features, null).Item1;
            return _linear.call((states * _query).mean([1])).MoveToOuterDisposeScope();
        }
    }
}
