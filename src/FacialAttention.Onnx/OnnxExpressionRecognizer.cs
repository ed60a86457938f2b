using System.Collections.Concurrent;
using System.Numerics;
using Microsoft.ML.OnnxRuntime;

namespace FacialAttention;

/// <summary>
/// Recognises expressions by a network that <c>OnnxExporter</c> of the package <c>FacialAttention</c> wrote. It runs on ONNX Runtime,
/// whose native package the application references: <c>Microsoft.ML.OnnxRuntime</c>, or one of its relatives for GPUs.
/// </summary>
/// <remarks>
/// One session serves all threads. Each call borrows input and output buffers that are bound to the session and go back when it ends, so
/// that a call allocates its predictions and nothing else once as many buffers exist as calls ever ran at the same time.
/// </remarks>
public sealed class OnnxExpressionRecognizer : IExpressionRecognizer
{
    /// <summary>Faces that run together at most. Larger batches are no faster on a CPU, and take memory.</summary>
    private const int MaxBatch = 64;

    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly ModelDescription _model;
    private readonly FacePreprocessor _preprocessor;
    private readonly RunningCalls _calls;
    private readonly double _uncertainBelow;

    /// <summary>Idle buffers; those at i are for 2^i faces.</summary>
    private readonly ConcurrentQueue<BoundFaces>[] _idle;

    private OnnxExpressionRecognizer(
        InferenceSession session, ModelDescription model, NetworkDescription description, double uncertainBelow)
    {
        (_session, _model, _uncertainBelow) = (session, model, uncertainBelow);
        _calls = new RunningCalls(this, Free);
        _preprocessor = new FacePreprocessor(model.Size);
        _idle = [.. Enumerable.Range(0, BitOperations.Log2(MaxBatch) + 1).Select(_ => new ConcurrentQueue<BoundFaces>())];
        (Labels, Description) = (model.Labels, description);
    }

    /// <inheritdoc/>
    public ExpressionLabels Labels { get; }

    /// <summary>What the network says of itself: for example the crop of a face that it sees, over which its attention maps lie.</summary>
    public NetworkDescription Description { get; }

#pragma warning disable RS0026 // The overloads differ in their first, required parameter.
    /// <summary>Loads an exported network from a file.</summary>
    /// <param name="path">The .onnx file, of less than 2 GiB; of a pipe, at most 512 MiB are read.</param>
    /// <param name="configureSession">
    /// Sets threads, execution providers and whatever else ONNX Runtime's options offer; null for its defaults, which use all cores.
    /// </param>
    /// <param name="options">What predictions hold beside probabilities; null for the defaults. Copied.</param>
    /// <exception cref="ArgumentException">The options' coverage is out of range, or the network has no threshold for it.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a folder or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, is no network that this library exported, is made for a newer ONNX Runtime, or does not compute
    /// probabilities; the message says which. Only operators that the exporter writes are run.
    /// </exception>
    /// <exception cref="NativeOnnxRuntimeException">
    /// The native library of ONNX Runtime cannot be loaded, or has no such execution provider as the session's options ask for.
    /// </exception>
    public static OnnxExpressionRecognizer Load(
        string path, Action<SessionOptions>? configureSession = null, RecognitionOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string source = $"'{path}'";
        byte[] model;
        using (FileStream file = OnnxContent.Open(path))
        {
            model = OnnxContent.Read(file, source);
        }

        return Create(model, source, configureSession, options);
    }

    /// <summary>Loads an exported network from a stream, for example of an embedded resource.</summary>
    /// <param name="model">
    /// The content of an .onnx file, read to its end, at most 512 MiB where a stream does not tell its length; it stays open.
    /// </param>
    /// <param name="configureSession">As for the file.</param>
    /// <param name="options">As for the file.</param>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is null.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="InvalidDataException">The content is damaged, or is no network that this library exported.</exception>
    /// <exception cref="NativeOnnxRuntimeException">The native library of ONNX Runtime cannot be loaded.</exception>
    public static OnnxExpressionRecognizer Load(
        Stream model, Action<SessionOptions>? configureSession = null, RecognitionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Create(OnnxContent.Read(model, "The model"), "The model", configureSession, options);
    }

