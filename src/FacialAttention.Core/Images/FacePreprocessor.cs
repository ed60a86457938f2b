using System.Buffers;

namespace FacialAttention;

/// <summary>
/// Turns an image into the network's input: crop, gray, resize, scale to [0, 1]. Training and recognition use this one object, and
/// equal images give equal values on every machine.
/// </summary>
/// <remarks>
/// Gray is (299 R + 587 G + 114 B) / 1000, rounded: the luma of ITU-R BT.601. The crop is resized to the full output, its aspect ratio is
/// not kept, by a separable triangle filter: bilinear interpolation when enlarging, and a weighted mean over all covered pixels
/// when reducing, so nothing aliases. Pixels outside the crop have no part in it, one that the crop's edge cuts has as much as is inside; where
/// the crop reaches beyond the image, the pixels at the image's edge continue. A turned crop is first read along its sides, bilinearly. An
/// image that has the output's size already keeps its values. Instances are immutable.
/// </remarks>
public sealed class FacePreprocessor : IEquatable<FacePreprocessor>
{
    private const int MaxSide = 4096;

    /// <summary>A preprocessor for one output size.</summary>
    /// <param name="size">The number of rows and columns it delivers, 1 to 4,096 each; null for 48x48.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is out of range.</exception>
    public FacePreprocessor(ImageSize? size = null)
    {
        Size = size ?? ImageSize.Default;
        if (Size is not { Height: >= 1 and <= MaxSide, Width: >= 1 and <= MaxSide })
        {
            throw new ArgumentOutOfRangeException(
                nameof(size), $"Got faces of {Size} pixels (height x width); expected 1 to {MaxSide} a side.");
        }
    }

    /// <summary>The number of rows and columns delivered.</summary>
    public ImageSize Size { get; }

    /// <summary>Crops, turns gray and resizes an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="crop">The part to use, which may reach beyond the image; null for all of it.</param>
    /// <returns>Height x width gray values of <see cref="Size"/>, row by row from the top.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The crop is empty, wholly outside the image, or not of finite numbers.</exception>
    public byte[] ToGray(FaceImage image, FaceBox? crop = null)
    {
        var result = new byte[Size.Pixels];
        WriteGray(image, crop, result);
        return result;
    }

    /// <summary>Crops, turns gray, resizes and scales an image: <see cref="ToGray"/> divided by 255.</summary>
    /// <param name="image">The image.</param>
    /// <param name="destination">Receives height x width values in [0, 1], row by row from the top.</param>
    /// <param name="crop">The part to use, which may reach beyond the image; null for all of it.</param>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The crop is empty, wholly outside the image, or not of finite numbers.</exception>
    /// <exception cref="ArgumentException">The destination is not exactly height x width long.</exception>
    public void Process(FaceImage image, Span<float> destination, FaceBox? crop = null)
    {
        if (destination.Length != Size.Pixels)
        {
            throw new ArgumentException(
                $"The destination holds {destination.Length} values; expected {Size.Pixels} for {Size} pixels (height x width).",
                nameof(destination));
        }

        byte[] gray = ArrayPool<byte>.Shared.Rent(destination.Length);
        WriteGray(image, crop, gray.AsSpan(0, destination.Length));
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = gray[i] / 255f;
        }

        ArrayPool<byte>.Shared.Return(gray);
    }

    /// <inheritdoc/>
    public bool Equals(FacePreprocessor? other) => other is not null && Size == other.Size;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FacePreprocessor);

    /// <inheritdoc/>
    public override int GetHashCode() => Size.GetHashCode();

    /// <summary>Recognisers do this for every face: all memory is borrowed.</summary>
    private void WriteGray(FaceImage image, FaceBox? crop, Span<byte> result)
    {
        ArgumentNullException.ThrowIfNull(image);
        FaceBox box = crop ?? FaceBox.Of(image.Size);
        if (box.FaultIn(image.Size) is { } fault)
        {
            throw new ArgumentOutOfRangeException(nameof(crop), fault);
        }

        var source = new GrayRows(image, box, Size);
        if (image.Size == Size && box == FaceBox.Of(Size))
        {
            for (int y = 0; y < Size.Height; y++)
            {
                source.Read(y, 0, result.Slice(y * Size.Width, Size.Width));
            }

            return;
        }

        double[] sums = ArrayPool<double>.Shared.Rent(result.Length);
        Resize(source, sums.AsSpan(0, result.Length));
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = (byte)Math.Clamp(sums[i] + 0.5, 0, 255);
        }

        ArrayPool<double>.Shared.Return(sums);
    }

    /// <summary>Rows of the source in turn: resized in width, and added to every output row that they reach.</summary>
    private void Resize(GrayRows source, Span<double> sums)
    {
        (int height, int width) = Size;
        using var columns = new ResizeTable(source.Box.X, source.Box.Width, source.Width, width);
        using var rows = new ResizeTable(source.Box.Y, source.Box.Height, source.Height, height);
        int left = columns.StartOf(0);
        int right = columns.EndOf(width - 1);
        byte[] grayRow = ArrayPool<byte>.Shared.Rent(right - left);
        double[] narrow = ArrayPool<double>.Shared.Rent(width);
        Span<byte> gray = grayRow.AsSpan(0, right - left);
        sums.Clear();
        int first = 0; // the first output row that the current source row can still reach
        for (int y = rows.StartOf(0); y < rows.EndOf(height - 1); y++)
        {
            source.Read(y, left, gray);
            for (int x = 0; x < width; x++)
            {
                ReadOnlySpan<double> weights = columns.WeightsOf(x);
                ReadOnlySpan<byte> values = gray.Slice(columns.StartOf(x) - left, weights.Length);
                double sum = 0;
                for (int k = 0; k < weights.Length; k++)
                {
                    sum += weights[k] * values[k];
                }

                narrow[x] = sum;
            }

            while (first < height && rows.EndOf(first) <= y)
            {
                first++;
            }

            for (int row = first; row < height && rows.StartOf(row) <= y; row++)
            {
                if (y < rows.EndOf(row))
                {
                    double weight = rows.WeightsOf(row)[y - rows.StartOf(row)];
                    for (int x = 0; x < width; x++)
                    {
                        sums[(row * width) + x] += weight * narrow[x];
                    }
                }
            }
        }

        ArrayPool<byte>.Shared.Return(grayRow);
        ArrayPool<double>.Shared.Return(narrow);
    }
}
