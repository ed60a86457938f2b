using System.CommandLine;
using System.CommandLine.Parsing;
using FacialAttention;

namespace Samples;

/// <summary>Options of the commands that compute with torch.</summary>
internal static class TorchOptions
{
    public static Option<int> Threads() => CommonOptions.WholeNumber(
        "--threads", 1, 1024, "Threads that torch computes with.", _ => Environment.ProcessorCount);

    public static Option<(DevicePreference Preference, int? CudaIndex)?> Device() => new("--device")
    {
        Description = "auto, cpu, cuda, cuda:N or mps. [default: auto]",
        CustomParser = ParseDevice,
    };

    private static (DevicePreference Preference, int? CudaIndex)? ParseDevice(ArgumentResult result)
    {
        string text = CommonOptions.Text(result);
        if (!DeviceSelector.TryParse(text, out DevicePreference preference, out int? cudaIndex))
        {
            result.AddError($"--device: got '{text}', expected auto, cpu, cuda, cuda:N or mps.");
        }

        return (preference, cudaIndex);
    }
}
