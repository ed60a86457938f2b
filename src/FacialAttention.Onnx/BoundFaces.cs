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
    private readonly OrtIoBinding _binding;

    public BoundFaces(InferenceSession session, int count, int height, int width, int classes)
    {
        (_imageSize, _classes) = (height * width, classes);
        _images = new float[count * _imageSize];
        _probabilities = new float[count * classes];
        _input = OrtValue.CreateTensorValueFromMemory(_images, [count, 1, height, width]); // pins the array
        _output = OrtValue.CreateTensorValueFromMemory(_probabilities, [count, classes]);
        _binding = session.CreateIoBinding();
        _binding.BindInput(OnnxNames.Images, _input);
        _binding.BindOutput(OnnxNames.Probabilities, _output);
    }

    public Span<float> InputOf(int face) => _images.AsSpan(face * _imageSize, _imageSize);

    public ReadOnlySpan<float> ProbabilitiesOf(int face) => _probabilities.AsSpan(face * _classes, _classes);

    public void Run(InferenceSession session, RunOptions options) => session.RunWithBinding(options, _binding);

    public void Dispose()
    {
        _binding.Dispose();
        _input.Dispose();
        _output.Dispose();
    }
}
