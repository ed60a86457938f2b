using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Export;

/// <summary>An exported network on ONNX Runtime itself, with one thread.</summary>
internal sealed class OnnxModel : IDisposable
{
    private readonly InferenceSession _session;

    public OnnxModel(byte[] file)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        _session = new InferenceSession(file, options);
    }

    public OnnxModel(FaceNetwork network, OnnxExportOptions? options = null)
        : this(BytesOf(network, options))
    {
    }

    public IReadOnlyList<string> Outputs => _session.OutputNames;

    public IReadOnlyDictionary<string, string> Metadata => _session.ModelMetadata.CustomMetadataMap;

    public static byte[] BytesOf(FaceNetwork network, OnnxExportOptions? options = null) =>
        OnnxExporter.CreateModel(network, options).ToByteArray();

    /// <summary>Images [N, 1, H, W] to every output, which the caller owns.</summary>
    public Dictionary<string, Tensor> Run(Tensor images, Tensor? landmarks = null)
    {
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(images.data<float>().ToArray(), images.shape);
        using OrtValue? points = landmarks is null
            ? null
            : OrtValue.CreateTensorValueFromMemory(landmarks.data<float>().ToArray(), landmarks.shape);
        var inputs = new Dictionary<string, OrtValue> { ["images"] = input };
        if (points is not null)
        {
            inputs.Add("landmarks", points);
        }

        using var runOptions = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(runOptions, inputs, _session.OutputNames);
        return _session.OutputNames.Zip(outputs).ToDictionary(
            pair => pair.First,
            pair => tensor(pair.Second.GetTensorDataAsSpan<float>().ToArray(), pair.Second.GetTensorTypeAndShape().Shape));
    }

    public void Dispose() => _session.Dispose();
}
