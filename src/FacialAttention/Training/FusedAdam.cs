using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// The steps of a TorchSharp Adam or AdamW, made by libtorch's own operation, which passes once over the memory: TorchSharp makes eight
/// operations of it, each with a pass of its own, for each parameter. Options and state are the optimizer's. The operation is none of
/// TorchSharp's, hence the script.
/// </summary>
internal sealed class FusedAdam : IDisposable
{
    private readonly OptimizerHelper _optimizer;
    private readonly jit.CompilationUnit _script;

    private FusedAdam(OptimizerHelper optimizer)
    {
        _optimizer = optimizer;
        _script = jit.compile($"""
            def step(weights: List[Tensor], gradients: List[Tensor], means: List[Tensor], squares: List[Tensor], counts: List[Tensor],
                     rate: float, beta1: float, beta2: float, decay: float, epsilon: float):
                torch._fused_{(optimizer is AdamW ? "adamw" : "adam")}_(weights, gradients, means, squares, [], counts, lr=rate,
                    beta1=beta1, beta2=beta2, weight_decay=decay, eps=epsilon, amsgrad=False, maximize=False)
                return 0

            """);
    }

    /// <summary>
    /// Null for other optimizers and devices, and for weights that are no runs of numbers in memory, which the operation takes them for.
    /// </summary>
    public static FusedAdam? TryCreate(OptimizerHelper optimizer) => optimizer is Adam or AdamW
        && optimizer.parameters().All(parameter => parameter.device_type == DeviceType.CPU && parameter.is_contiguous())
        ? new FusedAdam(optimizer)
        : null;

    /// <summary>Steps the parameters that have a gradient.</summary>
    public void Step()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using IEnumerator<OptimizerState> states = _optimizer.state_dict().State.GetEnumerator(); // In the order of the parameters.
        foreach (ParamGroup group in _optimizer.ParamGroups)
        {
            var parts = new List<(Tensor Weight, Tensor Gradient, Tensor Mean, Tensor Square, Tensor Count)>();
            foreach (Parameter parameter in group.Parameters)
            {
                states.MoveNext();
                if (parameter.grad is { } gradient)
                {
                    (Tensor mean, Tensor square, long count) = Advance(states.Current);
                    parts.Add((parameter, gradient.contiguous(), mean, square, tensor((float)count)));
                }
            }

            if (parts.Count == 0)
            {
                continue;
            }

            // As scalars that live until the end of the call: those that TorchSharp makes of numbers may be collected during it.
            (double rate, double beta1, double beta2, double decay, double epsilon) = OptionsOf(group);
            Scalar[] scalars = [rate, beta1, beta2, decay, epsilon];
            _script.invoke(
                "step",
                parts.Select(part => part.Weight).ToArray(),
                parts.Select(part => part.Gradient).ToArray(),
                parts.Select(part => part.Mean).ToArray(),
                parts.Select(part => part.Square).ToArray(),
                parts.Select(part => part.Count).ToArray(),
                scalars[0],
                scalars[1],
                scalars[2],
                scalars[3],
                scalars[4]);
            Array.ForEach(scalars, scalar => scalar.Dispose());
        }
    }

    public void Dispose() => _script.Dispose();

    private static (Tensor Mean, Tensor Square, long Count) Advance(OptimizerState state)
    {
        if (state is Adam.State adam)
        {
            return (adam.exp_avg, adam.exp_avg_sq, ++adam.step);
        }

        var adamW = (AdamW.State)state;
        return (adamW.exp_avg, adamW.exp_avg_sq, ++adamW.step);
    }

    private static (double Rate, double Beta1, double Beta2, double Decay, double Epsilon) OptionsOf(ParamGroup group)
    {
        if (group.Options is Adam.Options adam)
        {
            return (adam.LearningRate!.Value, adam.beta1!.Value, adam.beta2!.Value, adam.weight_decay!.Value, adam.eps!.Value);
        }

        var adamW = (AdamW.Options)group.Options;
        return (adamW.LearningRate!.Value, adamW.beta1!.Value, adamW.beta2!.Value, adamW.weight_decay!.Value, adamW.eps!.Value);
    }
}
