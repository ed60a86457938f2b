using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>The steps of a TorchSharp SGD with Nesterov's momentum, of whose operations it would make five for each parameter.</summary>
internal sealed class FusedSgd(SGD optimizer) : FusedStep(optimizer, Script)
{
    private const string Script = """
        def step(weights: List[Tensor], gradients: List[Tensor], momenta: List[Tensor], rate: float, momentum: float, decay: float):
            torch._fused_sgd_(weights, gradients, momenta, weight_decay=decay, momentum=momentum, lr=rate, dampening=0.0, nesterov=True,
                maximize=False, is_first_step=False)
            return 0

        """;

    protected override void Step(ParamGroup group, Tensor[] weights, Tensor[] gradients, OptimizerState[] states)
    {
        var options = (SGD.Options)group.Options;
        Tensor[] momenta = [.. states.Cast<SGD.State>().Zip(weights, MomentumOf)];
        Invoke([weights, gradients, momenta], options.LearningRate!.Value, options.momentum!.Value, options.weight_decay!.Value);
    }

    /// <summary>Before the first step it is 0, from which a step with all of the gradient makes what TorchSharp begins with.</summary>
    private static Tensor MomentumOf(SGD.State state, Tensor weight) =>
        state.momentum_buffer ??= zeros_like(weight).DetachFromDisposeScope();
}
