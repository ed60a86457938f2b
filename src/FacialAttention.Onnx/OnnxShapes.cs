using System.Diagnostics.CodeAnalysis;

namespace FacialAttention;

/// <summary>
/// The shapes of all values of a graph, foretold as far as the exporter writes such graphs, and with them the memory and the
/// work that a run takes: a few bytes of a hostile file can ask for any amount.
/// </summary>
internal sealed class OnnxShapes
{
    private const double LeastNumbers = 1 << 22, NumbersOfPixel = 1 << 10, MostNumbers = 1 << 29;
    private const long LargestWindow = 1 << 20;
    private const long Float = 1; // TensorProto.DataType
    private const double LeastWork = 1L << 33, WorkOfPixel = 1 << 20, MostWork = 1L << 38;

    private readonly Dictionary<string, long[]> _shapes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxTensor> _weights = new(StringComparer.Ordinal);
    private readonly double _pixels;
    private readonly double _faces;

    /// <summary>What weights in half precision add to the numbers: each is widened, and of a kernel also scaled.</summary>
    private double _widened;
    private double _numbers;
    private double _work;

    private OnnxShapes(ImageSize size, int faces)
    {
        (_pixels, _faces) = (size.Pixels, faces);
        _shapes.Add(OnnxNames.Images, [faces, 1, size.Height, size.Width]);
    }

    /// <summary>What a graph holds that the exporter never writes, as the rest of a sentence about the file; null for nothing.</summary>
    /// <param name="size">The size of a face, which the metadata tell and the graph's input is compared with.</param>
    /// <param name="weights">The graph's weights.</param>
    /// <param name="nodes">Its operators.</param>
    /// <remarks>A graph that fits one number of faces, and fails on another only when that comes, fits neither of two.</remarks>
    public static string? FindFault(ImageSize size, IReadOnlyList<OnnxTensor> weights, IReadOnlyList<OnnxNode> nodes) =>
        FindFault(size, faces: 2, weights, nodes) ?? FindFault(size, faces: 3, weights, nodes);

