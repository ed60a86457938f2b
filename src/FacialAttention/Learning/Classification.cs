using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// The objective of a classifier: cross-entropy to the targets (paper, equation 8), or an own loss of each face, as the mean by
/// <see cref="FaceBatch.Weights"/>.
/// </summary>
public sealed class Classification : Objective
{
    private const double SmallestWeight = 1e-30; // A batch of which no face counts has loss 0, not 0 / 0.

    private readonly Func<FaceBatch, Tensor> _logits;

    /// <summary>The objective of a network that sees the images alone.</summary>
    /// <param name="network">Takes images [N, 1, H, W] in [0, 1] and returns logits [N, K]. Not disposed.</param>
    /// <exception cref="ArgumentNullException">The network is null.</exception>
    public Classification(Module<Tensor, Tensor> network)
    {
        ArgumentNullException.ThrowIfNull(network);
        _logits = batch => network.call(batch.Images);
    }

    /// <summary>The objective of a network that is asked in its own way, for example with landmarks beside the images.</summary>
    /// <param name="logits">Takes a batch and returns logits [N, K] that the caller owns.</param>
    /// <exception cref="ArgumentNullException">The function is null.</exception>
    public Classification(Func<FaceBatch, Tensor> logits)
    {
        ArgumentNullException.ThrowIfNull(logits);
        _logits = logits;
    }

    /// <summary>
    /// An own loss in place of cross-entropy: takes logits [N, K] and targets [N, K] and returns the loss of each face, [N]. The mean is taken
    /// afterwards, so that weights count whatever the loss. Null, the default, for cross-entropy.
    /// </summary>
    public Func<Tensor, Tensor, Tensor>? Loss { get; init; }

    /// <summary>What is learned of a teacher beside the targets; null for nothing.</summary>
    internal Distillation? Distillation { get; private init; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException">The batch is null.</exception>
    /// <exception cref="ArgumentException">The network does not return logits [N, K].</exception>
    public override Tensor Logits(FaceBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Tensor logits = _logits(batch);
        batch.CheckLogits(logits);
        return logits;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException">The batch is null.</exception>
    /// <exception cref="ArgumentException">The network does not return logits [N, K], or the own loss not the loss of each face, [N].</exception>
    public override (Tensor Loss, Tensor Logits) Learn(FaceBatch batch)
    {
        Tensor logits = Logits(batch);
        using var scope = NewDisposeScope();
        Tensor loss = Loss is null ? CrossEntropy(logits, batch) : OwnLoss(Loss, logits, batch);
        if (Distillation is not null)
        {
            using Scalar ofTargets = 1 - Distillation.Share, ofTeacher = Distillation.Share;
            Tensor divergence = Mean(Distillation.Divergences(logits, batch.Teacher!), batch.Weights);
            loss = (loss * ofTargets) + (divergence * ofTeacher);
        }

        return (loss.MoveToOuterDisposeScope(), logits);
    }

    /// <summary>An objective that asks the network in the same way and learns from a teacher too.</summary>
    internal Classification With(Distillation distillation) => new(_logits) { Loss = Loss, Distillation = distillation };

    /// <summary>The mean cross-entropy of logits [N, K] to a batch's targets, by its weights. The caller owns the result.</summary>
    internal static Tensor CrossEntropy(Tensor logits, FaceBatch batch)
    {
        using var scope = NewDisposeScope();
        // One label a face, all alike: PyTorch's sum over the labels' own logarithms, whose bits the sum over all K need not have.
        Tensor loss = batch.IsPlain()
            ? functional.cross_entropy(logits, batch.Targets.argmax(1))
            : Mean(functional.cross_entropy(logits, batch.Targets, reduction: Reduction.None), batch.Weights);
        return loss.MoveToOuterDisposeScope();
    }

    private static Tensor OwnLoss(Func<Tensor, Tensor, Tensor> loss, Tensor logits, FaceBatch batch)
    {
        using var scope = NewDisposeScope();
        Tensor losses = loss(logits, batch.Targets);
        if (losses.ndim != 1 || losses.shape[0] != logits.shape[0])
        {
            throw new ArgumentException(
                $"The loss of {logits.shape[0]} faces is a tensor of shape [{string.Join(", ", losses.shape)}]; expected the loss of each face, "
                + $"[{logits.shape[0]}], which a loss function returns without a reduction.");
        }

        return Mean(losses, batch.Weights).MoveToOuterDisposeScope();
    }

    /// <summary>The mean of losses [N] by weights [N]; 0 if no face counts. In the caller's scope.</summary>
    internal static Tensor Mean(Tensor losses, Tensor? weights)
    {
        using Scalar smallest = SmallestWeight;
        return weights is null ? losses.mean() : (losses * weights).sum() / weights.sum().clamp_min(smallest);
    }
}
