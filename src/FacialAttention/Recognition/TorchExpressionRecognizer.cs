using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// Recognises expressions by a network on TorchSharp, on the device that the network is on. Applications that only recognise need no
/// libtorch: export the network and use the package <c>FacialAttention.Onnx</c>.
/// </summary>
public sealed class TorchExpressionRecognizer : IExpressionRecognizer
{
    /// <summary>Faces that run together at most. Larger batches are no faster, and take memory.</summary>
    private const int MaxBatch = 64;

    private readonly FaceNetwork _network;
    private readonly FacePreprocessor _preprocessor;
    private readonly bool _includeAttention;
    private readonly double _uncertainBelow;
    private readonly RunningCalls _calls;

    /// <summary>A recogniser on a network, which it puts into evaluation mode and owns: it disposes it.</summary>
    /// <param name="network">
    /// For example from <see cref="Checkpoint.Load{TNetwork}(string, Device?)"/>; Float32. Probabilities are calibrated as it says.
    /// </param>
    /// <param name="options">What predictions hold beside probabilities; null for the defaults. Copied.</param>
    /// <exception cref="ArgumentNullException"><paramref name="network"/> is null.</exception>
    /// <exception cref="ArgumentException">The options' coverage is out of range, or the network has no threshold for it.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public TorchExpressionRecognizer(FaceNetwork network, RecognitionOptions? options = null)
    {
        using RunningCalls.Call held = RequireModule.Hold(network, nameof(network));
        _uncertainBelow = network.Calibration.UncertainBelow(options);
        _network = network;
        _calls = new RunningCalls(this, network.Dispose);
        _network.eval();
        _includeAttention = options is { IncludeAttention: true };
        NetworkDescription description = network.Describe();
        Labels = description.Labels;
        _preprocessor = new FacePreprocessor(description.Preprocessing.Size);
    }

    /// <inheritdoc/>
    public ExpressionLabels Labels { get; }

    /// <summary>What the network says of itself: for example the crop of a face that it sees, over which its attention maps lie.</summary>
    public NetworkDescription Description => _network.Describe();

#pragma warning disable RS0026 // The overloads differ in their first, required parameter.
    /// <summary>A recogniser on the network of a checkpoint, which it owns.</summary>
    /// <param name="path">The .safetensors file.</param>
    /// <param name="options">What predictions hold beside probabilities; null for the defaults. Copied.</param>
    /// <param name="device">Where to run; null for the CPU.</param>
    /// <exception cref="ArgumentException">
    /// The path is null or empty; or the options' coverage is out of range, or the network has no threshold for it.
    /// </exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or no checkpoint; the message says which.</exception>
    public static TorchExpressionRecognizer Load(string path, RecognitionOptions? options = null, Device? device = null) =>
        Own(Checkpoint.Load<FaceNetwork>(path, device), options);

    /// <summary>A recogniser on the network of a checkpoint in a stream, for example of an embedded resource.</summary>
    /// <param name="checkpoint">The content of a .safetensors file, read to its end; it stays open.</param>
    /// <param name="options">As for the file.</param>
    /// <param name="device">As for the file.</param>
    /// <exception cref="ArgumentNullException"><paramref name="checkpoint"/> is null.</exception>
    /// <exception cref="ArgumentException">The options' coverage is out of range, or the network has no threshold for it.</exception>
    /// <exception cref="InvalidDataException">The content is damaged or no checkpoint; the message says which.</exception>
    public static TorchExpressionRecognizer Load(Stream checkpoint, RecognitionOptions? options = null, Device? device = null) =>
        Own(Checkpoint.Load<FaceNetwork>(checkpoint, device), options);
#pragma warning restore RS0026

