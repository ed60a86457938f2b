using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// How far embeddings are from one Gaussian a class (Marrero Fernandez et al. 2019): each class of a batch has its mean there; a face belongs to it as
/// far as exp(-|z - mean|^2 / 2 s^2) says, scaled to a sum of 1 over the classes of the batch; the loss is the mean square of that less the target.
/// </summary>
public sealed class GaussianStructureLoss
{
    private const double SmallestDeviation = 1e-3;

    /// <summary>s, the deviation of all Gaussians: 0.001 to 1000, default 0.5, the authors'.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double Deviation { get; init => field = Require.InRange(value, SmallestDeviation, 1000, nameof(Deviation)); } = 0.5;

    /// <summary>The loss of each face, from which gradients flow back to the embeddings.</summary>
    /// <param name="embeddings">Vectors [N, E].</param>
    /// <param name="targets">[N, K], rows that sum to 1; where a face is of several classes, it counts for the mean of each by its share.</param>
    /// <param name="weights">How much each face counts for the means, [N]; null for 1.</param>
    /// <returns>[N], each from 0 to 1; the caller owns it. Classes that no face of the batch has play no part.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    /// <exception cref="ObjectDisposedException">A tensor was disposed.</exception>
    public Tensor Of(Tensor embeddings, Tensor targets, Tensor? weights = null)
    {
        RequireTensor.NotDisposed(embeddings, nameof(embeddings));
        RequireTensor.NotDisposed(targets, nameof(targets));
        if (embeddings.ndim != 2 || targets.ndim != 2 || embeddings.shape[0] != targets.shape[0]
            || (weights is not null && !weights.shape.AsSpan().SequenceEqual([targets.shape[0]])))
        {
            throw new ArgumentException(
                $"Got embeddings of shape {RequireTensor.Shape(embeddings)}, targets of {RequireTensor.Shape(targets)}"
                + $"{(weights is null ? "" : $" and weights of {RequireTensor.Shape(weights)}")}; expected [N, E], [N, K] and [N].",
                nameof(embeddings));
        }

        using var scope = NewDisposeScope();
        using Scalar none = 0, least = 1e-12, never = double.NegativeInfinity, exponent = -1 / (2 * Deviation * Deviation);
        Tensor shares = weights is null ? targets : targets * weights.unsqueeze(1); // [N, K]
        Tensor sums = shares.sum([0L]); // [K]
        Tensor means = shares.t().matmul(embeddings) / sums.clamp_min(least).unsqueeze(1); // [K, E]
        Tensor distances = (embeddings.unsqueeze(1) - means).square().sum(2); // [N, K]
        Tensor scores = (distances * exponent).masked_fill(sums.eq(none), never);
        return (scores.softmax(1) - targets).square().mean([1]).MoveToOuterDisposeScope();
    }
}
