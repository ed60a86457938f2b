using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// What a <see cref="FerAttNetwork"/> learns: cross-entropy to the targets, plus the attention loss between clean and attended faces, plus, if the
/// network has an embedding, the Gaussian-structured loss of that.
/// </summary>
/// <remarks>
/// The clean faces are <see cref="FaceBatch.Clean"/>, of which augmentation's light and erasing make the degraded ones that the network sees. Where a
/// batch has none, its faces themselves are what is to be painted.
/// </remarks>
public sealed class FerAttObjective : Objective
{
    private readonly FerAttNetwork _network;

    /// <summary>The objective of a network.</summary>
    /// <param name="network">Not disposed.</param>
    /// <exception cref="ArgumentNullException">The network is null.</exception>
    public FerAttObjective(FerAttNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        _network = network;
        Structure = network.Options.EmbeddingSize is null ? null : new GaussianStructureLoss();
    }

    /// <summary>The loss of the attended faces; null leaves it out. Default: the authors'.</summary>
    public AttentionLoss? Attention { get; init; } = new();

    /// <summary>The loss of the embeddings; null leaves it out. Default: the authors' if the network has an embedding, else null.</summary>
    public GaussianStructureLoss? Structure { get; init; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException">The batch is null.</exception>
    public override Tensor Logits(FaceBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Tensor logits = _network.call(batch.Images);
        batch.CheckLogits(logits);
        return logits;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException">The batch is null.</exception>
    /// <exception cref="ArgumentException">The targets are of another number of classes.</exception>
    public override (Tensor Loss, Tensor Logits) Learn(FaceBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        FerAttAnswer answer = _network.Look(batch.Images);
        batch.CheckLogits(answer.Logits);
        Tensor loss = Classification.CrossEntropy(answer.Logits, batch);
        if (Attention is not null)
        {
            loss = loss + Classification.Mean(Attention.Of(batch.Clean ?? batch.Images, answer.Attended), batch.Weights);
        }

        if (Structure is not null)
        {
            loss = loss + Classification.Mean(Structure.Of(answer.Embedding, batch.Targets, batch.Weights), batch.Weights);
        }

        return (loss.MoveToOuterDisposeScope(), answer.Logits.MoveToOuterDisposeScope());
    }
}
