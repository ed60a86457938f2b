using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Torch;

/// <summary>What holds for every layer and network, each checked in one place.</summary>
internal static class LayerChecks
{
    /// <summary>The largest gradient entry of each parameter is at least 1e-4 of the largest gradient entry of the layer.</summary>
    public static void GradientReachesEveryParameter(Module<Tensor, Tensor> layer, Tensor input, Func<string, string>? layerOf = null)
    {
        using var scope = NewDisposeScope();
        ScalarLoss(layer, input).backward();
        var largest = new Dictionary<string, double>();
        foreach ((string name, Parameter parameter) in layer.named_parameters())
        {
            parameter.requires_grad.Should().BeTrue(name);
            largest.Add(name, LargestEntry(parameter.grad ?? throw new InvalidOperationException($"No gradient reached {name}.")));
        }

        largest.Should().NotBeEmpty();
        foreach (var group in largest.GroupBy(entry => layerOf?.Invoke(entry.Key) ?? ""))
        {
            double bound = 1e-4 * group.Max(entry => entry.Value);
            bound.Should().BePositive();
            group.Should().AllSatisfy(entry => entry.Value.Should().BeGreaterThanOrEqualTo(bound, entry.Key));
        }
    }

    /// <summary>
    /// In Float64, the gradients of every parameter and of the input agree with central differences at a handful of entries each, the
    /// largest among them: to 1e-6 of the gradient, or of 1e-3 of the layer's largest, below which the differences are rounding.
    /// </summary>
    public static void GradientsMatchFiniteDifferences(Module<Tensor, Tensor> layer, Tensor input)
    {
        const double Step = 1e-6;
        const double Tolerance = 1e-6;
        layer.to(ScalarType.Float64);
        using var scope = NewDisposeScope();
        Tensor leaf = input.to(ScalarType.Float64).clone().requires_grad_();
        ScalarLoss(layer, leaf).backward();
        (string Name, Tensor Variable, double[] Gradient)[] variables =
        [
            .. layer.named_parameters().Select(p => (p.name, (Tensor)p.parameter)).Append(("input", leaf))
                .Select(variable => (variable.Item1, variable.Item2, Numbers.ValuesOf(variable.Item2.grad!))),
        ];
        double floor = 1e-3 * variables.Max(variable => variable.Gradient.Max(Math.Abs));
        var random = new SeededRandom(7);
        foreach ((string name, Tensor variable, double[] gradient) in variables)
        {
            int largest = Array.IndexOf([.. gradient.Select(Math.Abs)], gradient.Max(Math.Abs));
            foreach (int index in Enumerable.Range(0, 5).Select(_ => random.NextInt32(gradient.Length)).Append(largest).Distinct())
            {
                double above = LossNear(layer, leaf, variable, index, Step);
                double below = LossNear(layer, leaf, variable, index, -Step);
                double difference = (above - below) / (2 * Step);
                double bound = Tolerance * Math.Max(Math.Abs(difference), floor);
                gradient[index].Should().BeApproximately(difference, bound, "entry {0} of {1}", index, name);
            }
        }
    }

    /// <summary>Another layer gives other output, and bit-equal output once it has the state dict of the first.</summary>
    public static void StateDictCarriesTheOutput(Module<Tensor, Tensor> layer, Module<Tensor, Tensor> other, Tensor input)
    {
        using var scope = NewDisposeScope();
        Numbers.Randomise(layer, 100);
        Numbers.Randomise(other, 900);
        layer.eval();
        other.eval();
        double[] expected = Numbers.ValuesOf(layer.call(input));
        Numbers.ValuesOf(other.call(input)).Should().NotEqual(expected);

        other.load_state_dict(layer.state_dict());

        Numbers.ValuesOf(other.call(input)).Should().Equal(expected);
    }

    /// <summary>The attention weights that a layer gives beside its features.</summary>
    public static Func<Tensor, Tensor> WeightsOf(Func<Tensor, (Tensor Features, Tensor Weights)> attend) => input =>
    {
        (Tensor features, Tensor weights) = attend(input);
        features.Dispose();
        return weights;
    };

