using System.Runtime.CompilerServices;
using TorchSharp;

namespace FacialAttention.Tests;

internal static class AssemblySetup
{
    [ModuleInitializer]
    internal static void UseOneTorchThread()
    {
        NativeTorch.EnsureLoaded();
        torch.set_num_threads(1);
    }
}