    /// <summary>A recogniser on a network that comes with the package.</summary>
    /// <param name="network">Which.</param>
    /// <param name="options">What predictions hold beside probabilities; null for the defaults. Copied.</param>
    /// <param name="device">Where to run; null for the CPU.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network.</exception>
    /// <exception cref="ArgumentException">The options' coverage is out of range, or the network has no threshold for it.</exception>
    public static TorchExpressionRecognizer LoadPretrained(
        PretrainedNetwork network = PretrainedNetwork.CompactFerPlus, RecognitionOptions? options = null, Device? device = null)
    {
        using Stream checkpoint = PretrainedFile.Open(network, typeof(TorchExpressionRecognizer).Assembly, ".safetensors");
        return Load(checkpoint, options, device);
    }

    /// <inheritdoc/>
    public ExpressionPrediction Recognize(FaceImage image, FaceBox? crop = null)
    {
        using RunningCalls.Call call = _calls.Begin();
        using RunningCalls.Call held = RequireModule.Hold(_network, "network");
        var pixels = new float[_preprocessor.Size.Pixels];
        _preprocessor.Process(image, pixels, crop);
        return Recognize(pixels, count: 1)[0];
    }

    /// <inheritdoc/>
    public IReadOnlyList<ExpressionPrediction> Recognize(IReadOnlyList<FaceImage> faces)
    {
        using RunningCalls.Call call = _calls.Begin();
        using RunningCalls.Call held = RequireModule.Hold(_network, "network");
        return Recognize(new FaceRequests(faces));
    }

    /// <inheritdoc/>
    public IReadOnlyList<ExpressionPrediction> RecognizeAll(FaceImage image, IReadOnlyList<FaceBox> faces)
    {
        using RunningCalls.Call call = _calls.Begin();
        using RunningCalls.Call held = RequireModule.Hold(_network, "network");
        return Recognize(new FaceRequests(image, faces));
    }

    /// <summary>Disposes the network: now, or when the last call that is under way ends.</summary>
    public void Dispose() => _calls.Close();

    private static TorchExpressionRecognizer Own(FaceNetwork network, RecognitionOptions? options)
    {
        try
        {
            return new TorchExpressionRecognizer(network, options);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private List<ExpressionPrediction> Recognize(FaceRequests faces)
    {
        int size = _preprocessor.Size.Pixels;
        var predictions = new List<ExpressionPrediction>(faces.Count);
        while (predictions.Count < faces.Count)
        {
            int batch = Math.Min(faces.Count - predictions.Count, MaxBatch);
            var pixels = new float[batch * size];
            for (int i = 0; i < batch; i++)
            {
                (FaceImage image, FaceBox? box) = faces[predictions.Count + i];
                _preprocessor.Process(image, pixels.AsSpan(i * size, size), box);
            }

            predictions.AddRange(Recognize(pixels, batch));
        }

        return predictions;
    }

    private ExpressionPrediction[] Recognize(float[] pixels, int count)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor images = tensor(pixels, [count, 1, _preprocessor.Size.Height, _preprocessor.Size.Width], device: _network.FirstWeight.device);
        (Tensor logits, IReadOnlyList<LayerAttention> attention) = _includeAttention ? _network.Explain(images) : (_network.call(images), []);
        float[] probabilities = _network.Calibration.Probabilities(logits).cpu().data<float>().ToArray();
        float[][] weights = [.. attention.Select(layer => layer.Weights.cpu().data<float>().ToArray())];
        var predictions = new ExpressionPrediction[count];
        for (int i = 0; i < count; i++)
        {
            try
            {
                ReadOnlySpan<float> ofFace = probabilities.AsSpan(i * Labels.Count, Labels.Count);
                predictions[i] = new ExpressionPrediction(Labels, ofFace)
                {
                    IsUncertain = !ofFace.ContainsAnyInRange((float)_uncertainBelow, float.MaxValue),
                    Attention = [.. attention.Select((layer, index) => MapOf(layer, weights[index], i))],
                };
            }
            catch (ArgumentException exception)
            {
                throw ExpressionPrediction.NotComputed(exception);
            }
        }

        return predictions;

        static AttentionMap MapOf(LayerAttention layer, float[] weights, int face)
        {
            int places = layer.GridHeight * layer.GridWidth;
            return new AttentionMap(layer.Layer, layer.GridHeight, layer.GridWidth, weights.AsSpan(face * places, places));
        }
    }
}