    /// <summary>Loads an exported network from memory.</summary>
    /// <param name="model">The content of an .onnx file; not needed after the call.</param>
    /// <param name="configureSession">As for the file.</param>
    /// <param name="options">As for the file.</param>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is null.</exception>
    /// <exception cref="InvalidDataException">The content is damaged, or is no network that this library exported.</exception>
    /// <exception cref="NativeOnnxRuntimeException">The native library of ONNX Runtime cannot be loaded.</exception>
    public static OnnxExpressionRecognizer Load(
        byte[] model, Action<SessionOptions>? configureSession = null, RecognitionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Create(model, "The model", configureSession, options);
    }
#pragma warning restore RS0026

    /// <summary>Loads a network that comes with the package: nothing to train, to download or to deploy beside the application.</summary>
    /// <param name="network">Which.</param>
    /// <param name="configureSession">As for the file.</param>
    /// <param name="options">What predictions hold beside probabilities; null for the defaults. Copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network.</exception>
    /// <exception cref="ArgumentException">The options' coverage is out of range, or the network has no threshold for it.</exception>
    /// <exception cref="NativeOnnxRuntimeException">The native library of ONNX Runtime cannot be loaded.</exception>
    public static OnnxExpressionRecognizer LoadPretrained(
        PretrainedNetwork network = PretrainedNetwork.CompactFerPlus,
        Action<SessionOptions>? configureSession = null,
        RecognitionOptions? options = null)
    {
        using Stream model = PretrainedFile.Open(network, typeof(OnnxExpressionRecognizer).Assembly, ".onnx");
        return Load(model, configureSession, options);
    }

