using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>TorchSharp's optimizer of the kind asked for, over the trained parts of a network.</summary>
internal sealed class NetworkOptimizer : IDisposable
{
    private readonly (string Name, Parameter Parameter)[] _parameters; // In the order of the optimizer's states.
    private readonly double[] _factors; // One for each group of parameters.
    private readonly double? _maxGradientNorm;
    private readonly OptimizerHelper _optimizer;
    private readonly FusedStep? _fused; // Steps for the optimizer, if it can.

    public NetworkOptimizer(NetworkParts parts, TrainerOptions options)
    {
        var groups = parts.Trained.GroupBy(entry => (entry.Factor, Decay: entry.Decays ? options.WeightDecay : 0)).ToArray();
        _parameters = [.. groups.SelectMany(group => group).Select(entry => (entry.Name, entry.Parameter))];
        _factors = [.. groups.Select(group => group.Key.Factor)];
        _maxGradientNorm = options.MaxGradientNorm;
        double rate = options.LearningRate;
        // Set for each group: a group's own defaults, such as AdamW's decay of 0.01, go before the optimizer's.
        (Parameter[] Parameters, double Decay)[] decayed =
            [.. groups.Select(group => (group.Select(entry => entry.Parameter).ToArray(), group.Key.Decay))];
        _optimizer = options.Optimizer switch
        {
            OptimizerKind.AdamW => new AdamW(
                decayed.Select(group => new AdamW.ParamGroup(group.Parameters, rate, weight_decay: group.Decay))),
            OptimizerKind.SgdNesterov => new SGD(
                decayed.Select(group => new SGD.ParamGroup(
                    group.Parameters, rate, options.Momentum, weight_decay: group.Decay, nesterov: true)),
                rate),
            _ => new Adam(decayed.Select(group => new Adam.ParamGroup(group.Parameters, rate, weight_decay: group.Decay))),
        };
        _fused = FusedStep.TryCreate(_optimizer);
    }

    public void ZeroGradients() => _optimizer.zero_grad();

    /// <summary>Steps along the gradients, after clipping them if the options say so.</summary>
    public void Step(double learningRate)
    {
        if (_maxGradientNorm is { } norm)
        {
            Clip(norm);
        }

        foreach ((optim.ILearningRateController group, double factor) in _optimizer.ParamGroups.Zip(_factors))
        {
            group.LearningRate = learningRate * factor;
        }

        if (_fused is null)
        {
            _optimizer.step();
        }
        else
        {
            _fused.Step();
        }
    }

    /// <summary>What the optimizer remembers of each parameter; the tensors are the optimizer's own, but for the counts.</summary>
    public Dictionary<string, Tensor> State()
    {
        var state = new Dictionary<string, Tensor>();
        foreach ((string name, OptimizerState remembered) in _parameters.Select(entry => entry.Name).Zip(_optimizer.state_dict().State))
        {
            switch (remembered)
            {
                case Adam.State adam:
                    state.Add($"{name}.step", tensor(adam.step));
                    state.Add($"{name}.exp_avg", adam.exp_avg);
                    state.Add($"{name}.exp_avg_sq", adam.exp_avg_sq);
                    break;
                case AdamW.State adam:
                    state.Add($"{name}.step", tensor(adam.step));
                    state.Add($"{name}.exp_avg", adam.exp_avg);
                    state.Add($"{name}.exp_avg_sq", adam.exp_avg_sq);
                    break;
                case SGD.State { momentum_buffer: not null } sgd: // Before the first step there is none.
                    state.Add($"{name}.momentum_buffer", sgd.momentum_buffer);
                    break;
            }
        }

        return state;
    }

    /// <summary>What <see cref="State"/> holds after a step: names and shapes.</summary>
    public IEnumerable<(string Name, ScalarType Type, long[] Shape)> StateShapes()
    {
        bool isSgd = _optimizer is SGD;
        foreach ((string name, Parameter parameter) in _parameters)
        {
            if (isSgd)
            {
                yield return ($"{name}.momentum_buffer", parameter.dtype, parameter.shape);
                continue;
            }

            yield return ($"{name}.step", ScalarType.Int64, []);
            yield return ($"{name}.exp_avg", parameter.dtype, parameter.shape);
            yield return ($"{name}.exp_avg_sq", parameter.dtype, parameter.shape);
        }
    }

    /// <summary>Copies a <see cref="State"/> with the names of <see cref="StateShapes"/> into the optimizer.</summary>
    public void Restore(IReadOnlyDictionary<string, Tensor> state)
    {
        using var noGrad = no_grad();
        foreach ((string name, OptimizerState remembered) in _parameters.Select(entry => entry.Name).Zip(_optimizer.state_dict().State))
        {
            switch (remembered)
            {
                case Adam.State adam:
                    adam.step = state[$"{name}.step"].ToInt64();
                    adam.exp_avg.copy_(state[$"{name}.exp_avg"]);
                    adam.exp_avg_sq.copy_(state[$"{name}.exp_avg_sq"]);
                    break;
                case AdamW.State adam:
                    adam.step = state[$"{name}.step"].ToInt64();
                    adam.exp_avg.copy_(state[$"{name}.exp_avg"]);
                    adam.exp_avg_sq.copy_(state[$"{name}.exp_avg_sq"]);
                    break;
                case SGD.State sgd:
                    sgd.momentum_buffer?.Dispose();
                    sgd.momentum_buffer = state[$"{name}.momentum_buffer"].clone().DetachFromDisposeScope();
                    break;
            }
        }
    }

    public void Dispose()
    {
        _fused?.Dispose();
        _optimizer.Dispose();
    }

    private void Clip(double norm)
    {
        if (_parameters[0].Parameter.device_type != DeviceType.CUDA)
        {
            nn.utils.clip_grad_norm_(_parameters.Select(entry => entry.Parameter), norm);
            return;
        }

        using var scope = NewDisposeScope();
        GroupedTensors.ClipNorm(_parameters.Select(entry => entry.Parameter.grad).OfType<Tensor>(), norm);
    }
}
