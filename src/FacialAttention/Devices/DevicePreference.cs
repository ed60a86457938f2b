namespace FacialAttention;

/// <summary>The device that is asked for; <see cref="DeviceSelector"/> turns it into one of this machine.</summary>
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
