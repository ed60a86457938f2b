using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>The weights of a network under their keys, as numbers in row-major order; each is checked when it is read.</summary>
internal sealed class NetworkWeights(FaceNetwork network)
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

    /// <summary>The weight of a key, or null if there is none.</summary>
    /// <exception cref="ArgumentException">The weight is not Float32, or not finite.</exception>
    public float[]? Find(string key) => _weights.ContainsKey(key) ? this[key] : null;

    /// <summary>What a batch norm multiplies each channel by, and then adds: [C] each.</summary>
    /// <exception cref="ArgumentException">A number is not finite.</exception>
    public (float[] Factors, float[] Biases) Norm(string key)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        (Tensor factors, Tensor biases) = BatchNormFolding.ScalingOf(_weights, $"{key}.");
        return Numbers(key, factors, biases);
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
            : Numbers(convolution, factors, biases);
    }

    private (float[] Factors, float[] Biases) Numbers(string key, Tensor factors, Tensor biases) =>
        (FiniteNumbersOf(key, factors.to(ScalarType.Float32)), FiniteNumbersOf(key, biases.to(ScalarType.Float32)));

    private float[] FiniteNumbersOf(string key, Tensor weight)
    {
        float[] values = weight.detach().cpu().contiguous().data<float>().ToArray();
        return Array.TrueForAll(values, float.IsFinite)
            ? values
            : throw new ArgumentException(
                $"The weight '{key}' holds a value that is not finite; expected finite numbers.", nameof(network));
    }
}
