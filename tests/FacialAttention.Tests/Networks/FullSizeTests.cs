using FacialAttention.Tests.Torch;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Networks;

/// <summary>Networks of related work in their authors' sizes, built and run once.</summary>
public sealed class FullSizeTests(ITestOutputHelper output)
{
    [FullSizeFact]
    public void Forward_PatchesOfFullSize_GivesLogits()
    {
        foreach (bool globalBranch in (bool[])[false, true])
        {
            PatchGatedCnnOptions options = PatchGatedCnnOptions.Full();
            options.GlobalBranch = globalBranch;
            using var network = new PatchGatedCnn(options);
            ShouldGiveLogits(network);
        }
    }

    [FullSizeFact]
    public void Forward_WholeFaceOfFullSize_GivesLogits()
    {
        FerAttNetworkOptions options = FerAttNetworkOptions.Full();
        options.EmbeddingSize = 32;
        using var network = new FerAttNetwork(options);
        ShouldGiveLogits(network);
    }

    private void ShouldGiveLogits(FaceNetwork network)
    {
        network.eval();
        NetworkDescription description = network.Describe();
        (int height, int width) = description.Preprocessing.Size;
        using var noGrad = no_grad();
        using Tensor images = Numbers.RandomImages(1, ScalarType.Float32, 1, 1, height, width);
        var start = System.Diagnostics.Stopwatch.StartNew();
        using Tensor logits = network.call(images);
        output.WriteLine(FormattableString.Invariant(
            $"{description.Variant}, {height}x{width}: {network.ParameterCount} weights, {network.MultiplyAdds} multiply-adds, {start.Elapsed.TotalSeconds:F2} s"));

        logits.shape.Should().Equal(1, 7);
        Numbers.ValuesOf(logits).Should().OnlyContain(value => double.IsFinite(value)).And.OnlyHaveUniqueItems();
    }
}
