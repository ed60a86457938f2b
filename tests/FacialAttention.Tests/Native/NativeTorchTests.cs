using TorchSharp;

namespace FacialAttention.Tests.Native;

public sealed class NativeTorchTests
{
    [Fact]
    public void EnsureLoaded_ThenTorch_Works()
    {
        NativeTorch.EnsureLoaded();

        using torch.Tensor sum = torch.ones(2).sum();

        sum.item<float>().Should().Be(2);
        Directory.Exists(Path.Combine(AppContext.BaseDirectory, "cpu")).Should().BeFalse("TorchSharp must not get to copy libtorch");
    }

    [Fact]
    public void EnsureLoaded_FromManyThreads_IsHarmless() =>
        FluentActions.Invoking(() => Parallel.For(0, 50, _ => NativeTorch.EnsureLoaded())).Should().NotThrow();
}
