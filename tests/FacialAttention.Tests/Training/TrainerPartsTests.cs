using FacialAttention.Tests.Torch;
using Microsoft.Extensions.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Training;

/// <summary>Learning rates by part. The parts are <c>_layers</c> and, in it, first, norm and last.</summary>
public sealed class TrainerPartsTests
{
    private static readonly FaceDataset TrainingFaces = ToyFaces.Separable(count: 13, seed: 1);
    private static readonly FaceDataset ValidationFaces = ToyFaces.Separable(count: 7, seed: 2);

    [Theory]
    [InlineData(OptimizerKind.Adam)]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.SgdNesterov)]
    public void LearningRateFactors_Zero_FreezesThePartBitForBitWithItsBuffers(OptimizerKind optimizer)
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        Dictionary<string, string> before = Numbers.BitsOf(network);
        var seen = new List<string>();
        network.OnImages = _ => seen.Add(string.Join(' ', network.named_parameters().Where(entry => entry.parameter.requires_grad)
            .Select(entry => entry.name)));
        TrainerOptions options = Options(new() { ["_layers.first"] = 0, ["_layers.norm"] = 0 });
        (options.Optimizer, options.WeightDecay) = (optimizer, 0.1);
        using var trainer = new Trainer(network, options);

        trainer.Fit(TrainingFaces, ValidationFaces);

        Changed(network, before).Should().BeEquivalentTo("_layers.last.weight", "_layers.last.bias");
        seen.Should().NotBeEmpty().And.OnlyContain(names => names == "_layers.last.weight _layers.last.bias", "gradients are spared");
        network.parameters().Should().OnlyContain(parameter => parameter.requires_grad);
    }

    [Fact]
    public void LearningRateFactors_WithoutANorm_LeavesItsStatisticsToTraining()
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        Dictionary<string, string> before = Numbers.BitsOf(network);
        using var trainer = new Trainer(network, Options(new() { ["_layers.first"] = 0 }));

        trainer.Fit(TrainingFaces, ValidationFaces);

        Changed(network, before).Should().BeEquivalentTo(before.Keys.Except(["_layers.first.weight", "_layers.first.bias"]));
    }

    [Fact]
    public void LearningRateFactors_LongestName_Wins()
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        Dictionary<string, string> before = Numbers.BitsOf(network);
        using var trainer = new Trainer(network, Options(new() { ["_layers.norm"] = 1, ["_layers"] = 0, ["_layers.last.bias"] = 0.5 }));

        trainer.Fit(TrainingFaces, ValidationFaces);

        Changed(network, before).Should().BeEquivalentTo(
            before.Keys.Where(key => key.StartsWith("_layers.norm.", StringComparison.Ordinal)).Append("_layers.last.bias"),
            "a part of a frozen part that is not frozen learns, statistics included");
    }

    [Fact]
    public void LearningRateFactors_AreSharesOfAdamsFirstStep()
    {
        using var network = new TwoLayerNet();
        var before = network.named_parameters().ToDictionary(entry => entry.name, entry => Numbers.ValuesOf(entry.parameter));
        TrainerOptions options = Options(new() { ["_layers.first"] = 0.1, ["_layers.last.bias"] = 3 });
        options.Iterations = 1;
        using var trainer = new Trainer(network, options);

        trainer.Fit(TrainingFaces, ValidationFaces);

        foreach ((string name, double factor) in
            ((string, double)[])[("first.weight", 0.1), ("first.bias", 0.1), ("last.weight", 1), ("last.bias", 3)])
        {
            double[] after = Numbers.ValuesOf(network.get_parameter("_layers." + name)!);
            double step = after.Zip(before["_layers." + name], (now, then) => Math.Abs(now - then)).Max();
            step.Should().BeApproximately(0.01 * factor, 1e-3 * factor * 0.01, "of {0}", name);
        }
    }

    [Fact]
    public void LearningRateFactors_OneForAll_ChangeNothing()
    {
        static byte[] Train(Dictionary<string, double>? factors)
        {
            using var network = new TwoLayerNet(hasNormAndDropout: true);
            using var trainer = new Trainer(network, Options(factors));
            trainer.Fit(TrainingFaces, ValidationFaces);
            return network.Weights();
        }

        Train(new() { ["_layers"] = 1 }).Should().Equal(Train(null));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fit_StoppedInTheMiddle_GivesFrozenPartsTheirGradientsBack(bool isCancelled)
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        network.get_parameter("_layers.last.bias")!.requires_grad = false;
        using var trainer = new Trainer(network, Options(new() { ["_layers.first"] = 0 }));
        using var source = new CancellationTokenSource();
        var frozen = new List<bool>();
        var progress = new RecordedProgress(_ =>
        {
            frozen.Add(!network.get_parameter("_layers.first.weight")!.requires_grad);
            if (!isCancelled)
            {
                throw new InvalidOperationException("from progress");
            }

            source.Cancel();
        });

        Action fit = () => trainer.Fit(TrainingFaces, ValidationFaces, null, progress, source.Token);
        if (isCancelled)
        {
            fit.Should().Throw<OperationCanceledException>();
        }
        else
        {
            fit.Should().Throw<InvalidOperationException>().WithMessage("from progress");
        }

        frozen.Should().Equal(true);
        network.named_parameters().Should().OnlyContain(entry => entry.parameter.requires_grad == (entry.name != "_layers.last.bias"));
    }

    [Theory]
    [InlineData("_layers.fir")]
    [InlineData("first")]
    [InlineData("_layers.first.weight.x")]
    [InlineData("_LAYERS")]
    public void Constructor_UnknownPart_NamesItAndTheParts(string part)
    {
        using var network = new TwoLayerNet();

        FluentActions.Invoking(() => new Trainer(network, Options(new() { [part] = 0.5 }))).Should().Throw<ArgumentException>().WithMessage(
            $"LearningRateFactors names \"{part}\", which no trainable parameter's name begins with; expected for example one of _layers.");
    }

    [Fact]
    public void Constructor_EverythingFrozen_IsRefused()
    {
        using var network = new TwoLayerNet();

        FluentActions.Invoking(() => new Trainer(network, Options(new() { ["_layers"] = 0 }))).Should().Throw<ArgumentException>()
            .WithMessage("LearningRateFactors freezes all of the network; expected something to train.");
    }

    [Fact]
    public void Constructor_FactorOutOfRange_IsRefusedBeforeAnythingElse()
    {
        using var network = new TwoLayerNet();

        FluentActions.Invoking(() => new Trainer(network, Options(new() { ["_layers"] = -1 })))
            .Should().Throw<OptionsValidationException>();
    }

    private static TrainerOptions Options(Dictionary<string, double>? factors) => new()
    {
        Iterations = 4,
        BatchSize = 5,
        LearningRate = 0.01,
        LearningRateFactors = factors,
        ValidationInterval = 4, // Once, so the weights at the end are the last.
        Device = DevicePreference.Cpu,
    };

    private static IEnumerable<string> Changed(TwoLayerNet network, Dictionary<string, string> before) =>
        Numbers.BitsOf(network).Where(entry => entry.Value != before[entry.Key]).Select(entry => entry.Key);
}
