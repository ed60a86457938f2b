using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// An exponential moving average of a network's parameters and floating-point buffers, on the network's device. Other buffers, for example
/// counts, are as in the network.
/// </summary>
internal sealed class WeightAverage(double decay) : IDisposable
{
    private readonly WeightSnapshot _average = new();

    /// <summary>The average as it is now, by the network's keys.</summary>
    public WeightSnapshot Snapshot => _average;

    /// <summary>Adds the weights of an iteration, counted from 1.</summary>
    public void Update(Module network, int iteration)
    {
        if (_average.Weights.Count == 0)
        {
            _average.CopyFrom(network);
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        // The first weights are random; with the full decay they would weigh for thousands of iterations.
        double keep = Math.Min(decay, (1.0 + iteration) / (10 + iteration));
        using Scalar kept = keep, added = 1 - keep;
        var together = new List<(Tensor Average, Tensor Weight)>();
        foreach ((string key, Tensor weight) in network.state_dict())
        {
            Tensor average = _average.Weights[key];
            if (!average.is_floating_point())
            {
                average.copy_(weight);
            }
            else if (average.device_type == DeviceType.CUDA)
            {
                together.Add((average, weight));
            }
            else
            {
                average.mul_(kept).add_(weight, alpha: added);
            }
        }

        if (together.Count > 0)
        {
            GroupedTensors.Average(together.Select(pair => pair.Average), together.Select(pair => pair.Weight), keep);
        }
    }

    /// <summary>Gives the network the average; disposing what is returned gives it back the weights that it had.</summary>
    public IDisposable LendTo(Module network)
    {
        var loan = new Loan(network);
        _average.Restore(network);
        return loan;
    }

    public void Dispose() => _average.Dispose();

    private sealed class Loan : IDisposable
    {
        private readonly Module _network;
        private readonly WeightSnapshot _own = new();

        public Loan(Module network)
        {
            _network = network;
            _own.CopyFrom(network);
        }

        public void Dispose()
        {
            _own.Restore(_network);
            _own.Dispose();
        }
    }
}
