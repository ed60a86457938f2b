using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// A dataset uploaded once to a device: 8-bit images [M, 1, H, W], targets [M, K] and the columns that it has. Batches are made there.
/// </summary>
internal sealed class FaceTensors : IDisposable
{
    private readonly FaceBatch _all; // Its images are bytes, 0 to 255.
    private readonly bool _arePlain; // One label a face, all of which count 1.

    /// <param name="faces">The dataset.</param>
    /// <param name="device">Where to.</param>
    /// <param name="smoothing">The share of each target that is spread evenly over all labels.</param>
    /// <param name="weighting">What the weights of the classes do to the weights of the faces.</param>
    /// <exception cref="ArgumentException">No face counts.</exception>
    public FaceTensors(FaceDataset faces, Device device, double smoothing = 0, ClassWeighting weighting = ClassWeighting.Equal)
    {
        Count = faces.Count;
        Labels = faces.Labels;
        FaceColumns columns = faces.Columns;
        if (columns.Weights is { } all && !all.Span.ContainsAnyExcept(0f))
        {
            throw new ArgumentException($"All {Count} faces have weight 0; expected at least one that counts.", nameof(faces));
        }

        using var scope = NewDisposeScope();
        Tensor targets = TargetsOf(faces); // [M, K]
        Tensor? weights = columns.Weights is { } own ? Upload(own, ScalarType.Float32) : null;
        if (weighting == ClassWeighting.Balanced)
        {
            Tensor balanced = targets.matmul(BalancedWeights(faces)); // [M]
            weights = weights is null ? balanced : weights * balanced;
        }

        _arePlain = weights is null && smoothing == 0 && new FaceBatch(targets, targets).IsPlain();
        _all = new FaceBatch(
            Upload(faces.Pixels, ScalarType.Byte).view(Count, 1, faces.Size.Height, faces.Size.Width),
            smoothing == 0 ? targets : (targets * (1 - smoothing)) + (smoothing / Labels.Count))
        {
            Weights = weights,
            Teacher = columns.Teacher is { } teacher ? Upload(teacher, ScalarType.Float32).view(Count, Labels.Count) : null,
            Landmarks = columns.Landmarks is { } points
                ? Upload(points.Points, ScalarType.Float32).view(Count, points.Scheme.Count, 2)
                : null,
            LandmarkScheme = columns.Landmarks?.Scheme,
        }.Map(column => column.to(device).DetachFromDisposeScope());
    }

    public int Count { get; }

    public ExpressionLabels Labels { get; }

    /// <summary>The given rows, images [N, 1, H, W] in [0, 1]; the caller owns the batch.</summary>
    public FaceBatch Gather(long[] rows)
    {
        using var scope = NewDisposeScope();
        Tensor index = tensor(rows).to(_all.Images.device);
        return ToUnit(_all.Map(column => column.index_select(0, index))).MoveToOuter(scope);
    }

    /// <summary>The rows from <paramref name="start"/> on, images [N, 1, H, W] in [0, 1]; the caller owns the batch.</summary>
    public FaceBatch Slice(int start, int count)
    {
        using var scope = NewDisposeScope();
        return ToUnit(_all.Map(column => column.narrow(0, start, count))).MoveToOuter(scope);
    }

    public void Dispose() => _all.Map(column =>
    {
        column.Dispose();
        return column;
    });

    private FaceBatch ToUnit(FaceBatch batch)
    {
        using Scalar white = 255;
        return batch with
        {
            Images = batch.Images.to(ScalarType.Float32).div_(white),
            Known = _arePlain ? (batch.Targets, true) : null,
        };
    }

    /// <summary>The share of the votes that each label has, or 1 for the label of a face without votes, [M, K].</summary>
    private static Tensor TargetsOf(FaceDataset faces)
    {
        Tensor labels = Upload(faces.LabelIndices, ScalarType.Byte).to(ScalarType.Int64);
        Tensor single = nn.functional.one_hot(labels, faces.Labels.Count).to(ScalarType.Float32);
        if (faces.Columns.Votes is not { } counts)
        {
            return single;
        }

        Tensor votes = Upload(counts, ScalarType.Byte).view(faces.Count, faces.Labels.Count).to(ScalarType.Float32);
        Tensor sum = votes.sum(1, keepdim: true); // [M, 1]
        return where(sum.eq(0), single, votes / sum);
    }

    /// <summary>The weight of each class, M / (K n) for n of the M faces that count, [K].</summary>
    private static Tensor BalancedWeights(FaceDataset faces)
    {
        int[] counts = faces.CountByLabel();
        double all = counts.Sum();
        float[] weights = [.. counts.Select(count => count == 0 ? 0 : (float)(all / counts.Length / count))];
        return tensor(weights);
    }

    private static Tensor Upload<T>(ReadOnlyMemory<T> values, ScalarType type)
        where T : unmanaged
    {
        Tensor target = empty(values.Length, type);
        MemoryMarshal.AsBytes(values.Span).CopyTo(target.bytes);
        return target;
    }
}
