using System.Buffers;

namespace FacialAttention;

/// <summary>
/// For each output place along one side of a box in an image, the first pixel of the image it is a mean of and the weights from there on, which
/// sum to 1. Its memory is borrowed: dispose it once.
/// </summary>
/// <remarks>
/// Pixels outside the box have no part, those that the box cuts have a part of their weight; places of the box outside the image have
/// the pixel at the edge.
/// </remarks>
internal readonly struct ResizeTable : IDisposable
{
    private readonly int[] _starts;
    private readonly int[] _ends;
    private readonly double[] _weights;
    private readonly int _stride;

    /// <param name="start">Where the box begins, in pixels from the image's edge.</param>
    /// <param name="length">How long it is; more than 0.</param>
    /// <param name="pixels">The image's pixels along that side.</param>
    /// <param name="to">The output places.</param>
    public ResizeTable(double start, double length, int pixels, int to)
    {
        double origin = Math.Floor(start); // all below is reckoned from here, so that a crop is as an image of its own
        double begin = start - origin;
        double end = begin + length;
        double scale = length / to;
        double support = Math.Max(scale, 1); // half the foot of the triangle, in input pixels
        _stride = (int)Math.Min(pixels, (2 * Math.Ceiling(support)) + 2);
        _starts = ArrayPool<int>.Shared.Rent(to);
        _ends = ArrayPool<int>.Shared.Rent(to);
        _weights = ArrayPool<double>.Shared.Rent(to * _stride);
        for (int i = 0; i < to; i++)
        {
            double centre = begin + ((i + 0.5) * scale);
            int first = (int)Math.Floor(Math.Max(begin, centre - support));
            int beyond = (int)Math.Ceiling(Math.Min(end, centre + support));
            int low = Math.Clamp((int)origin + first, 0, pixels - 1);
            int high = Math.Clamp((int)origin + beyond, low + 1, pixels);
            Span<double> weights = _weights.AsSpan(i * _stride, high - low);
            weights.Clear();
            double sum = 0;
            for (int k = first; k < beyond; k++)
            {
                double part = Math.Min(k + 1, end) - Math.Max(k, begin); // of this pixel in the box
                double weight = Math.Max(0, 1 - (Math.Abs(k + 0.5 - centre) / support)) * part;
                weights[Math.Clamp((int)origin + k, low, high - 1) - low] += weight;
                sum += weight;
            }

            if (sum == 0) // a box too small to tell its ends apart
            {
                weights[0] = sum = 1;
            }

            for (int k = 0; k < weights.Length; k++)
            {
                weights[k] /= sum;
            }

            (_starts[i], _ends[i]) = (low, high);
        }
    }

    public int StartOf(int place) => _starts[place];

    /// <summary>One past the last pixel.</summary>
    public int EndOf(int place) => _ends[place];

    public ReadOnlySpan<double> WeightsOf(int place) => _weights.AsSpan(place * _stride, _ends[place] - _starts[place]);

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_starts);
        ArrayPool<int>.Shared.Return(_ends);
        ArrayPool<double>.Shared.Return(_weights);
    }
}
