using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>Learning from a teacher's probabilities beside the targets (Hinton, Vinyals and Dean, 2015, arXiv 1503.02531).</summary>
/// <param name="Share">How much of the loss the teacher is, above 0 and up to 1.</param>
/// <param name="Temperature">What teacher and student are softened by, above 0.</param>
internal sealed record Distillation(double Share, double Temperature)
{
    private const double SmallestSum = 1e-30; // Of a mixture of two faces of which neither counts.

    /// <summary>
    /// For each face, [N], T squared times the divergence KL(p || q): p is what the teacher says to the power 1 / T, scaled to a sum of 1, and q
    /// the softmax of the logits over T. The caller owns the result.
    /// </summary>
    /// <param name="logits">[N, K].</param>
    /// <param name="teacher">Probabilities, [N, K].</param>
    public Tensor Divergences(Tensor logits, Tensor teacher)
    {
        using var scope = NewDisposeScope();
        using Scalar inverse = 1 / Temperature, square = Temperature * Temperature, smallest = SmallestSum;
        Tensor powers = teacher.pow(inverse);
        Tensor softened = powers / powers.sum(1, keepdim: true).clamp_min(smallest);
        Tensor logarithms = (logits * inverse).log_softmax(1);
        Tensor terms = functional.kl_div(logarithms, softened, log_target: false, reduction: Reduction.None); // [N, K]
        return (terms.sum(1) * square).MoveToOuterDisposeScope();
    }
}
