using System.Buffers;

namespace FacialAttention;

/// <summary>
/// Turns an image into the network's input: crop, gray, resize, scale to [0, 1]. Training and recognition use this one object, and
/// equal images give equal values on every machine.
/// </summary>
/// <remarks>
/// Gray is (299 R + 587 G + 114 B) / 1000, rounded: the luma of ITU-R BT.601. The crop is resized to the full output, its aspect ratio is
/// not kept, by a separable triangle filter: bilinear interpolation when enlarging, and a weighted mean over all covered pixels
/// when reducing, so nothing aliases. An image that has the output's size already keeps its values. Instances are immutable.
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
    /// <param name="crop">The part to use, within the image; null for all of it.</param>
    /// <returns>Height x width gray values of <see cref="Size"/>, row by row from the top.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The crop is empty or reaches beyond the image.</exception>
    public byte[] ToGray(FaceImage image, FaceBox? crop = null)
    {
        var result = new byte[Size.Pixels];
        WriteGray(image, crop, result);
        return result;
    }

    /// <summary>Crops, turns gray, resizes and scales an image: <see cref="ToGray"/> divided by 255.</summary>
    /// <param name="image">The image.</param>
    /// <param name="destination">Receives height x width values in [0, 1], row by row from the top.</param>
    /// <param name="crop">The part to use, within the image; null for all of it.</param>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The crop is empty or reaches beyond the image.</exception>
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
        FaceBox box = crop ?? new FaceBox(0, 0, image.Width, image.Height);
        if (box.X < 0 || box.Y < 0 || box.Width < 1 || box.Height < 1
            || box.X > image.Width - box.Width || box.Y > image.Height - box.Height)
        {
            throw new ArgumentOutOfRangeException(
                nameof(crop),
                FormattableString.Invariant($"Got a crop of {box.Width} x {box.Height} pixels at ({box.X}, {box.Y}); ") +
                FormattableString.Invariant($"expected one of at least 1 x 1 within the image of {image.Width} x {image.Height}."));
        }

        if (box.Width == Size.Width && box.Height == Size.Height)
        {
            for (int y = 0; y < box.Height; y++)
            {
                ReadGrayRow(image, box, y, result.Slice(y * box.Width, box.Width));
            }

            return;
        }

        double[] sums = ArrayPool<double>.Shared.Rent(result.Length);
        Resize(image, box, sums.AsSpan(0, result.Length));
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = (byte)Math.Clamp(sums[i] + 0.5, 0, 255);
        }

        ArrayPool<double>.Shared.Return(sums);
    }

    /// <summary>Rows of the crop in turn: gray, resized in width, and added to every output row that they reach.</summary>
    private void Resize(FaceImage image, FaceBox box, Span<double> sums)
    {
        (int height, int width) = Size;
        using var columns = new ResizeTable(box.Width, width);
        using var rows = new ResizeTable(box.Height, height);
        byte[] grayRow = ArrayPool<byte>.Shared.Rent(box.Width);
        double[] narrow = ArrayPool<double>.Shared.Rent(width);
        Span<byte> gray = grayRow.AsSpan(0, box.Width);
        sums.Clear();
        int first = 0; // the first output row that the current crop row can still reach
        for (int y = 0; y < box.Height; y++)
        {
            ReadGrayRow(image, box, y, gray);
            for (int x = 0; x < width; x++)
            {
                int start = columns.StartOf(x);
                ReadOnlySpan<double> weights = columns.WeightsOf(x);
                double sum = 0;
                for (int k = 0; k < weights.Length; k++)
                {
                    sum += weights[k] * gray[start + k];
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

    private static void ReadGrayRow(FaceImage image, FaceBox box, int y, Span<byte> gray)
    {
        ReadOnlySpan<byte> pixels = image.Pixels.Span.Slice(
            (((box.Y + y) * image.Width) + box.X) * image.Channels, box.Width * image.Channels);
        if (image.Channels == 1)
        {
            pixels.CopyTo(gray);
            return;
        }

        for (int x = 0; x < gray.Length; x++)
        {
            gray[x] = (byte)(((299 * pixels[3 * x]) + (587 * pixels[(3 * x) + 1]) + (114 * pixels[(3 * x) + 2]) + 500) / 1000);
        }
    }
}
