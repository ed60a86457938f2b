using System.Runtime.InteropServices;
using TorchSharp;

namespace FacialAttention;

/// <summary>What the loaded libtorch can run on.</summary>
/// <param name="HasCudaLibrary">Whether this libtorch was built with CUDA.</param>
/// <param name="CudaCount">The number of usable NVIDIA GPUs.</param>
/// <param name="HasMps">Whether this is an Apple silicon Mac.</param>
internal sealed record MachineDevices(bool HasCudaLibrary, int CudaCount, bool HasMps)
{
    /// <summary>Asks libtorch, which must be loaded. Questions about CUDA harm nothing where there is none.</summary>
    public static MachineDevices Probe() => new(
        NativeLibrary.TryLoad("torch_cuda", typeof(torch).Assembly, null, out _), // as TorchSharp's own start does
        torch.cuda.is_available() ? torch.cuda.device_count() : 0,
        torch.mps_is_available());
}
