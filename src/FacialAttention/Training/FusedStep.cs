using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// The steps of a TorchSharp optimizer, made by libtorch's own operation over all weights at once: TorchSharp makes several operations of it for
/// each of them, which is as many passes over the memory, and on a GPU as many launches. Options and state are the optimizer's. The operations
/// are none of TorchSharp's, hence the scripts.
/// </summary>
internal abstract class FusedStep(OptimizerHelper optimizer, string script) : IDisposable
{
    private readonly jit.CompilationUnit _script = jit.compile(script);

    /// <summary>
    /// Null for other optimizers and devices, and for weights that are no runs of numbers in memory, which the operation takes them for. SGD on
    /// the CPU is left to TorchSharp: the operation rounds otherwise.
    /// </summary>
    public static FusedStep? TryCreate(OptimizerHelper optimizer)
    {
        Parameter[] weights = [.. optimizer.parameters()];
        DeviceType[] devices = [.. weights.Select(weight => weight.device_type).Distinct()];
        if (!weights.All(weight => weight.is_contiguous()) || devices is not [DeviceType.CPU or DeviceType.CUDA])
        {
            return null;
        }

        return optimizer switch
        {
            Adam or AdamW => new FusedAdam(optimizer),
            SGD sgd when devices[0] == DeviceType.CUDA => new FusedSgd(sgd),
            _ => null,
        };
    }

    /// <summary>Steps the parameters that have a gradient.</summary>
    public void Step()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using IEnumerator<OptimizerState> states = optimizer.state_dict().State.GetEnumerator(); // In the order of the parameters.
        foreach (ParamGroup group in optimizer.ParamGroups)
        {
            var parts = new List<(Tensor Weight, Tensor Gradient, OptimizerState State)>();
            foreach (Parameter parameter in group.Parameters)
            {
                states.MoveNext();
                if (parameter.grad is { } gradient)
                {
                    parts.Add((parameter, gradient.contiguous(), states.Current));
                }
            }

            if (parts.Count > 0)
            {
                Step(group, [.. parts.Select(part => part.Weight)], [.. parts.Select(part => part.Gradient)], [.. parts.Select(part => part.State)]);
            }
        }
    }

    public void Dispose() => _script.Dispose();

    /// <summary>Steps the weights of a group.</summary>
    protected abstract void Step(ParamGroup group, Tensor[] weights, Tensor[] gradients, OptimizerState[] states);

    /// <summary>Calls the script's function <c>step</c> with lists of tensors, then numbers.</summary>
    protected void Invoke(Tensor[][] lists, params double[] numbers) => TorchScript.Invoke(_script, "step", lists, numbers);
}
