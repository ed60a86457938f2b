using System.Globalization;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace FacialAttention;

/// <summary>Chooses the device to run on.</summary>
public static class DeviceSelector
{
    private const string VariableName = "FACIALATTENTION_DEVICE";

    /// <summary>Chooses the device to run on and says why; loads libtorch if that has not happened yet.</summary>
    /// <param name="preference">
    /// The wish. <see cref="DevicePreference.Auto"/>, the default, takes CUDA where it can be used and the CPU otherwise, unless the
    /// environment variable <c>FACIALATTENTION_DEVICE</c> (<c>auto</c>, <c>cpu</c>, <c>cuda</c>, <c>cuda:N</c> or <c>mps</c>) names
    /// another. Every other value is an explicit wish: the variable does not touch it, and it is met or fails.
    /// </param>
    /// <param name="cudaIndex">Which GPU, counted from 0; only together with <see cref="DevicePreference.Cuda"/>. Default: GPU 0.</param>
    /// <param name="logger">Receives the choice and its reason; null for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The preference is no member of the enumeration, or the index is negative.</exception>
    /// <exception cref="ArgumentException">There is an index, but the preference is not CUDA.</exception>
    /// <exception cref="InvalidOperationException">The wish cannot be met on this machine, or the variable names no device.</exception>
    /// <exception cref="NativeTorchException">libtorch cannot be loaded, or CUDA was asked for and this libtorch has none.</exception>
    public static DeviceSelection Select(DevicePreference preference = DevicePreference.Auto, int? cudaIndex = null, ILogger? logger = null)
    {
        if (!Enum.IsDefined(preference))
        {
            throw new ArgumentOutOfRangeException(nameof(preference), preference, "Expected Auto, Cpu, Cuda or Mps.");
        }

        if (cudaIndex is int index)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index, nameof(cudaIndex));
            if (preference != DevicePreference.Cuda)
            {
                throw new ArgumentException($"Got CUDA index {index} with {preference}; an index needs Cuda.", nameof(cudaIndex));
            }
        }

        NativeTorch.EnsureLoaded();
        DeviceSelection selection = Choose(preference, cudaIndex, Environment.GetEnvironmentVariable(VariableName), MachineDevices.Probe());
        logger?.LogInformation("Device {Device}: {Reason}", selection.Device.ToString(), selection.Reason);
        return selection;
    }

    /// <summary>
    /// Reads a device from text as users write it: <c>auto</c>, <c>cpu</c>, <c>cuda</c>, <c>cuda:N</c> or <c>mps</c>, in upper or lower
    /// case.
    /// </summary>
    /// <param name="text">The text; spaces around it do not matter.</param>
    /// <param name="preference">The wish that the text names; <see cref="DevicePreference.Auto"/> where there is none.</param>
    /// <param name="cudaIndex">The N of <c>cuda:N</c> in decimal digits, otherwise null.</param>
    /// <returns>Whether the text names a device.</returns>
    public static bool TryParse(string? text, out DevicePreference preference, out int? cudaIndex)
    {
        const string indexed = "cuda:";
        cudaIndex = null;
        string name = text?.Trim().ToLowerInvariant() ?? "";
        if (name.StartsWith(indexed, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(indexed.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int index))
        {
            preference = DevicePreference.Cuda;
            cudaIndex = index;
            return true;
        }

        (bool isKnown, preference) = name switch
        {
            "auto" => (true, DevicePreference.Auto),
            "cpu" => (true, DevicePreference.Cpu),
            "cuda" => (true, DevicePreference.Cuda),
            "mps" => (true, DevicePreference.Mps),
            _ => (false, DevicePreference.Auto),
        };
        return isKnown;
    }

    /// <summary>The choice, for a given value of the environment variable on a given machine.</summary>
    internal static DeviceSelection Choose(DevicePreference preference, int? cudaIndex, string? variable, MachineDevices machine)
    {
        string origin = "as asked";
        if (preference == DevicePreference.Auto && !string.IsNullOrWhiteSpace(variable))
        {
            origin = $"as {VariableName}={variable} asks";
            if (!TryParse(variable, out preference, out cudaIndex))
            {
                throw new InvalidOperationException(
                    $"{VariableName} is '{variable}'; expected auto, cpu, cuda, cuda:N (for example cuda:0) or mps.");
            }
        }

        return preference switch
        {
            DevicePreference.Cpu => new DeviceSelection(new torch.Device(DeviceType.CPU), origin),
            DevicePreference.Cuda => SelectCuda(cudaIndex ?? 0, origin, machine),
            DevicePreference.Mps when machine.HasMps => new DeviceSelection(new torch.Device(DeviceType.MPS), origin),
            DevicePreference.Mps => throw new InvalidOperationException(
                $"MPS, {origin}, cannot be used: it needs macOS on Apple silicon, and this is {NativeFiles.RuntimeIdentifier}. "
                + "Choose auto, cpu or cuda."),
            _ => SelectAutomatically(machine),
        };
    }

    private static DeviceSelection SelectAutomatically(MachineDevices machine) => machine switch
    {
        { HasCudaLibrary: true, CudaCount: > 0 } => new DeviceSelection(
            new torch.Device(DeviceType.CUDA, 0),
            string.Create(CultureInfo.InvariantCulture, $"chosen by itself, the first of {machine.CudaCount} usable CUDA devices")),
        { HasCudaLibrary: true } => new DeviceSelection(
            new torch.Device(DeviceType.CPU), "chosen by itself, since libtorch finds no usable CUDA device"),
        _ => new DeviceSelection(new torch.Device(DeviceType.CPU), "chosen by itself, since this libtorch is one for the CPU"),
    };

    private static DeviceSelection SelectCuda(int index, string origin, MachineDevices machine)
    {
        if (!machine.HasCudaLibrary)
        {
            throw NativeTorchException.Create(
                NativeTorchCause.CudaWithoutCudaPackage,
                $"CUDA, {origin}, cannot be used: this libtorch is one for the CPU.",
                loaderText: null,
                [$"{NativeFiles.Name("torch_cuda")}: not loaded, and not found"]);
        }

        if (machine.CudaCount == 0)
        {
            throw new InvalidOperationException(
                $"CUDA, {origin}, cannot be used: libtorch finds no usable CUDA device. Check that nvidia-smi lists one, that its "
                + "driver is new enough for this libtorch, and that CUDA_VISIBLE_DEVICES does not hide it; or choose auto or cpu.");
        }

        if (index >= machine.CudaCount)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"CUDA device {index}, {origin}, cannot be used: libtorch finds {machine.CudaCount}, counted from 0."));
        }

        return new DeviceSelection(new torch.Device(DeviceType.CUDA, index), origin);
    }
}
