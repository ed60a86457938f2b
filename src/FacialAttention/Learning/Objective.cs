using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// What a network learns, and how it answers a batch: the place for an own loss or a network with more than one input.
/// <see cref="Classification"/> is the objective of a network that has no other. An objective belongs to no trainer and owns no network; the
/// <see cref="Trainer"/> and the <see cref="Evaluator"/> put the network in training or evaluation mode before they call it.
/// </summary>
public abstract class Objective
{
    /// <summary>
    /// The network's answer: logits [N, K] for a batch of N faces with K labels. In evaluation <see cref="FaceBatch.Clean"/> is null.
    /// </summary>
    /// <param name="batch">The faces; they stay as they are.</param>
    /// <returns>A tensor that the caller owns.</returns>
    public abstract Tensor Logits(FaceBatch batch);

    /// <summary>
    /// The loss of a batch, which is what a training step makes smaller, and the logits it comes from. <see cref="FaceBatch.Weights"/> are
    /// honoured here: the loss is a weighted sum over the sum of the weights.
    /// </summary>
    /// <param name="batch">The faces; they stay as they are.</param>
    /// <returns>One number that gradients flow back from, and logits [N, K], by which training errors are counted. The caller owns both.</returns>
    public abstract (Tensor Loss, Tensor Logits) Learn(FaceBatch batch);
}
