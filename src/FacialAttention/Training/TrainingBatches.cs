using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>The batches of a run: rows in their order, changed at random and mixed. A pure function of (seed, iteration).</summary>
internal sealed class TrainingBatches(TrainerOptions options, FaceDataset faces, Device device) : IDisposable
{
    private readonly FaceTensors _faces = new(faces, device, options.LabelSmoothing, options.ClassWeighting);
    private readonly BatchOrder _order = new(faces.Count, options.BatchSize, options.Seed);
    private readonly Augmentation _augmentation = new(options.Augmentation, options.Seed);
    private readonly Mixup? _mixup = options.MixupAlpha > 0 ? new Mixup(options.MixupAlpha, options.Seed) : null;
    private readonly double _lastMixed = options.MixupEnd * options.IterationsFor(faces.Count); // the last iteration whose faces are mixed

    /// <summary>The batch of an iteration, counted from 1. The caller owns it.</summary>
    public FaceBatch Of(int iteration)
    {
        long[] rows = _order.RowsOf(iteration);
        FaceBatch batch = _augmentation.Apply(_faces.Gather(rows), iteration, FlipsOf(rows, iteration));
        FaceBatch mixed = _mixup is null || iteration > _lastMixed ? batch : _mixup.Apply(batch, iteration);
        // To find out whether targets that may be mixtures are none takes a look at them, for which a GPU would have to be waited for.
        return device.type == DeviceType.CUDA && !ReferenceEquals(mixed.Known?.Targets, mixed.Targets)
            ? mixed with { Known = (mixed.Targets, false) }
            : mixed;
    }

    public void Dispose() => _faces.Dispose();

    /// <summary>Whether each face is mirrored, where that alternates.</summary>
    private bool[]? FlipsOf(long[] rows, int iteration) => options.Augmentation.AlternateFlips
        ? [.. rows.Zip(_order.PassesOf(iteration), (row, pass) => AlternatingFlips.IsMirrored(options.Seed, row, pass))]
        : null;
}
