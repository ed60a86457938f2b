using Microsoft.ML.OnnxRuntime;

namespace FacialAttention;

/// <summary>
/// The native library of ONNX Runtime cannot be loaded, most often because the application references no package that brings it.
/// </summary>
public sealed class NativeOnnxRuntimeException : InvalidOperationException
{
    private NativeOnnxRuntimeException(Exception cause)
        : base(
            "The native library of ONNX Runtime could not be loaded. Reference it in the application's project, in the version of "
            + "Microsoft.ML.OnnxRuntime.Managed that FacialAttention.Onnx asks for: Microsoft.ML.OnnxRuntime, or for GPUs "
            + $"Microsoft.ML.OnnxRuntime.Gpu. The loader said: {cause.Message}",
            cause)
    {
    }

    /// <summary>The first use of ONNX Runtime, in the one place where its failure is told.</summary>
    internal static SessionOptions CreateSessionOptions()
    {
        try
        {
            return new SessionOptions();
        }
        catch (TypeInitializationException exception)
        {
            throw new NativeOnnxRuntimeException(exception.GetBaseException());
        }
    }
}
