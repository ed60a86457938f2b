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
/// docs/evidence/equality.md for each layer and network.
/// </summary>
public sealed class ParityTests(ITestOutputHelper output)
{
    private const double OutputTolerance = 1e-5;
    private const double GradientTolerance = 1e-4;
    private const double DoubleTolerance = 1e-6; // goldens are single-precision numbers

    /// <summary>
    /// Batch norm cancels the scale of C1's weights, which in the paper's networks see one channel: but for the norm's epsilon their
    /// gradient is zero, in single precision it is rounding, and AdamW divides it by its own size. Compared in double precision only.
    /// </summary>
    private static readonly string[] LostInRounding =
    [
        "gradient/backbone.c1.conv.weight",
        "AdamW/backbone.c1.conv.weight",
        "AdamW/backbone.c1.norm.running_mean",
        "AdamW/backbone.c1.norm.running_var",
    ];

    private static readonly string[] Optimizers = Enum.GetNames<OptimizerKind>();

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
        bool isLostInRounding = expected.Tensors.ContainsKey("buffer/backbone.c1.norm.running_var");

        // A gate's norm takes away what the norm before it added where no ReLU cut: the gradient of such biases is rounding too.
        string[] ofGates = weights.Metadata.GetValueOrDefault("family") is nameof(PatchGatedCnn) or nameof(FerAttNetwork)
            ? [.. expected.Tensors.Keys.Where(key => key.StartsWith("Adam", StringComparison.Ordinal))]
            : [];
        Comparison single = Compare(weights, expected, ScalarType.Float32, isLostInRounding ? LostInRounding : ofGates);
        Comparison precise = Compare(weights, expected, ScalarType.Float64, []);

        output.WriteLine(
            $"| {name} | {single.Cell("output", "training_output")} | {single.Cell("attention/")} | {single.Cell("loss")} "
            + $"| {single.Cell("gradient/", "input_gradient")} | {single.Cell("buffer/")} "
            + string.Concat(Optimizers.Select(kind => $"| {single.Cell($"{kind}/")} ")) + $"| {precise.Cell("")} |");
        single.ShouldBeWithin(OutputTolerance, "output", "training_output", "attention/", "loss", "buffer/");
        single.ShouldBeWithin(GradientTolerance, "gradient/", "input_gradient");
        single.ShouldBeWithin(GradientTolerance, [.. Optimizers.Select(kind => $"{kind}/")]);
        precise.ShouldBeWithin(DoubleTolerance, "");
        if (isLostInRounding)
        {
            output.WriteLine($"| {name}, C1 | - | - | - | {single.Cell("ignored/grad")} | - | - | {single.Cell("ignored/AdamW")} | - | - |");
            double largest = expected.Tensors.Where(entry => entry.Key.StartsWith("gradient/", StringComparison.Ordinal))
                .Max(entry => Numbers.ValuesOf(entry.Value).Max(Math.Abs));
            Numbers.ValuesOf(expected.Tensors[LostInRounding[0]]).Max(Math.Abs).Should().BeLessThan(1e-3 * largest);
        }
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
            .. Optimizers.Select<string, Func<string, double[]>>(
                kind => key => Numbers.ValuesOf(expected[$"{kind}/{key}"])),
        ];

        foreach ((int left, int right) in new[] { (0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3) })
        {
            start.Keys.Max(key => Comparison.Error(results[left](key), results[right](key)))
                .Should().BeGreaterThan(20 * GradientTolerance, "{0} is not {1}", left, right);
        }
    }

    private static Comparison Compare(GoldenFile weights, GoldenFile expected, ScalarType precision, string[] ignored)
    {
        using var scope = NewDisposeScope();
        var comparison = new Comparison(expected.Tensors, precision, ["input", "target", "landmarks", .. ignored]);
        Tensor input = expected.Tensors["input"].to(precision);
        Tensor? landmarks = expected.Tensors.GetValueOrDefault("landmarks")?.to(precision);
        Tensor target = expected.Tensors["target"];
        target = target.dtype == ScalarType.Int64 ? target : target.to(precision);

        Evaluate(GoldenModule.Create(weights, precision), input, landmarks, comparison);
        ComputeGradients(GoldenModule.Create(weights, precision), input, landmarks, target, comparison);
        foreach (OptimizerKind kind in Enum.GetValues<OptimizerKind>())
        {
            Train(GoldenModule.Create(weights, precision), input, landmarks, target, kind, expected.Metadata, comparison);
        }

        comparison.ShouldBeComplete();
        return comparison;
    }

    private static void Evaluate(Module<Tensor, Tensor> module, Tensor input, Tensor? landmarks, Comparison comparison)
    {
        using Module<Tensor, Tensor> owned = module;
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

        comparison.Add("output", Call(module, input, landmarks));
        if (module is PatchGatedCnn patches)
        {
            comparison.Add("gates", patches.ComputeGates(input, landmarks).narrow(1, 0, 24));
        }
    }

    private static void ComputeGradients(
        Module<Tensor, Tensor> module, Tensor input, Tensor? landmarks, Tensor target, Comparison comparison)
    {
        using Module<Tensor, Tensor> owned = module;
        module.train();
        Tensor leaf = input.clone().requires_grad_();
        Tensor result = Call(module, leaf, landmarks);
        Tensor value = LossOf(result, target);
        value.backward();

        comparison.Add("training_output", result);
        comparison.Add("loss", value);
        comparison.Add("input_gradient", leaf.grad!);
        foreach ((string name, Parameter parameter) in module.named_parameters())
        {
            comparison.Add($"gradient/{name}", parameter.grad!);
        }

        foreach ((string name, Tensor buffer) in module.named_buffers())
        {
            comparison.Add($"buffer/{name}", buffer);
        }
    }

    private static void Train(
        Module<Tensor, Tensor> module,
        Tensor input,
        Tensor? landmarks,
        Tensor target,
        OptimizerKind kind,
        IReadOnlyDictionary<string, string> settings,
        Comparison comparison)
    {
        using Module<Tensor, Tensor> owned = module;
        var options = GoldenJson.Read<TrainerOptions>(settings[kind.ToString()]);
        options.Optimizer.Should().Be(kind);
        var parts = new NetworkParts(module, factors: null);
        using var optimizer = new NetworkOptimizer(parts, options);
        for (int step = 0; step < int.Parse(settings["steps"], CultureInfo.InvariantCulture); step++)
        {
            parts.Train(module);
            optimizer.ZeroGradients();
            LossOf(Call(module, input, landmarks), target).backward();
            optimizer.Step(options.LearningRate);
        }

        foreach ((string key, Tensor value) in module.state_dict())
        {
            comparison.Add($"{kind}/{key}", value);
        }
    }

    /// <summary>The layer's or network's answer, that of faces with landmarks where there are any.</summary>
    private static Tensor Call(Module<Tensor, Tensor> module, Tensor input, Tensor? landmarks) => landmarks is null
        ? module.call(input)
        : ((PatchGatedCnn)module).Logits(new FaceBatch(input, input) { Landmarks = landmarks, LandmarkScheme = LandmarkScheme.Points68 });

    /// <summary>The library's cross-entropy where the target is labels, else the mean square.</summary>
    private static Tensor LossOf(Tensor result, Tensor target) => target.dtype == ScalarType.Int64
        ? Classification.CrossEntropy(result, new FaceBatch(result, functional.one_hot(target, result.shape[1]).to(result.dtype)))
        : functional.mse_loss(result, target);
}
