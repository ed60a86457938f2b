using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>A dataset uploaded once to a device: 8-bit images [M, H, W] and labels [M]. Batches are made there.</summary>
internal sealed class FaceTensors : IDisposable
{
    private readonly Tensor _images;
    private readonly Tensor _labels;

    public FaceTensors(FaceDataset faces, Device device)
    {
        Count = faces.Count;
        Labels = faces.Labels;
        using var scope = NewDisposeScope();
        _images = Upload(faces.Pixels, ScalarType.Byte).view(Count, faces.Height, faces.Width).to(device).DetachFromDisposeScope();
        _labels = Upload(faces.LabelIndices, ScalarType.Byte).to(ScalarType.Int64).to(device).DetachFromDisposeScope();
    }

    public int Count { get; }

    public ExpressionLabels Labels { get; }

    /// <summary>The given rows as images [N, 1, H, W] in [0, 1] and labels [N]; the caller owns both.</summary>
    public (Tensor Images, Tensor Labels) Gather(long[] rows)
    {
        using var scope = NewDisposeScope();
        Tensor index = tensor(rows).to(_images.device);
        return (ToUnit(_images.index_select(0, index)).MoveToOuterDisposeScope(), _labels.index_select(0, index).MoveToOuterDisposeScope());
    }

    /// <summary>The rows from <paramref name="start"/> on as images [N, 1, H, W] in [0, 1] and labels [N]; the caller owns both.</summary>
    public (Tensor Images, Tensor Labels) Slice(int start, int count)
    {
        using var scope = NewDisposeScope();
        Tensor images = ToUnit(_images.narrow(0, start, count));
        return (images.MoveToOuterDisposeScope(), _labels.narrow(0, start, count).MoveToOuterDisposeScope());
    }

    public void Dispose()
    {
        _images.Dispose();
        _labels.Dispose();
    }

    private static Tensor ToUnit(Tensor images) => images.unsqueeze(1).to(ScalarType.Float32).div_(255);

    private static Tensor Upload(ReadOnlyMemory<byte> bytes, ScalarType type)
    {
        Tensor target = empty(bytes.Length, type);
        bytes.Span.CopyTo(target.bytes);
        return target;
    }
}
