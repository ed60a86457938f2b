using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>The weights of a network under their keys, as numbers in row-major order; each is checked when it is read.</summary>
internal sealed class NetworkWeights(ExpressionNetwork network)
{
    private readonly Dictionary<string, Tensor> _weights = network.state_dict();

    /// <exception cref="ArgumentException">The weight is not Float32, or not finite.</exception>
    public float[] this[string key]
    {
        get
        {
            using var scope = NewDisposeScope();
            Tensor weight = _weights[key];
            if (weight.dtype != ScalarType.Float32)
            {
                throw new ArgumentException(
                    $"The weight '{key}' is of dtype {weight.dtype}; expected {ScalarType.Float32}.", nameof(network));
            }

            return FiniteNumbersOf(key, weight);
        }
    }

    /// <summary>
    /// What the batch norm behind a convolution, if there is one, multiplies each channel by, and then adds: [C'] each. Without it the
    /// convolution has a bias.
    /// </summary>
    /// <exception cref="ArgumentException">A number is not finite.</exception>
    public (float[] Factors, float[] Biases)? NormAfter(string convolution)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return BatchNormFolding.NormAfter(_weights, convolution) is not var (factors, biases) ? null
            : (FiniteNumbersOf(convolution, factors.to(ScalarType.Float32)), FiniteNumbersOf(convolution, biases.to(ScalarType.Float32)));
    }

    private float[] FiniteNumbersOf(string key, Tensor weight)
    {
        float[] values = weight.detach().cpu().contiguous().data<float>().ToArray();
        return Array.TrueForAll(values, float.IsFinite)
            ? values
            : throw new ArgumentException(
                $"The weight '{key}' holds a value that is not finite; expected finite numbers.", nameof(network));
    }
}
