using Microsoft.ML.OnnxRuntime;

namespace FacialAttention;

/// <summary>Memory for a number of faces and their probabilities, bound to a session: a run reads and writes it where it is.</summary>
internal sealed class BoundFaces : IDisposable
{
    private readonly int _imageSize;
    private readonly int _classes;
    private readonly float[] _images;
    private readonly float[] _probabilities;
    private readonly OrtValue _input;
    private readonly OrtValue _output;
    private readonly BoundAttention[] _attention;
    private readonly OrtIoBinding _binding;

    public BoundFaces(InferenceSession session, ModelDescription model, int count)
    {
        (ImageSize size, int classes) = (model.Size, model.Labels.Count);
        (_imageSize, _classes) = (size.Pixels, classes);
        _images = new float[count * _imageSize];
        _probabilities = new float[count * classes];
        _input = OrtValue.CreateTensorValueFromMemory(_images, [count, 1, size.Height, size.Width]); // pins the array
        _output = OrtValue.CreateTensorValueFromMemory(_probabilities, [count, classes]);
        _binding = session.CreateIoBinding();
        _binding.BindInput(OnnxNames.Images, _input);
        _binding.BindOutput(OnnxNames.Probabilities, _output);
        _attention = [.. model.Attention.Select(layer => new BoundAttention(_binding, layer, count, model.Grid))];
    }

    public Span<float> InputOf(int face) => _images.AsSpan(face * _imageSize, _imageSize);

    public ReadOnlySpan<float> ProbabilitiesOf(int face) => _probabilities.AsSpan(face * _classes, _classes);

    public AttentionMap[] AttentionOf(int face)
    {
        if (_attention.Length == 0)
        {
            return []; // and allocate nothing
        }

        var maps = new AttentionMap[_attention.Length];
        for (int i = 0; i < maps.Length; i++)
        {
            maps[i] = _attention[i].MapOf(face);
        }

        return maps;
    }

    public void Run(InferenceSession session, RunOptions options) => session.RunWithBinding(options, _binding);

    public void Dispose()
    {
        _binding.Dispose();
        _input.Dispose();
        _output.Dispose();
        Array.ForEach(_attention, layer => layer.Dispose());
    }
}
