using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FacialAttention;

/// <summary>
/// A part of a picture as the square that a network sees: red, green and blue one after the other, from -1 to 1, its shape kept, black beside it.
/// </summary>
/// <remarks>
/// It is shrunk by a triangle filter, as by <see cref="FacePreprocessor"/>, first down its columns, eight values at a time: of a large
/// picture this is most of the detector's time.
/// </remarks>
internal readonly struct SquareInput
{
    private const float Black = -1;

    private readonly FaceImage _image;
    private readonly PixelPart _part;
    private readonly int _side;

    // What the part is in the square.
    private readonly int _left;
    private readonly int _top;
    private readonly int _width;
    private readonly int _height;

    /// <param name="image">The picture.</param>
    /// <param name="part">What of it is seen; within it.</param>
    /// <param name="side">Of the square.</param>
    public SquareInput(FaceImage image, PixelPart part, int side)
    {
        (_image, _part, _side) = (image, part, side);
        double scale = (double)side / Math.Max(part.Width, part.Height);
        (_width, _height) = (Shrink(part.Width), Shrink(part.Height));
        (_left, _top) = ((side - _width) / 2, (side - _height) / 2);

        int Shrink(int length) => Math.Max(1, (int)Math.Round(length * scale));
    }

    /// <summary>Where a place of the square is in the picture; both in their own pixels.</summary>
    public Vector2 ToPicture(Vector2 place) => new(
        _part.X + ((place.X - _left) * _part.Width / _width),
        _part.Y + ((place.Y - _top) * _part.Height / _height));

    /// <summary>Writes the 3 x side x side values.</summary>
    public void Write(Span<float> values)
    {
        values.Fill(Black);
        int channels = _image.Channels;
        using var columns = new ResizeTable(_part.X, _part.Width, _image.Width, _width);
        using var rows = new ResizeTable(_part.Y, _part.Height, _image.Height, _height);
        float[] rented = ArrayPool<float>.Shared.Rent(_part.Width * channels);
        Span<float> row = rented.AsSpan(0, _part.Width * channels);
        ReadOnlySpan<byte> pixels = _image.Pixels.Span;
        int plane = _side * _side;
        for (int y = 0; y < _height; y++)
        {
            row.Clear();
            ReadOnlySpan<double> weights = rows.WeightsOf(y);
            for (int k = 0; k < weights.Length; k++)
            {
                int start = (((rows.StartOf(y) + k) * _image.Width) + _part.X) * channels;
                AddScaled(row, pixels.Slice(start, row.Length), (float)weights[k]);
            }

            WriteRow(row, columns, channels, values[(((_top + y) * _side) + _left)..], plane);
        }

        ArrayPool<float>.Shared.Return(rented);
    }

    private void WriteRow(ReadOnlySpan<float> row, ResizeTable columns, int channels, Span<float> values, int plane)
    {
        const float Scale = 2f / 255;
        for (int x = 0; x < _width; x++)
        {
            ReadOnlySpan<double> weights = columns.WeightsOf(x);
            ReadOnlySpan<float> part = row.Slice((columns.StartOf(x) - _part.X) * channels, weights.Length * channels);
            (float red, float green, float blue) = (0, 0, 0);
            if (channels == 1)
            {
                for (int k = 0; k < weights.Length; k++)
                {
                    red += (float)weights[k] * part[k];
                }

                (green, blue) = (red, red);
            }
            else
            {
                for (int k = 0; k < weights.Length; k++)
                {
                    float weight = (float)weights[k];
                    red += weight * part[3 * k];
                    green += weight * part[(3 * k) + 1];
                    blue += weight * part[(3 * k) + 2];
                }
            }

            values[x] = (red * Scale) + Black;
            values[plane + x] = (green * Scale) + Black;
            values[(2 * plane) + x] = (blue * Scale) + Black;
        }
    }

    /// <summary>Adds bytes times a weight to sums of the same number.</summary>
    private static void AddScaled(Span<float> sums, ReadOnlySpan<byte> bytes, float weight)
    {
        ref float sum = ref MemoryMarshal.GetReference(sums);
        ref byte source = ref MemoryMarshal.GetReference(bytes);
        int i = 0;
        for (; i <= sums.Length - Vector128<byte>.Count; i += Vector128<byte>.Count)
        {
            (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(Vector128.LoadUnsafe(ref source, (nuint)i));
            AddWords(ref sum, (nuint)i, low, weight);
            AddWords(ref sum, (nuint)(i + Vector128<ushort>.Count), high, weight);
        }

        for (; i < sums.Length; i++)
        {
            sums[i] += weight * bytes[i];
        }
    }

    private static void AddWords(ref float sum, nuint at, Vector128<ushort> words, float weight)
    {
        Vector256<float> values = Vector256.ConvertToSingle(Vector256.WidenLower(words.ToVector256Unsafe()).AsInt32());
        (Vector256.LoadUnsafe(ref sum, at) + (values * weight)).StoreUnsafe(ref sum, at);
    }
}
