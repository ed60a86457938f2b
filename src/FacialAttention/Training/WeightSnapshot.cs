using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>A copy of a network's parameters and buffers, on the network's device.</summary>
internal sealed class WeightSnapshot : IDisposable
{
    private readonly Dictionary<string, Tensor> _weights = [];

    /// <summary>The copies by the network's keys; empty until the first is taken.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights => _weights;

    /// <summary>Copies the network's weights as they are now, over an earlier copy.</summary>
    public void CopyFrom(Module network) => CopyFrom(network.state_dict());

    /// <summary>Copies these weights, over an earlier copy.</summary>
    public void CopyFrom(IReadOnlyDictionary<string, Tensor> weights)
    {
        using var noGrad = no_grad();
        foreach ((string key, Tensor weight) in weights)
        {
            if (_weights.TryGetValue(key, out Tensor? copy))
            {
                copy.copy_(weight);
            }
            else
            {
                _weights.Add(key, weight.clone().DetachFromDisposeScope());
            }
        }
    }

    /// <summary>Gives the network the weights of the last copy; nothing if none was taken.</summary>
    public void Restore(Module network)
    {
        if (_weights.Count == 0)
        {
            return;
        }

        using var noGrad = no_grad();
        foreach ((string key, Tensor weight) in network.state_dict())
        {
            weight.copy_(_weights[key]);
        }
    }

    public void Dispose()
    {
        foreach (Tensor weight in _weights.Values)
        {
            weight.Dispose();
        }
    }
}