    /// <inheritdoc/>
    public ExpressionPrediction Recognize(FaceImage image, FaceBox? crop = null)
    {
        using RunningCalls.Call call = _calls.Begin();
        BoundFaces bound = Borrow(0);
        try
        {
            _preprocessor.Process(image, bound.InputOf(0), crop);
            bound.Run(_session, _runOptions);
            return PredictionOf(bound, 0);
        }
        finally
        {
            _idle[0].Enqueue(bound);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ExpressionPrediction> Recognize(IReadOnlyList<FaceImage> faces)
    {
        using RunningCalls.Call call = _calls.Begin();
        return Recognize(new FaceRequests(faces));
    }

    /// <inheritdoc/>
    public IReadOnlyList<ExpressionPrediction> RecognizeAll(FaceImage image, IReadOnlyList<FaceBox> faces)
    {
        using RunningCalls.Call call = _calls.Begin();
        return Recognize(new FaceRequests(image, faces));
    }

    /// <summary>Frees the session and its buffers: now, or when the last call that is under way ends.</summary>
    public void Dispose() => _calls.Close();

    private ExpressionPrediction[] Recognize(FaceRequests faces)
    {
        var predictions = new ExpressionPrediction[faces.Count];
        int done = 0;
        while (done < predictions.Length)
        {
            // The largest power of two that is left, so that a few sizes of buffers serve every number of faces.
            int log = BitOperations.Log2((uint)Math.Min(predictions.Length - done, MaxBatch));
            int batch = 1 << log;
            BoundFaces bound = Borrow(log);
            try
            {
                for (int i = 0; i < batch; i++)
                {
                    (FaceImage image, FaceBox? box) = faces[done + i];
                    _preprocessor.Process(image, bound.InputOf(i), box);
                }

                bound.Run(_session, _runOptions);
                for (int i = 0; i < batch; i++)
                {
                    predictions[done + i] = PredictionOf(bound, i);
                }
            }
            finally
            {
                _idle[log].Enqueue(bound);
            }

            done += batch;
        }

        return predictions;
    }

    private void Free()
    {
        foreach (ConcurrentQueue<BoundFaces> queue in _idle)
        {
            while (queue.TryDequeue(out BoundFaces? bound))
            {
                bound.Dispose();
            }
        }

        _runOptions.Dispose();
        _session.Dispose();
    }

    private static OnnxExpressionRecognizer Create(
        byte[] model, string source, Action<SessionOptions>? configureSession, RecognitionOptions? options)
    {
        (OnnxOutline outline, NetworkDescription description, double uncertainBelow) = OnnxRuntimeStart.ReadMeanwhile(
            () =>
            {
                (OnnxOutline outline, NetworkDescription description) = ReadOutline(model, source);
                return (outline, description, description.Calibration.UncertainBelow(options));
            },
            out SessionOptions created);
        using SessionOptions sessionOptions = created;
        InferenceSession session;
        try
        {
            configureSession?.Invoke(sessionOptions);
            session = OnnxRuntimeStart.CreateSession(model, sessionOptions);
        }
        catch (Exception exception) when (NativeOnnxRuntimeException.IsAboutProvider(exception))
        {
            throw NativeOnnxRuntimeException.NoProvider(exception);
        }
        catch (OnnxRuntimeException exception) when (outline.IsNewerThanExported)
        {
            throw new InvalidDataException(
                $"{source} was made for a newer ONNX Runtime than {OrtEnv.Instance().GetVersionString()}, which this application has: it is of "
                + $"IR version {outline.IntermediateRepresentation} and operator set {outline.OperatorSet}. Reference a newer "
                + $"Microsoft.ML.OnnxRuntime. ONNX Runtime said: {exception.Message}",
                exception);
        }
        catch (OnnxRuntimeException exception)
        {
            throw NotSound(model, source, $"ONNX Runtime said: {exception.Message}", exception);
        }

        IDisposable owner = session;
        try
        {
            var recognizer = new OnnxExpressionRecognizer(
                session, ModelDescription.Read(session, options is { IncludeAttention: true }, source), description, uncertainBelow);
            owner = recognizer;
            recognizer.RunOnTwoFaces();
            return recognizer;
        }
        catch (Exception exception)
        {
            owner.Dispose();
            if (exception is OnnxRuntimeException or ArgumentException || (exception is InvalidDataException && owner != session))
            {
                throw new InvalidDataException(
                    $"{source} describes itself as a network of FacialAttention, but does not run; expected one as it was exported. "
                    + exception.GetBaseException().Message,
                    exception);
            }

            throw;
        }
    }

    /// <summary>What the bytes show before ONNX Runtime reads them.</summary>
    private static (OnnxOutline Outline, NetworkDescription Description) ReadOutline(byte[] model, string source)
    {
        OnnxOutline outline;
        try
        {
            outline = OnnxOutline.Read(model);
        }
        catch (InvalidDataException exception)
        {
            throw NotSound(model, source, $"Reading it ended because {exception.Message}.", exception);
        }

        _ = DescriptionFormat.ReadVersion(outline.Metadata, source);
        CheckForeign(outline.Foreign);
        var description = NetworkDescription.Read(outline.Metadata, source);
        CheckForeign(outline.FindForeignShape(description.Preprocessing.Size));
        return outline.FindContradiction(description) is { } contradiction
            ? throw new InvalidDataException($"{source} {contradiction}; expected a model as it was exported.")
            : (outline, description);

        void CheckForeign(string? foreign)
        {
            if (foreign is not null)
            {
                throw new InvalidDataException(
                    $"{source} {foreign}, which FacialAttention never writes and does not run; expected a model as it was exported.");
            }
        }
    }

    private static InvalidDataException NotSound(byte[] model, string source, string reason, Exception cause) => new(
        OnnxContent.NameOf(model) is string kind
            ? $"{source} is {kind}; expected an ONNX model that FacialAttention exported."
            : $"{source} is not a sound ONNX model of {model.Length} bytes; expected one that FacialAttention exported. {reason}",
        cause);

    /// <summary>Recognises a black face and a pattern: some damage shows only when a graph computes.</summary>
    private void RunOnTwoFaces()
    {
        var pixels = new byte[_preprocessor.Size.Pixels];
        Recognize(FaceImage.FromGray(pixels, _preprocessor.Size));
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(i * 97);
        }

        Recognize(FaceImage.FromGray(pixels, _preprocessor.Size));
    }

    private ExpressionPrediction PredictionOf(BoundFaces bound, int face)
    {
        try
        {
            ReadOnlySpan<float> probabilities = bound.ProbabilitiesOf(face);
            return new ExpressionPrediction(Labels, probabilities)
            {
                Attention = bound.AttentionOf(face),
                IsUncertain = !probabilities.ContainsAnyInRange((float)_uncertainBelow, float.MaxValue),
            };
        }
        catch (ArgumentException exception)
        {
            throw ExpressionPrediction.NotComputed(exception);
        }
    }

    private BoundFaces Borrow(int log) => _idle[log].TryDequeue(out BoundFaces? bound)
        ? bound
        : new BoundFaces(_session, _model, 1 << log);
}
