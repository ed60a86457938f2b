using System.Buffers;

namespace FacialAttention;

/// <summary>
/// For each output place along one side of an image, the first input place it is a mean of and the weights from there on, which sum to 1.
/// Its memory is borrowed: dispose it once.
/// </summary>
internal readonly struct ResizeTable : IDisposable
{
    private readonly int[] _starts;
    private readonly int[] _ends;
    private readonly double[] _weights;
    private readonly int _stride;

    public ResizeTable(int from, int to)
    {
        double scale = (double)from / to;
        double support = Math.Max(scale, 1); // half the foot of the triangle, in input pixels
        _stride = Math.Min(from, (2 * (int)Math.Ceiling(support)) + 1);
        _starts = ArrayPool<int>.Shared.Rent(to);
        _ends = ArrayPool<int>.Shared.Rent(to);
        _weights = ArrayPool<double>.Shared.Rent(to * _stride);
        for (int i = 0; i < to; i++)
        {
            double centre = (i + 0.5) * scale;
            int start = Math.Max(0, (int)Math.Floor(centre - support));
            int end = Math.Min(from, (int)Math.Ceiling(centre + support));
            Span<double> weights = _weights.AsSpan(i * _stride, end - start);
            double sum = 0;
            for (int k = 0; k < weights.Length; k++)
            {
                weights[k] = Math.Max(0, 1 - (Math.Abs(start + k + 0.5 - centre) / support));
                sum += weights[k];
            }

            for (int k = 0; k < weights.Length; k++)
            {
                weights[k] /= sum;
            }

            (_starts[i], _ends[i]) = (start, end);
        }
    }

    public int StartOf(int place) => _starts[place];

    /// <summary>One past the last input place.</summary>
    public int EndOf(int place) => _ends[place];

    public ReadOnlySpan<double> WeightsOf(int place) => _weights.AsSpan(place * _stride, _ends[place] - _starts[place]);

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_starts);
        ArrayPool<int>.Shared.Return(_ends);
        ArrayPool<double>.Shared.Return(_weights);
    }
}
