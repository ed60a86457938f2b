using TorchSharp;

namespace FacialAttention.Tests;

/// <summary>A fact that needs a CUDA device, and is skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CudaFactAttribute : FactAttribute
{
    public CudaFactAttribute()
    {
        if (!torch.cuda.is_available())
        {
            Skip = "No CUDA device, or a libtorch without CUDA: needs a GPU and -p:TorchBackend=cuda-linux or cuda-windows.";
        }
    }
}
