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
    private const int MaximumSide = 4096;

    /// <summary>A preprocessor for one output size.</summary>
    /// <param name="width">The number of columns it delivers, 1 to 4,096.</param>
    /// <param name="height">The number of rows it delivers, 1 to 4,096.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is out of range.</exception>
    public FacePreprocessor(int width = 48, int height = 48)
    {
        Width = CheckSide(width, nameof(width));
        Height = CheckSide(height, nameof(height));
    }

    /// <summary>The number of columns delivered.</summary>
    public int Width { get; }

    /// <summary>The number of rows delivered.</summary>
    public int Height { get; }

    /// <summary>Crops, turns gray and resizes an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="crop">The part to use, within the image; null for all of it.</param>
    /// <returns><see cref="Height"/> x <see cref="Width"/> gray values, row by row from the top.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The crop is empty or reaches beyond the image.</exception>
    public byte[] ToGray(FaceImage image, FaceBox? crop = null)
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

        (int Start, double[] Weights)[] columns = ResizeWeights(box.Width, Width);
        (int Start, double[] Weights)[] rows = ResizeWeights(box.Height, Height);

        // Rows of the crop in turn: gray, resized in width, and added to every output row that they reach.
        var sums = new double[Height * Width];
        var gray = new byte[box.Width];
        var narrow = new double[Width];
        int first = 0; // the first output row that the current crop row can still reach
        for (int y = 0; y < box.Height; y++)
        {
            ReadGrayRow(image, box, y, gray);
            for (int x = 0; x < Width; x++)
            {
                (int start, double[] weights) = columns[x];
                double sum = 0;
                for (int k = 0; k < weights.Length; k++)
                {
                    sum += weights[k] * gray[start + k];
                }
                narrow[x] = sum;
            }
            while (first < Height && rows[first].Start + rows[first].Weights.Length <= y)
            {
                first++;
            }
            for (int row = first; row < Height && rows[row].Start <= y; row++)
            {
                int k = y - rows[row].Start;
                if (k < rows[row].Weights.Length)
                {
                    double weight = rows[row].Weights[k];
                    for (int x = 0; x < Width; x++)
                    {
                        sums[(row * Width) + x] += weight * narrow[x];
                    }
                }
            }
        }

        var result = new byte[Height * Width];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = (byte)Math.Clamp(sums[i] + 0.5, 0, 255);
        }
        return result;
    }

    /// <summary>Crops, turns gray, resizes and scales an image: <see cref="ToGray"/> divided by 255.</summary>
    /// <param name="image">The image.</param>
    /// <param name="destination">Receives <see cref="Height"/> x <see cref="Width"/> values in [0, 1], row by row from the top.</param>
    /// <param name="crop">The part to use, within the image; null for all of it.</param>
    /// <exception cref="ArgumentNullException"><paramref name="image"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The crop is empty or reaches beyond the image.</exception>
    /// <exception cref="ArgumentException">The destination is not exactly <see cref="Height"/> x <see cref="Width"/> long.</exception>
    public void Process(FaceImage image, Span<float> destination, FaceBox? crop = null)
    {
        if (destination.Length != Height * Width)
        {
            throw new ArgumentException(
                $"The destination holds {destination.Length} values; expected {Height * Width} for {Width} x {Height} pixels.",
                nameof(destination));
        }
        byte[] gray = ToGray(image, crop);
        for (int i = 0; i < gray.Length; i++)
        {
            destination[i] = gray[i] / 255f;
        }
    }

    /// <inheritdoc/>
    public bool Equals(FacePreprocessor? other) => other is not null && Width == other.Width && Height == other.Height;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FacePreprocessor);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Width, Height);

    private static int CheckSide(int side, string name) => side is >= 1 and <= MaximumSide
        ? side
        : throw new ArgumentOutOfRangeException(
            name, side, FormattableString.Invariant($"Got a {name} of {side} pixels; expected 1 to {MaximumSide}."));

    private static void ReadGrayRow(FaceImage image, FaceBox box, int y, byte[] gray)
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

    /// <summary>For each output place along one side, the first input place and the weights from there on, which sum to 1.</summary>
    private static (int Start, double[] Weights)[] ResizeWeights(int from, int to)
    {
        double scale = (double)from / to;
        double support = Math.Max(scale, 1); // half the foot of the triangle, in input pixels
        var result = new (int, double[])[to];
        for (int i = 0; i < to; i++)
        {
            double centre = (i + 0.5) * scale;
            int start = Math.Max(0, (int)Math.Floor(centre - support));
            int end = Math.Min(from, (int)Math.Ceiling(centre + support));
            var weights = new double[end - start];
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
            result[i] = (start, weights);
        }
        return result;
    }
}
