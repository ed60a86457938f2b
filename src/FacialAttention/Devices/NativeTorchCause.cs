namespace FacialAttention;

/// <summary>The causes of a <see cref="NativeTorchException"/>, under the numbers that its message and docs/troubleshooting.md give them.</summary>
internal enum NativeTorchCause
{
    Unknown = 0,
    NoBackendPackage = 1,
    OldStandardLibrary = 2,
    CudaWithoutCudaPackage = 3,
    WrongArchitecture = 4,
}
