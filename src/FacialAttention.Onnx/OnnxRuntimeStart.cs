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

    /// <summary>Reads a model while ONNX Runtime starts on another thread.</summary>
    /// <param name="read">Reads it, on the caller's thread.</param>
    /// <param name="options">Options for a session.</param>
    /// <exception cref="NativeOnnxRuntimeException">The native library cannot be loaded.</exception>
    public static T ReadMeanwhile<T>(Func<T> read, out SessionOptions options)
    {
        Task<SessionOptions> start = Task.Factory.StartNew(
            CreateSessionOptions, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        T model;
        try
        {
            model = read();
        }
        catch
        {
            Task.WaitAny(start); // A process must not end, because the model is refused, while ONNX Runtime starts.
            if (start.IsCompletedSuccessfully)
            {
                start.Result.Dispose();
            }

            throw;
        }

        options = start.GetAwaiter().GetResult();
        return model;
    }

    /// <summary>A session of a model.</summary>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime does not take the model, or not with these options.</exception>
    public static InferenceSession CreateSession(byte[] model, SessionOptions options)
    {
        FreshMemory.ComeInLargePages();
        return new InferenceSession(model, options);
    }

    private static SessionOptions CreateSessionOptions()
    {
        FreshMemory.ComeInLargePages();
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
