using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Networks;

public class BatchNormFoldingTests
{
    [Theory]
    [MemberData(nameof(Variants))]
    public void FoldBatchNorm_TrainedStatistics_GivesTheSameLogits(NetworkVariant variant)
    {
        using var scope = NewDisposeScope();
        using ExpressionNetwork network = Trained(variant, TinyNetwork.Options());
        Tensor images = Images();

        using ExpressionNetwork folded = network.FoldBatchNorm();

        network.eval();
        folded.call(images).allclose(network.call(images), rtol: 1e-5, atol: 1e-5).Should().BeTrue();
        folded.training.Should().BeFalse();
        folded.Options.BatchNorm.Should().BeFalse();
        folded.state_dict().Keys.Should().NotContain(key => key.Contains("norm", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void FoldBatchNorm_ShortcutsAndSqueezeExcitation_GivesTheSameLogits(NetworkVariant variant)
    {
        using var scope = NewDisposeScope();
        ExpressionNetworkOptions options = TinyNetwork.Options();
        options.BackboneStages = TinyNetwork.ResidualStages;
        using ExpressionNetwork network = Trained(variant, options);
        network.to(ScalarType.Float64);
        Tensor images = Images().to(ScalarType.Float64);

        using ExpressionNetwork folded = network.FoldBatchNorm();

        network.eval();
        folded.call(images).allclose(network.call(images), rtol: 1e-10, atol: 1e-10).Should().BeTrue();
        string[] keys = [.. folded.state_dict().Keys];
        keys.Should().NotContain(key => key.Contains("norm", StringComparison.Ordinal));
        keys.Should().Contain(["backbone.c3.conv3.bias", "backbone.c3.shortcut.conv.bias", "backbone.c3.squeeze_excitation.fc2.bias"]);
    }

    [Fact]
    public void FoldBatchNorm_Network_StaysAsItIs()
    {
        using var scope = NewDisposeScope();
        using ExpressionNetwork network = Trained(NetworkVariant.AcnnAlstm, TinyNetwork.Options());
        var before = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());

        using ExpressionNetwork folded = network.FoldBatchNorm();
        using (no_grad())
        {
            folded.parameters().First().add_(1);
        }

        network.training.Should().BeTrue();
        network.state_dict().Should().OnlyContain(entry => entry.Value.eq(before[entry.Key]).all().ToBoolean());
    }

    [Fact]
    public void FoldBatchNorm_NoBatchNorm_IsACopy()
    {
        using var scope = NewDisposeScope();
        ExpressionNetworkOptions options = TinyNetwork.Options();
        options.BatchNorm = false;
        using ExpressionNetwork network = Trained(NetworkVariant.AcnnAlstm, options);

        using ExpressionNetwork folded = network.FoldBatchNorm();

        Dictionary<string, Tensor> copies = folded.state_dict();
        network.state_dict().Should().OnlyContain(entry => copies[entry.Key].eq(entry.Value).all().ToBoolean());
    }

    [Fact]
    public void FoldBatchNorm_Float64_StaysFloat64AndIsExact()
    {
        using var scope = NewDisposeScope();
        using ExpressionNetwork network = Trained(NetworkVariant.AcnnAlstm, TinyNetwork.Options());
        network.to(ScalarType.Float64);
        network.eval();
        Tensor images = Images().to(ScalarType.Float64);

        using ExpressionNetwork folded = network.FoldBatchNorm();

        folded.call(images).allclose(network.call(images), rtol: 1e-12, atol: 1e-12).Should().BeTrue();
    }

    [Fact]
    public void FoldBatchNorm_Disposed_LeavesNoTensors()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        network.FoldBatchNorm().Dispose();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        network.FoldBatchNorm().Dispose();

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    public static TheoryData<NetworkVariant> Variants() => [.. Enum.GetValues<NetworkVariant>()];

    /// <summary>A network whose norms have statistics, factors and summands of their own.</summary>
    private static ExpressionNetwork Trained(NetworkVariant variant, ExpressionNetworkOptions options)
    {
        var network = new ExpressionNetwork(variant, options);
        using var noGrad = no_grad();
        for (int i = 0; i < 3; i++)
        {
            network.call(Images());
        }

        foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
        {
            if (name.Contains("norm", StringComparison.Ordinal))
            {
                parameter.add_(linspace(-2, 1, parameter.numel())); // Negative factors too.
            }
        }

        return network;
    }

    private static Tensor Images() => Numbers.RandomImages(3, ScalarType.Float32, 4, 1, TinyNetwork.Height, TinyNetwork.Width);
}
