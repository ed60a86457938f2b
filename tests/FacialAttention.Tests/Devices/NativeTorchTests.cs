using TorchSharp;

namespace FacialAttention.Tests.Devices;

public sealed class NativeTorchTests
{
    [Fact]
    public void EnsureLoaded_ThenTorch_Works()
    {
        NativeTorch.EnsureLoaded();

        torch.manual_seed(1);
        using torch.Tensor sum = torch.ones(2).sum();

        sum.item<float>().Should().Be(2);
        Directory.Exists(Path.Combine(AppContext.BaseDirectory, "cpu")).Should().BeFalse("TorchSharp must not fall back to copying libtorch");
    }
}
