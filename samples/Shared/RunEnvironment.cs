using System.Globalization;
using System.Runtime.InteropServices;
using FacialAttention;
using TorchSharp;

namespace Samples;

/// <summary>What a run ran on, for results.json. Files of before the processor was written down lack it.</summary>
internal sealed record RunEnvironment(
    string Date,
    string FacialAttention,
    string TorchSharp,
    string Libtorch,
    string DotNet,
    string OperatingSystem,
    string Architecture,
    int Processors,
    int Threads,
    string Device,
    string? Processor = null)
{
    public static RunEnvironment Of(DeviceSelection device, int threads) => new(
        DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        typeof(ExpressionNetwork).Assembly.GetName().Version!.ToString(3),
        typeof(torch).Assembly.GetName().Version!.ToString(3),
        torch.__version__,
        Environment.Version.ToString(),
        RuntimeInformation.OSDescription,
        RuntimeInformation.OSArchitecture.ToString(),
        Environment.ProcessorCount,
        threads,
        device.Device.ToString(),
        ProcessorName.OfThisMachine());
}
