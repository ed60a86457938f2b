using System.Collections.Concurrent;
using System.Numerics;
using Microsoft.ML.OnnxRuntime;

namespace FacialAttention;

/// <summary>
/// Finds faces with BlazeFace, the networks of MediaPipe's face detection, on ONNX Runtime. They come with the package: nothing to download or to deploy
/// beside the application, which adds the native ONNX Runtime package of its choice. Safe for many threads at once.
/// </summary>
/// <remarks>
/// Source: Bazarevsky, Kartynnik, Vakunov, Raveendran, Grundmann, "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs", 2019,
/// arXiv:1907.05047; the files are those of the npm package @mediapipe/face_detection (Apache-2.0), converted when they are loaded.
/// A box reaches from the brows to the chin, and is not turned with the face: turn it by the eyes of <see cref="DetectedFace.Points"/>, for example with
/// <see cref="FaceFraming.Frame(FaceBox, Vector2, Vector2)"/>.
/// </remarks>
public sealed class BlazeFaceDetector : IFaceDetector
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly BlazeFaceModel _model;
    private readonly BlazeFaceOptions _options;
    private readonly RunningCalls _calls;
    private readonly ConcurrentQueue<BoundSquare> _idle = new();

    private BlazeFaceDetector(InferenceSession session, BlazeFaceModel model, BlazeFaceOptions options)
    {
        (_session, _model, _options) = (session, model, options);
        _calls = new RunningCalls(this, Free);
    }

    /// <summary>Which of the networks it is.</summary>
    public BlazeFaceRange Range => _model.Range;

    /// <summary>
    /// What to show a recogniser of a face that this detector found: a square 1.2 times as large as the box, about the same centre. Measured with the
    /// pretrained network on faces of FER2013, for both ranges: docs/photos.md.
    /// </summary>
    public FaceFraming Framing { get; } = new() { Scale = 1.2, IsSquare = true };

    /// <summary>Loads a network.</summary>
    /// <param name="range">For which pictures: photographs, or a camera before one face.</param>
    /// <param name="options">How it searches; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network.</exception>
    /// <exception cref="InvalidOperationException">
    /// The package was built from a clone on a machine without npm or a connection, and holds no network.
    /// </exception>
    /// <exception cref="NativeOnnxRuntimeException">The native library of ONNX Runtime cannot be loaded.</exception>
    public static BlazeFaceDetector Load(BlazeFaceRange range = BlazeFaceRange.Full, BlazeFaceOptions? options = null)
    {
        options ??= new BlazeFaceOptions();
        var model = BlazeFaceModel.Of(range);
        byte[] onnx = OnnxRuntimeStart.ReadMeanwhile(model.ToOnnx, out SessionOptions created);
        using SessionOptions sessionOptions = created;
        sessionOptions.IntraOpNumThreads = options.Threads;
        return new BlazeFaceDetector(OnnxRuntimeStart.CreateSession(onnx, sessionOptions), model, options);
    }

    /// <summary>
    /// Writes a network as an .onnx file, for runtimes other than this detector's, for example in a browser: samples/LivePage. An existing file is replaced
    /// only once the new one is on the disk.
    /// </summary>
    /// <remarks>
    /// The input is [1, 3, side, side], red, green and blue from -1 to 1 (side: 192 of the full range, 128 of the short one). The outputs are, for each of A
    /// anchors, 16 values [1, A, 16] (in pixels of the square, from the anchor's centre: centre x and y, width and height of a box, x and y of six points)
    /// and a score before its sigmoid [1, A, 1].
    /// </remarks>
    /// <param name="path">The file to write; its folder exists.</param>
    /// <param name="range">Which network.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network.</exception>
    /// <exception cref="InvalidOperationException">The package holds no network, as for <see cref="Load"/>.</exception>
    /// <exception cref="IOException">The file cannot be written; a former file is still there.</exception>
    public static void Export(string path, BlazeFaceRange range = BlazeFaceRange.Full)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] onnx = BlazeFaceModel.Of(range).ToOnnx();
        AtomicFile.Write(path, stream => stream.Write(onnx));
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The faces have <see cref="DetectedFace.Points"/>. Boxes and points may reach beyond the picture, where its edge cuts a face, but each box has a
    /// part in it. A face upside down is found less often.
    /// </remarks>
    public IReadOnlyList<DetectedFace> Detect(FaceImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        using RunningCalls.Call call = _calls.Begin();
        BoundSquare square = _idle.TryDequeue(out BoundSquare? idle) ? idle : new BoundSquare(_session, _model);
        var candidates = new List<FaceCandidate>();
        try
        {
            foreach (PixelPart part in PixelPart.Of(image.Size, _options.Tiles))
            {
                square.Search(_session, _runOptions, image, part, _options.LeastScore, candidates);
            }
        }
        finally
        {
            _idle.Enqueue(square);
        }

        return
        [
            .. FaceCandidate.Merge(candidates, _options.SameFaceOverlap)
                .Select(face => new DetectedFace(face.Box, face.Score, face.Points)),
        ];
    }

    /// <summary>Frees the session and its buffers: now, or when the last call that is under way ends.</summary>
    public void Dispose() => _calls.Close();

    private void Free()
    {
        while (_idle.TryDequeue(out BoundSquare? square))
        {
            square.Dispose();
        }

        _runOptions.Dispose();
        _session.Dispose();
    }
}
