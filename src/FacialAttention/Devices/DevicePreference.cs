namespace FacialAttention;

/// <summary>The device a network shall run on, as a wish; <see cref="DeviceSelector"/> turns it into a device of this machine.</summary>
public enum DevicePreference
{
    /// <summary>
    /// CUDA where it can be used, otherwise the CPU; the environment variable <c>FACIALATTENTION_DEVICE</c> replaces this value.
    /// </summary>
    Auto,

    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU; needs a libtorch with CUDA.</summary>
    Cuda,

    /// <summary>The GPU of an Apple silicon Mac; only ever taken on request.</summary>
    Mps,
}
