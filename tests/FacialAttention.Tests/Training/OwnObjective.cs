using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Training;

/// <summary>
/// An objective that is not ours: a mean loss over logits [N, K] and the labels [N] of the targets, by default cross-entropy, and other logits
/// in evaluation if the test says so.
/// </summary>
internal sealed class OwnObjective(Module<Tensor, Tensor> network, Func<Tensor, Tensor, Tensor>? loss = null) : Objective
{
    public Func<FaceBatch, Tensor>? InEvaluation { get; init; }

    /// <summary>Logits to which the cross-entropy of one-hot targets is a loss of the test's choice; the prediction is right below ln K.</summary>
    public static Tensor WithLoss(Tensor targets, double loss)
    {
        double others = Math.Log((1 - Math.Exp(-loss)) / (targets.shape[1] - 1));
        return (targets * (-loss - others)) + others;
    }

    public override Tensor Logits(FaceBatch batch) => InEvaluation is null ? network.call(batch.Images) : InEvaluation(batch);

    public override (Tensor Loss, Tensor Logits) Learn(FaceBatch batch)
    {
        Tensor logits = network.call(batch.Images), labels = batch.Targets.argmax(1);
        return (loss is null ? functional.cross_entropy(logits, labels) : loss(logits, labels), logits);
    }
}
