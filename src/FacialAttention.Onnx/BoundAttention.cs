using Microsoft.ML.OnnxRuntime;

namespace FacialAttention;

/// <summary>Memory for what one attention layer sees of a number of faces, bound to a session.</summary>
internal sealed class BoundAttention : IDisposable
{
    private readonly string _layer;
    private readonly FeatureGrid _grid;
    private readonly float[] _weights;
    private readonly OrtValue _output;

    public BoundAttention(OrtIoBinding binding, string layer, int count, FeatureGrid grid)
    {
        (_layer, _grid) = (layer, grid);
        _weights = new float[count * grid.Places];
        _output = OrtValue.CreateTensorValueFromMemory(_weights, [count, grid.Places]);
        binding.BindOutput(layer, _output);
    }

    public AttentionMap MapOf(int face) =>
        new(_layer, _grid.Height, _grid.Width, _weights.AsSpan(face * _grid.Places, _grid.Places));

    public void Dispose() => _output.Dispose();
}
