using Microsoft.ML.OnnxRuntime;

namespace FacialAttention;

/// <summary>Memory for what one attention layer sees of a number of faces, bound to a session.</summary>
internal sealed class BoundAttention : IDisposable
{
    private readonly string _layer;
    private readonly (int Height, int Width) _grid;
    private readonly float[] _weights;
    private readonly OrtValue _output;

    public BoundAttention(OrtIoBinding binding, string layer, int count, (int Height, int Width) grid)
    {
        (_layer, _grid) = (layer, grid);
        _weights = new float[count * grid.Height * grid.Width];
        _output = OrtValue.CreateTensorValueFromMemory(_weights, [count, grid.Height * grid.Width]);
        binding.BindOutput(layer, _output);
    }

    public AttentionMap MapOf(int face)
    {
        int places = _grid.Height * _grid.Width;
        return new AttentionMap(_layer, _grid.Height, _grid.Width, _weights.AsSpan(face * places, places));
    }

    public void Dispose() => _output.Dispose();
}
