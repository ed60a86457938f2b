using Microsoft.ML.OnnxRuntime;

namespace FacialAttention;

/// <summary>
/// The native library of ONNX Runtime cannot be loaded, most often because the application references no package that brings it, or it
/// lacks an execution provider that the session's options ask for.
/// </summary>
public sealed class NativeOnnxRuntimeException : InvalidOperationException
{
    private NativeOnnxRuntimeException(string message, Exception cause)
        : base(message, cause)
    {
    }

    /// <summary>The library itself is missing.</summary>
    internal static NativeOnnxRuntimeException NotLoaded(Exception cause) => new(
        "The native library of ONNX Runtime could not be loaded. Reference it in the application's project, in the version of "
        + "Microsoft.ML.OnnxRuntime.Managed that FacialAttention.Onnx asks for: Microsoft.ML.OnnxRuntime, or for GPUs "
        + $"Microsoft.ML.OnnxRuntime.Gpu. The loader said: {cause.Message}",
        cause);

    /// <summary>The library is there, without the execution provider.</summary>
    internal static NativeOnnxRuntimeException NoProvider(Exception cause) => new(
        "The native library of ONNX Runtime in this application has no such execution provider as the session's options ask for, or cannot "
        + "load it. Reference the package that brings it in place of Microsoft.ML.OnnxRuntime, in the same version: "
        + "Microsoft.ML.OnnxRuntime.Gpu for CUDA and TensorRT (with NVIDIA's CUDA and cuDNN installed), Microsoft.ML.OnnxRuntime.DirectML "
        + "for DirectML, Intel.ML.OnnxRuntime.OpenVino for OpenVINO, Microsoft.ML.OnnxRuntime.QNN for QNN; or leave the provider out to "
        + $"compute on the CPU. ONNX Runtime said: {cause.Message}",
        cause);

    /// <summary>Whether an exception of the options' configuration or of a session's creation is about an execution provider.</summary>
    internal static bool IsAboutProvider(Exception exception) => exception is EntryPointNotFoundException or DllNotFoundException
        || (exception is OnnxRuntimeException or NotSupportedException or ArgumentException
            && (exception.Message.Contains("execution provider", StringComparison.OrdinalIgnoreCase)
                || exception.Message.Contains("ExecutionProvider", StringComparison.OrdinalIgnoreCase)
                || exception.Message.Contains("onnxruntime_providers", StringComparison.Ordinal)));
}
