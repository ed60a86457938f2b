using TorchSharp;

namespace FacialAttention;

/// <summary>The device that <see cref="DeviceSelector.Select"/> chose, and why.</summary>
public sealed class DeviceSelection
{
    internal DeviceSelection(torch.Device device, string reason)
    {
        Device = device;
        Reason = reason;
    }

    /// <summary>The device: <c>cpu</c>, <c>cuda:N</c> or <c>mps</c>.</summary>
    public torch.Device Device { get; }

    /// <summary>Why this device, in half a sentence: who asked for it, or what <see cref="DevicePreference.Auto"/> found.</summary>
    public string Reason { get; }

    /// <summary>The device and the reason, for a log line.</summary>
    public override string ToString() => $"{Device}: {Reason}";
}
