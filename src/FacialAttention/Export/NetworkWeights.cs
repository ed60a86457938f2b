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

            float[] values = weight.detach().cpu().contiguous().data<float>().ToArray();
            return Array.TrueForAll(values, float.IsFinite)
                ? values
                : throw new ArgumentException(
                    $"The weight '{key}' holds a value that is not finite; expected finite numbers.", nameof(network));
        }
    }
}
