using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// The loss of a training batch: cross-entropy (paper, equation 8) with label smoothing and class weights, or a loss of the caller's. The
/// loss of mixed faces is mixed as they are.
/// </summary>
internal sealed class TrainingLoss : IDisposable
{
    private readonly Func<Tensor, Tensor, Tensor>? _own;
    private readonly double _smoothing;
    private readonly Tensor? _classWeights; // [K]

    public TrainingLoss(TrainerOptions options, Func<Tensor, Tensor, Tensor>? own, FaceDataset training, Device device)
    {
        _own = own;
        _smoothing = options.LabelSmoothing;
        if (options.ClassWeighting == ClassWeighting.Balanced)
        {
            int[] counts = training.CountByLabel();
            float[] weights = [.. counts.Select(count => count == 0 ? 0 : (float)((double)training.Count / counts.Length / count))];
            using var scope = NewDisposeScope();
            _classWeights = tensor(weights).to(device).DetachFromDisposeScope();
        }
    }

    /// <summary>Logits [N, K] and labels [N] to the mean loss; the caller owns it.</summary>
    public Tensor Of(Tensor logits, Tensor labels) => _own is not null
        ? _own(logits, labels)
        : functional.cross_entropy(logits, labels, _classWeights, label_smoothing: _smoothing);

    /// <summary>The loss of faces that are mixed with partners, by their own labels and their partners', [N] each.</summary>
    public Tensor Of(Tensor logits, Tensor labels, Tensor partnerLabels, double share) =>
        (Of(logits, labels) * share) + (Of(logits, partnerLabels) * (1 - share));

    public void Dispose() => _classWeights?.Dispose();
}
