using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Training;

public class FusedAdamTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_SeveralGroups_IsTorchSharpsOwnStep(bool isDecoupled)
    {
        using var scope = NewDisposeScope();
        Parameter[] own = Weights(), expected = Weights();
        OptimizerHelper optimizer = Optimizer(own, isDecoupled), reference = Optimizer(expected, isDecoupled);
        using FusedStep fused = FusedStep.TryCreate(optimizer)!;
        for (int step = 1; step <= 3; step++)
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
        optimizer.state_dict().State.Zip(reference.state_dict().State).Should().OnlyContain(pair => AreClose(pair.First, pair.Second));
        optimizer.Dispose();
        reference.Dispose();
    }

    [Fact]
    public void Step_ParameterWithoutGradient_StaysAndIsNotCounted()
    {
        using var scope = NewDisposeScope();
        Parameter[] weights = Weights();
        using OptimizerHelper optimizer = Optimizer(weights, isDecoupled: false);
        using FusedStep fused = FusedStep.TryCreate(optimizer)!;
        SetGradients(weights[1..], 1);

        fused.Step();

        weights[0].eq(Weights()[0]).all().ToBoolean().Should().BeTrue();
        weights[1].eq(Weights()[1]).all().ToBoolean().Should().BeFalse();
        optimizer.state_dict().State.Cast<Adam.State>().Select(state => state.step).Should().Equal(0, 1, 1);
    }

    [Fact]
    public void TryCreate_WhatItDoesNotStep_IsNull()
    {
        using var scope = NewDisposeScope();
        using var sgd = new SGD(Weights(), 0.1);
        using OptimizerHelper transposed = Optimizer([new Parameter(ones(2, 3).t())], isDecoupled: false);

        FusedStep.TryCreate(sgd).Should().BeNull();
        FusedStep.TryCreate(transposed).Should().BeNull();
    }

    private static Parameter[] Weights() =>
        [new(linspace(-1, 1, 40)), new(linspace(2, 3, 12).view(3, 4)), new(zeros(5))];

    private static OptimizerHelper Optimizer(Parameter[] weights, bool isDecoupled) => isDecoupled
        ? new AdamW([new AdamW.ParamGroup(weights[..1], 0.01, weight_decay: 0.1), new AdamW.ParamGroup(weights[1..], 0.1, weight_decay: 0)])
        : new Adam([new Adam.ParamGroup(weights[..1], 0.01, weight_decay: 0.1), new Adam.ParamGroup(weights[1..], 0.1, weight_decay: 0)]);

    private static void SetGradients(Parameter[] weights, int step)
    {
        foreach (Parameter weight in weights)
        {
            weight.grad = linspace(-step, 1, weight.numel()).view(weight.shape);
        }
    }

    private static bool AreClose(OptimizerState left, OptimizerState right) => (left, right) switch
    {
        (Adam.State first, Adam.State second) => first.ApproximatelyEquals(second),
        (AdamW.State first, AdamW.State second) => first.ApproximatelyEquals(second),
        _ => false,
    };
}
