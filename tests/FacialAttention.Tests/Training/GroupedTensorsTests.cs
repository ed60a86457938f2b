using FacialAttention.Tests.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Training;

/// <summary>What is done on a GPU to many tensors at once, here on the CPU.</summary>
public sealed class GroupedTensorsTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(1000)]
    public void ClipNorm_Gradients_IsThatOfPyTorch(double largest)
    {
        using var scope = NewDisposeScope();
        Parameter[] own = Weights(), expected = Weights();

        GroupedTensors.ClipNorm(own.Select(weight => weight.grad!), largest);
        nn.utils.clip_grad_norm_(expected, largest);

        foreach ((Parameter weight, Parameter other) in own.Zip(expected))
        {
            Numbers.ShouldBe(weight.grad!.view(-1), Numbers.ValuesOf(other.grad!), 1e-7);
        }

        Math.Sqrt(own.Sum(weight => Numbers.ValuesOf(weight.grad!).Sum(value => value * value)))
            .Should().BeApproximately(Math.Min(largest, Math.Sqrt(Weights().Sum(weight => Numbers.ValuesOf(weight.grad!).Sum(value => value * value)))), 1e-5);
    }

    [Fact]
    public void Average_Weights_KeepsTheShareAndTakesTheRest()
    {
        using var scope = NewDisposeScope();
        Tensor[] averages = [zeros(3), ones(2, 2)], weights = [tensor(new float[] { 1, 2, 3 }), zeros(2, 2)];

        GroupedTensors.Average(averages, weights, 0.75);

        Numbers.ShouldBe(averages[0], (double[])[0.25, 0.5, 0.75], 1e-7);
        Numbers.ShouldBe(averages[1].view(-1), (double[])[0.75, 0.75, 0.75, 0.75], 1e-7);
        Numbers.ValuesOf(weights[0]).Should().Equal(1, 2, 3);
    }

    [Fact]
    public void ClipNormAndAverage_ManyTimes_LeaveNoTensor()
    {
        using var scope = NewDisposeScope();
        Tensor[] averages = [zeros(3)], weights = [ones(3)];
        GroupedTensors.Average(averages, weights, 0.5); // The script is compiled.
        long live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        GroupedTensors.Average(averages, weights, 0.5);
        GroupedTensors.ClipNorm(averages, 0.1);

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
    }

    private static Parameter[] Weights()
    {
        Parameter[] weights = [new(linspace(-1, 1, 40)), new(linspace(2, 3, 12).view(3, 4)), new(zeros(5))];
        foreach (Parameter weight in weights)
        {
            weight.grad = linspace(-1, 2, weight.numel()).view(weight.shape);
        }

        return weights;
    }
}
