using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>The steps of a TorchSharp Adam or AdamW, of whose operations it would make eight for each parameter.</summary>
internal sealed class FusedAdam(OptimizerHelper optimizer) : FusedStep(optimizer, ScriptOf(optimizer))
{
    protected override void Step(ParamGroup group, Tensor[] weights, Tensor[] gradients, OptimizerState[] states)
    {
        (Tensor Mean, Tensor Square, long Count)[] advanced = [.. states.Select(Advance)];
        // Where the weights are: a GPU's operation reads them there. One tensor for all that are equal, which is all of them as a rule.
        var counts = advanced.Select(state => state.Count).Distinct()
            .ToDictionary(count => count, count => tensor((float)count).to(weights[0].device));
        (double rate, double beta1, double beta2, double decay, double epsilon) = OptionsOf(group);
        Invoke(
            [
                weights,
                gradients,
                [.. advanced.Select(state => state.Mean)],
                [.. advanced.Select(state => state.Square)],
                [.. advanced.Select(state => counts[state.Count])],
            ],
            rate,
            beta1,
            beta2,
            decay,
            epsilon);
    }

    private static string ScriptOf(OptimizerHelper optimizer) => $"""
        def step(weights: List[Tensor], gradients: List[Tensor], means: List[Tensor], squares: List[Tensor], counts: List[Tensor],
                 rate: float, beta1: float, beta2: float, decay: float, epsilon: float):
            torch._fused_{(optimizer is AdamW ? "adamw" : "adam")}_(weights, gradients, means, squares, [], counts, lr=rate,
                beta1=beta1, beta2=beta2, weight_decay=decay, eps=epsilon, amsgrad=False, maximize=False)
            return 0

        """;

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
