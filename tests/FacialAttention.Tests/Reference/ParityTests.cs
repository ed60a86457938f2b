using System.Globalization;
using FacialAttention.Tests.Torch;
using FacialAttention.Tests.Training;
using TorchSharp;
using TorchSharp.Modules;
using Xunit.Abstractions;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Reference;

/// <summary>
/// The library computes what an independent description of it in Python computes (tests/reference): one row of the table in
/// docs/verification.md for each layer and network.
/// </summary>
public sealed class ParityTests(ITestOutputHelper output)
{
    private const double OutputTolerance = 1e-5;
    private const double GradientTolerance = 1e-4;

    public static TheoryData<string> Names { get; } =
    [
        .. Directory.EnumerateFiles(GoldenFile.Folder, "*.weights.safetensors")
            .Select(path => Path.GetFileName(path).Split('.')[0]).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void LayerOrNetwork_WithWeightsFromPython_AgreesWithTheReference(string name)
    {
        using var scope = NewDisposeScope();
        var weights = GoldenFile.Read($"{name}.weights");
        var expected = GoldenFile.Read($"{name}.expected");
        var comparison = new Comparison(expected.Tensors);

        Evaluate(weights, expected, comparison);
        ComputeGradients(weights, expected, comparison);
        foreach (OptimizerKind kind in Enum.GetValues<OptimizerKind>())
        {
            Train(kind, weights, expected, comparison);
        }

        output.WriteLine(
            $"| {name} | {comparison.Cell("output", "training_output")} | {comparison.Cell("attention/")} | {comparison.Cell("loss")} "
            + $"| {comparison.Cell("gradient/", "input_gradient")} | {comparison.Cell("buffer/")} "
            + string.Concat(Enum.GetNames<OptimizerKind>().Select(kind => $"| {comparison.Cell($"{kind}/")} ")) + "|");
        comparison.ShouldBeComplete("input", "target");
        comparison.ShouldBeWithin(OutputTolerance, "output", "training_output", "attention/", "loss", "buffer/");
        comparison.ShouldBeWithin(GradientTolerance, ["gradient/", "input_gradient", .. Enum.GetNames<OptimizerKind>().Select(kind => $"{kind}/")]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Goldens_OfDifferentOptimizers_DifferByFarMoreThanTheTolerance(string name)
    {
        using var scope = NewDisposeScope();
        IReadOnlyDictionary<string, Tensor> start = GoldenFile.Read($"{name}.weights").Tensors;
        IReadOnlyDictionary<string, Tensor> expected = GoldenFile.Read($"{name}.expected").Tensors;
        Func<string, double[]>[] results =
        [
            key => Numbers.ValuesOf(start[key]),
            .. Enum.GetNames<OptimizerKind>().Select<string, Func<string, double[]>>(kind => key => Numbers.ValuesOf(expected[$"{kind}/{key}"])),
        ];

        foreach ((int left, int right) in new[] { (0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3) })
        {
            start.Keys.Max(key => Comparison.Error(results[left](key), results[right](key)))
                .Should().BeGreaterThan(20 * GradientTolerance, "{0} is not {1}", left, right);
        }
    }

    private static void Evaluate(GoldenFile weights, GoldenFile expected, Comparison comparison)
    {
        using Module<Tensor, Tensor> module = GoldenModule.Create(weights);
        foreach ((string name, Module part) in module.named_modules())
        {
            if (part is AttentionScore score)
            {
                score.register_forward_hook((_, _, attention) =>
                {
                    comparison.Add($"attention/{name}", attention);
                    return attention;
                });
            }
        }
        comparison.Add("output", module.call(expected.Tensors["input"]));
    }

    private static void ComputeGradients(GoldenFile weights, GoldenFile expected, Comparison comparison)
    {
        using Module<Tensor, Tensor> module = GoldenModule.Create(weights);
        using TrainingLoss loss = LossOf(expected, new TrainerOptions());
        module.train();
        Tensor input = expected.Tensors["input"].clone().requires_grad_();
        Tensor result = module.call(input);
        Tensor value = loss.Of(result, expected.Tensors["target"]);
        value.backward();

        comparison.Add("training_output", result);
        comparison.Add("loss", value);
        comparison.Add("input_gradient", input.grad!);
        foreach ((string name, Parameter parameter) in module.named_parameters())
        {
            comparison.Add($"gradient/{name}", parameter.grad!);
        }
        foreach ((string name, Tensor buffer) in module.named_buffers())
        {
            comparison.Add($"buffer/{name}", buffer);
        }
    }

    private static void Train(OptimizerKind kind, GoldenFile weights, GoldenFile expected, Comparison comparison)
    {
        using Module<Tensor, Tensor> module = GoldenModule.Create(weights);
        var options = GoldenJson.Read<TrainerOptions>(expected.Metadata[kind.ToString()]);
        options.Optimizer.Should().Be(kind);
        using TrainingLoss loss = LossOf(expected, options);
        var parts = new NetworkParts(module, factors: null);
        using var optimizer = new NetworkOptimizer(parts, options);
        for (int step = 0; step < int.Parse(expected.Metadata["steps"], CultureInfo.InvariantCulture); step++)
        {
            parts.Train(module);
            optimizer.ZeroGradients();
            loss.Of(module.call(expected.Tensors["input"]), expected.Tensors["target"]).backward();
            optimizer.Step(options.LearningRate);
        }
        foreach ((string key, Tensor value) in module.state_dict())
        {
            comparison.Add($"{kind}/{key}", value);
        }
    }

    /// <summary>The library's cross-entropy where the target is of labels, else the mean square.</summary>
    private static TrainingLoss LossOf(GoldenFile expected, TrainerOptions options)
    {
        Func<Tensor, Tensor, Tensor>? own = expected.Tensors["target"].dtype == ScalarType.Int64
            ? null
            : (result, target) => functional.mse_loss(result, target);
        return new TrainingLoss(options, own, ToyFaces.Noise(3, seed: 1), CPU);
    }
}
