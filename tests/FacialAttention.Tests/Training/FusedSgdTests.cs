using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Training;

/// <summary>The steps that SGD makes on a GPU, here on the CPU, where the operation is the same up to rounding.</summary>
public sealed class FusedSgdTests
{
    [Fact]
    public void Step_SeveralGroups_IsTorchSharpsOwnStepUpToRounding()
    {
        using var scope = NewDisposeScope();
        Parameter[] own = Weights(), expected = Weights();
        using SGD optimizer = Optimizer(own), reference = Optimizer(expected);
        using var fused = new FusedSgd(optimizer);
        for (int step = 1; step <= 4; step++)
        {
            SetGradients(own, step);
            SetGradients(expected, step);
            fused.Step();
            reference.step();
        }

        foreach ((Parameter weight, Parameter other) in own.Zip(expected))
        {
            weight.allclose(other, rtol: 1e-6, atol: 1e-7).Should().BeTrue();
        }

        own[0].allclose(Weights()[0], rtol: 1e-3, atol: 1e-3).Should().BeFalse();
        optimizer.state_dict().State.Zip(reference.state_dict().State).Should().OnlyContain(pair => pair.First.ApproximatelyEquals(pair.Second));
    }

    [Fact]
    public void Step_ParameterWithoutGradient_StaysAndRemembersNothing()
    {
        using var scope = NewDisposeScope();
        Parameter[] weights = Weights();
        using SGD optimizer = Optimizer(weights);
        using var fused = new FusedSgd(optimizer);
        SetGradients(weights[1..], 1);

        fused.Step();

        weights[0].eq(Weights()[0]).all().ToBoolean().Should().BeTrue();
        weights[1].eq(Weights()[1]).all().ToBoolean().Should().BeFalse();
        optimizer.state_dict().State.Cast<SGD.State>().Select(state => state.momentum_buffer is not null).Should().Equal(false, true, true);
    }

    [Fact]
    public void Step_InAScope_KeepsItsMemory()
    {
        Parameter[] weights = Weights();
        using SGD optimizer = Optimizer(weights);
        using var fused = new FusedSgd(optimizer);
        for (int step = 1; step <= 2; step++)
        {
            using var scope = NewDisposeScope();
            SetGradients(weights, step);
            fused.Step();
        }

        optimizer.state_dict().State.Cast<SGD.State>().Should().OnlyContain(state => !state.momentum_buffer.IsInvalid);
        Array.ForEach(weights, weight => weight.Dispose());
    }

    private static Parameter[] Weights() =>
        [new(linspace(-1, 1, 40)), new(linspace(2, 3, 12).view(3, 4)), new(zeros(5))];

    private static SGD Optimizer(Parameter[] weights) => new(
        [
            new SGD.ParamGroup(weights[..1], 0.01, 0.9, weight_decay: 0.1, nesterov: true),
            new SGD.ParamGroup(weights[1..], 0.1, 0.9, weight_decay: 0, nesterov: true),
        ],
        0.01);

    private static void SetGradients(Parameter[] weights, int step)
    {
        foreach (Parameter weight in weights)
        {
            weight.grad = linspace(-step, 1, weight.numel()).view(weight.shape);
        }
    }
}
