using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// While one is open, the layers that its thread creates have weights on the meta device: shapes without memory, to be counted and not to
/// be run. As PyTorch's <c>with torch.device("meta")</c>; TorchSharp's default device is one for all threads.
/// </summary>
internal sealed class ShapesOnly : IDisposable
{
    [ThreadStatic] private static Device? _device;

    public ShapesOnly() => _device = new Device(DeviceType.META);

    /// <summary>Where a layer creates its weights; null is torch's default.</summary>
    public static Device? Device => _device;

    public void Dispose() => _device = null;
}
