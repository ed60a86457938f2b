using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Training;

public sealed class WeightSnapshotTests
{
    [Fact]
    public void Restore_AfterEveryWeightChanged_GivesParametersAndBuffersBack()
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        using var snapshot = new WeightSnapshot();
        byte[] expected = network.Weights();
        snapshot.CopyFrom(network);

        Change(network);
        network.Weights().Should().NotEqual(expected);
        snapshot.Restore(network);

        network.Weights().Should().Equal(expected);
        network.parameters().Should().OnlyContain(parameter => parameter.requires_grad);
    }

    [Fact]
    public void CopyFrom_Again_ReplacesTheFormerCopy()
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        using var snapshot = new WeightSnapshot();
        snapshot.CopyFrom(network);
        Change(network);
        byte[] expected = network.Weights();

        snapshot.CopyFrom(network);
        Change(network);
        snapshot.Restore(network);

        network.Weights().Should().Equal(expected);
    }

    [Fact]
    public void Restore_WithoutCopyFrom_ChangesNothing()
    {
        using var network = new TwoLayerNet();
        using var snapshot = new WeightSnapshot();
        byte[] expected = network.Weights();

        snapshot.Restore(network);

        network.Weights().Should().Equal(expected);
    }

    [Fact]
    public void Dispose_AfterManyCopies_LeavesNoTensorBehind()
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        int weights = network.state_dict().Count;
        long live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        using (var snapshot = new WeightSnapshot())
        {
            for (int i = 0; i < 3; i++)
            {
                using (NewDisposeScope())
                {
                    snapshot.CopyFrom(network);
                    snapshot.Restore(network);
                }

                (DisposeScopeManager.Statistics.ThreadTotalLiveCount - live).Should().Be(weights);
            }
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
    }

    [Fact]
    public void CopyFrom_OutsideAnyScope_LeavesNothingButTheCopies()
    {
        using var network = new TwoLayerNet(hasNormAndDropout: true);
        long live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        using (var snapshot = new WeightSnapshot())
        {
            snapshot.CopyFrom(network);
            snapshot.Restore(network);
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
    }

    private static void Change(TwoLayerNet network)
    {
        using var noGrad = no_grad();
        foreach (Tensor weight in network.state_dict().Values)
        {
            weight.add_(1);
        }
    }
}