    private static string? FindFault(ImageSize size, int faces, IReadOnlyList<OnnxTensor> weights, IReadOnlyList<OnnxNode> nodes)
    {
        var shapes = new OnnxShapes(size, faces);
        foreach (OnnxTensor weight in weights)
        {
            if (CountOf(weight.Shape) > int.MaxValue || !shapes._weights.TryAdd(weight.Name, weight)
                || !shapes._shapes.TryAdd(weight.Name, weight.Shape))
            {
                return $"has the weights {Excerpt.Of(weight.Name)} twice, or more of them than a file holds";
            }

            shapes._widened += 2.0 * weight.HalfNumbers;
        }

        foreach (OnnxNode node in nodes)
        {
            if (shapes.Add(node) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    /// <summary>Takes in an operator's results.</summary>
    private string? Add(OnnxNode node)
    {
        string what = $"has the operator {node.Type} for {Excerpt.Of(node.Outputs.FirstOrDefault(""))}";
        var inputs = new List<long[]>();
        foreach (string name in node.Inputs)
        {
            if (!_shapes.TryGetValue(name, out long[]? shape))
            {
                return $"{what} on {Excerpt.Of(name)}, which nothing before it gives";
            }

            inputs.Add(shape);
        }

        long[]? result = OnnxOperators.Known[node.Type].IsSupersetOf(node.Numbers.Keys) ? ResultOf(node, inputs) : null;
        if (result is null || result.Length > OnnxNode.MaxRank || result.Any(side => side < 1))
        {
            return $"{what} on values of {string.Join(" and ", inputs.Select(shape => $"[{string.Join(", ", shape)}]"))}, or with attributes";
        }

        _numbers += CountOf(result) / _faces;
        if (_numbers > _widened + Math.Min(MostNumbers, LeastNumbers + (NumbersOfPixel * _pixels))
            || _work > Math.Min(MostWork, LeastWork + (WorkOfPixel * _pixels)))
        {
            return FormattableString.Invariant(
                $"asks for {_numbers:0.#E+0} numbers and {_work:0.#E+0} multiply-adds for a face of {_pixels} pixels");
        }

        // The exporter names the first result alone.
        return node.Outputs.Count == 1 && _shapes.TryAdd(node.Outputs[0], result) ? null : $"{what}, whose result has a name that is taken";
    }

    private long[]? ResultOf(OnnxNode node, List<long[]> inputs) => (node.Type, inputs) switch
    {
        ("Add" or "Sub" or "Mul" or "Div", [var x, var y]) => Broadcast(x, y),
        ("Cast", [var x]) when node.NumbersOf("to") is [Float] && _weights.GetValueOrDefault(node.Inputs[0]) is { HalfNumbers: > 0 } => x,
        ("Relu" or "Sigmoid" or "Tanh" or "Softmax", [var x]) => x,
        ("Conv", [var x, var kernel, ..]) => Convolve(node, x, kernel),
        ("Concat", [_, _, ..]) when node.NumbersOf("axis") is [1] => Join(inputs),
        ("MaxPool" or "AveragePool", [var x]) => Slide(node, x, node.NumbersOf("kernel_shape"), x.Length > 1 ? x[1] : 0),
        ("GlobalAveragePool", [[var faces, var channels, _, _] x]) => Works([faces, channels, 1, 1], CountOf(x)),
        ("Gemm", [[var rows, var inner], var weight, ..]) => Multiply([rows, inner], Turn(weight, node, "transB")),
        ("MatMul", [var x, var y]) => Multiply(x, y),
        ("LSTM", [var x, var weight, var recurrent, ..]) => Recur(x, weight, recurrent),
        ("Flatten", [var x]) when node.NumbersOf("axis", 1) is [1] && x.Length > 1 => [x[0], Product(x[1..])],
        ("Reshape", [var x, _]) => Reshape(x, IntegersOf(node, 1)),
        ("Transpose", [var x]) => Transpose(x, node.NumbersOf("perm")),
        ("Slice", [var x, _, _, _]) => Slice(x, IntegersOf(node, 1), IntegersOf(node, 2), IntegersOf(node, 3)),
        ("Squeeze", [var x, _]) => Without(x, IntegersOf(node, 1), onesOnly: true),
        ("Unsqueeze", [var x, _]) => WithOnes(x, IntegersOf(node, 1)),
        ("ReduceMean", [var x]) when node.NumbersOf("keepdims", 1) is [0] => Without(x, [.. node.NumbersOf("axes")], onesOnly: false),
        _ => null,
    };

    private long[]? IntegersOf(OnnxNode node, int input) => _weights.GetValueOrDefault(node.Inputs[input])?.Integers;

    private static long[]? Broadcast(long[] x, long[] y)
    {
        var result = new long[Math.Max(x.Length, y.Length)];
        for (int i = 1; i <= result.Length; i++)
        {
            (long a, long b) = (i <= x.Length ? x[^i] : 1, i <= y.Length ? y[^i] : 1);
            if (a != b && a != 1 && b != 1)
            {
                return null;
            }

            result[^i] = Math.Max(a, b);
        }

        return result;
    }

    private long[]? Convolve(OnnxNode node, long[] x, long[] kernel)
    {
        if (kernel.Length != 4 || x.Length != 4 || node.NumbersOf("group", 1) is not [>= 1 and var groups]
            || groups > kernel[0] || kernel[0] % groups != 0 || x[1] != kernel[1] * groups)
        {
            return null;
        }

        long[]? result = Slide(node, x, kernel[2..], kernel[0]);
        return Works(result, result is null ? 0 : CountOf(result) * CountOf(kernel[1..]));
    }

    /// <summary>Values of which only the channels differ, one behind the other.</summary>
    private static long[]? Join(List<long[]> parts)
    {
        long[] result = [.. parts[0]];
        foreach (long[] part in parts.Skip(1))
        {
            if (part.Length != result.Length || part.Length < 2 || part[0] != result[0] || !part.AsSpan(2).SequenceEqual(result.AsSpan(2)))
            {
                return null;
            }

            result[1] += part[1];
        }

        return result;
    }

    /// <summary>
    /// What a window that slides over the last two sides gives. Padding is at most half a window, in a convolution at least one, as the exporter writes it.
    /// </summary>
    private static long[]? Slide(OnnxNode node, long[] x, IReadOnlyList<long> window, long channels)
    {
        IReadOnlyList<long> pads = node.NumbersOf("pads", 0, 0, 0, 0), strides = node.NumbersOf("strides", 1, 1);
        if (x.Length != 4 || window.Count != 2 || pads.Count != 4 || strides.Count != 2)
        {
            return null;
        }

        long[] result = [x[0], channels, 0, 0];
        for (int i = 0; i < 2; i++)
        {
            long most = node.Type == "Conv" ? Math.Max(1, window[i] / 2) : window[i] / 2;
            bool isPadded = pads[i] >= 0 && pads[i] <= most && pads[i + 2] >= 0 && pads[i + 2] <= most;
            if (window[i] is < 1 or > LargestWindow || strides[i] < 1 || !isPadded || x[i + 2] + pads[i] + pads[i + 2] < window[i])
            {
                return null;
            }

            result[i + 2] = ((x[i + 2] + pads[i] + pads[i + 2] - window[i]) / strides[i]) + 1;
        }

        return result;
    }

    private static long[]? Turn(long[] matrix, OnnxNode node, string attribute) => (matrix, node.NumbersOf(attribute, 0)) switch
    {
        ([_, _], [0]) => matrix,
        ([var rows, var columns], [1]) => [columns, rows],
        _ => null,
    };

    private long[]? Multiply(long[]? x, long[]? y)
    {
        if (x is not [.. var left, var rows, var inner] || y is not [.. var right, var otherInner, var columns] || inner != otherInner
            || Broadcast(left, right) is not { } products)
        {
            return null;
        }

        long[] result = [.. products, rows, columns];
        return Works(result, CountOf(result) * inner);
    }

    private long[]? Recur(long[] x, long[] weight, long[] recurrent)
    {
        if (x is not [var steps, var faces, var size] || weight is not [var directions, var gates, var inputSize]
            || recurrent is not [var sameDirections, var sameGates, var hidden]
            || size != inputSize || directions != sameDirections || gates != sameGates || gates != 4 * hidden)
        {
            return null;
        }

        return Works([steps, directions, faces, hidden], CountOf([steps, faces, directions, gates]) * (size + (double)hidden));
    }

    private static long[]? Reshape(long[] x, long[]? shape)
    {
        if (shape is null || shape.Length > OnnxNode.MaxRank)
        {
            return null;
        }

        long[] result = [.. shape.Select((side, index) => side == 0 && index < x.Length ? x[index] : side)];
        return result.All(side => side > 0) && CountOf(result) == CountOf(x) ? result : null;
    }

    private static long[]? Transpose(long[] x, IReadOnlyList<long> order) =>
        order.Order().SequenceEqual(Enumerable.Range(0, x.Length).Select(i => (long)i)) ? [.. order.Select(index => x[index])] : null;

    private static long[]? Slice(long[] x, long[]? starts, long[]? ends, long[]? axes)
    {
        if (starts is null || ends is null || axes is null || starts.Length != axes.Length || ends.Length != axes.Length)
        {
            return null;
        }

        long[] result = [.. x];
        for (int i = 0; i < axes.Length; i++)
        {
            if (!IsAxis(axes[i], x.Length) || starts[i] < 0 || ends[i] <= starts[i] || ends[i] > x[axes[i]])
            {
                return null;
            }

            result[axes[i]] = ends[i] - starts[i];
        }

        return result;
    }

    private static long[]? Without(long[] x, long[]? axes, bool onesOnly) =>
        axes is [var axis] && IsAxis(axis, x.Length) && (!onesOnly || x[axis] == 1) ? [.. x[..(int)axis], .. x[((int)axis + 1)..]] : null;

    private static long[]? WithOnes(long[] x, long[]? axes) =>
        axes is [var axis] && IsAxis(axis, x.Length + 1) ? [.. x[..(int)axis], 1, .. x[(int)axis..]] : null;

    private static bool IsAxis(long axis, int rank) => axis >= 0 && axis < rank;

    [return: NotNullIfNotNull(nameof(result))]
    private long[]? Works(long[]? result, double multiplyAdds)
    {
        _work += multiplyAdds / _faces;
        return result;
    }

    private static long Product(long[] sides) => sides.Aggregate(1L, (product, side) => unchecked(product * side));

    private static double CountOf(long[] shape) => shape.Aggregate(1.0, (product, side) => product * side);
}
