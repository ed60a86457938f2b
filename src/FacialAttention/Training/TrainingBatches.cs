using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>The batches of a run: rows in their order, changed at random and mixed. A pure function of (seed, iteration).</summary>
internal sealed class TrainingBatches(TrainerOptions options, FaceDataset faces, Device device) : IDisposable
{
    private readonly FaceTensors _faces = new(faces, device, options.LabelSmoothing, options.ClassWeighting);
    private readonly BatchOrder _order = new(faces.Count, options.BatchSize, options.Seed);
    private readonly Augmentation _augmentation = new(options.Augmentation, options.Seed);
    private readonly Mixup? _mixup = options.MixupAlpha > 0 ? new Mixup(options.MixupAlpha, options.Seed) : null;

    /// <summary>The batch of an iteration, counted from 1. The caller owns it.</summary>
    public FaceBatch Of(int iteration)
    {
        FaceBatch batch = _augmentation.Apply(_faces.Gather(_order.RowsOf(iteration)), iteration);
        return _mixup is null ? batch : _mixup.Apply(batch, iteration);
    }

    public void Dispose() => _faces.Dispose();
}