    /// <summary>A hundred calls leave no tensor but their results, which are the caller's, inside a dispose scope and outside.</summary>
    public static void LeavesNoTensorBehind(Func<Tensor, Tensor> call, Tensor input)
    {
        call(input).Dispose();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 100; i++)
        {
            Tensor result = call(input);
            DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before + 1);
            result.IsInvalid.Should().BeFalse("the result outlives the layer's scope");
            result.Dispose();
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);

        using (NewDisposeScope())
        {
            for (int i = 0; i < 100; i++)
            {
                Numbers.ValuesOf(call(input)).Should().NotBeEmpty("the result lives as long as the caller's scope");
            }

            DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before + 100);
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    /// <summary>Weights outlive the dispose scopes that a layer is built and converted in, and go with the layer, all of them.</summary>
    public static void OwnsItsWeights(Func<Module<Tensor, Tensor>> create, Tensor input)
    {
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        create().Dispose();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before, "building leaves nothing but weights");

        Module<Tensor, Tensor> layer;
        using (NewDisposeScope())
        {
            layer = create();
        }

        using (layer)
        {
            ShouldBeAlive();
            using (NewDisposeScope())
            {
                layer.to(ScalarType.Float64);
                layer.to(input.dtype);
            }

            ShouldBeAlive();
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);

        void ShouldBeAlive()
        {
            layer.state_dict().Should().NotBeEmpty().And.AllSatisfy(entry => entry.Value.IsInvalid.Should().BeFalse(entry.Key));
            using Tensor output = layer.call(input);
            Numbers.ValuesOf(output).Should().NotBeEmpty().And.NotContain(double.NaN);
        }
    }

    /// <summary>The input keeps its numbers, in the call and when the caller then writes into the result.</summary>
    public static void LeavesItsInputAlone(Func<Tensor, Tensor> call, Tensor input)
    {
        double[] before = Numbers.ValuesOf(input);
        using var noGrad = no_grad();
        using Tensor result = call(input);
        Numbers.ValuesOf(input).Should().Equal(before);

        result.fill_(12345);
        Numbers.ValuesOf(input).Should().Equal(before);
    }

    /// <summary>A tensor of the given shape, as in "2, 3, 5", is refused in words that name it and what is expected.</summary>
    public static void RefusesShape(Func<Tensor, Tensor> call, string shape, string expected, string parameter)
    {
        using Tensor input = zeros([.. shape.Split(',').Select(long.Parse)]);
        FluentActions.Invoking(() => call(input)).Should().ThrowExactly<ArgumentException>()
            .WithParameterName(parameter).WithMessage($"{expected}; got [{shape}].*");
    }

    /// <summary>What a layer takes is refused in Float64, Byte, on another device, and as null.</summary>
    public static void RefusesOtherDtypeDeviceAndNull(Func<Tensor, Tensor> call, Tensor input, string layer, string parameter)
    {
        call(input).Dispose();
        foreach (ScalarType dtype in (ScalarType[])[ScalarType.Float64, ScalarType.Byte])
        {
            using Tensor converted = input.to(dtype);
            FluentActions.Invoking(() => call(converted)).Should().ThrowExactly<ArgumentException>()
                .WithParameterName(parameter).WithMessage($"{layer} expects {parameter} of dtype Float32, as its weights; got {dtype}.*");
        }

        using Tensor elsewhere = zeros(input.shape, device: META);
        FluentActions.Invoking(() => call(elsewhere)).Should().ThrowExactly<ArgumentException>()
            .WithParameterName(parameter).WithMessage($"{layer} expects {parameter} on device cpu, as its weights; got meta*");
        FluentActions.Invoking(() => call(null!)).Should().ThrowExactly<ArgumentNullException>().WithParameterName(parameter);
    }

    /// <summary>A sum of all outputs with fixed weights, so that no direction cancels.</summary>
    private static Tensor ScalarLoss(Module<Tensor, Tensor> layer, Tensor input)
    {
        Tensor output = layer.call(input);
        return (output * Numbers.Random(99, output.dtype, output.shape)).sum();
    }

    private static double LossNear(Module<Tensor, Tensor> layer, Tensor input, Tensor variable, int index, double step)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor entry = variable.view(-1)[index];
        Tensor value = entry.clone();
        entry.add_(step);
        double loss = ScalarLoss(layer, input).ToDouble();
        entry.copy_(value);
        return loss;
    }

    private static double LargestEntry(Tensor tensor) => Numbers.ValuesOf(tensor).Max(Math.Abs);
}
