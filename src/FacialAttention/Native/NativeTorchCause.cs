namespace FacialAttention;

/// <summary>The causes of a <see cref="NativeTorchException"/>, numbered as in its message and in docs/troubleshooting.md.</summary>
internal enum NativeTorchCause
{
    Unknown = 0,
    NoBackendPackage = 1,
    OldStandardLibrary = 2,
    CudaWithoutCudaPackage = 3,
    WrongArchitecture = 4,
}
