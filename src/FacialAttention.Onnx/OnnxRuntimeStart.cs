using Microsoft.ML.OnnxRuntime;

namespace FacialAttention;

/// <summary>The first use of ONNX Runtime: without telemetry unless the application asks for it, and with a message that helps where it fails.</summary>
/// <remarks>
/// Left alone, ONNX Runtime 1.31.1 writes an identifier of the device and a database of events under the home folder when its environment
/// is created, and sends the events to its makers. It reads <c>ORT_DISABLE_TELEMETRY</c> then, once; its interface can stop events only
/// later.
/// </remarks>
internal static class OnnxRuntimeStart
{
    /// <summary>The switch of <see cref="AppContext"/> that leaves telemetry as ONNX Runtime has it.</summary>
    public const string TelemetrySwitch = "FacialAttention.Onnx.Telemetry";

    /// <summary>Options for a session.</summary>
    /// <exception cref="NativeOnnxRuntimeException">The native library cannot be loaded.</exception>
    public static SessionOptions CreateSessionOptions()
    {
        bool hasTelemetry = AppContext.TryGetSwitch(TelemetrySwitch, out bool isOn) && isOn;
        if (!hasTelemetry)
        {
            NativeEnvironment.Set("ORT_DISABLE_TELEMETRY", "1");
        }

        try
        {
            var options = new SessionOptions();
            if (!hasTelemetry)
            {
                OrtEnv.Instance().DisableTelemetryEvents();
            }

            return options;
        }
        catch (TypeInitializationException exception)
        {
            throw NativeOnnxRuntimeException.NotLoaded(exception.GetBaseException());
        }
    }
}
