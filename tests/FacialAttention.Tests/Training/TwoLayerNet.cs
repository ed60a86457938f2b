using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Training;

/// <summary>
/// A network that is not ours: flatten, Linear, ReLU, Linear. On request with batch norm and dropout, so that it has buffers and draws from
/// torch's generator.
/// </summary>
internal sealed class TwoLayerNet : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> _layers;

    public TwoLayerNet(int seed = 1, bool hasNormAndDropout = false, int classes = ToyFaces.Classes)
        : base(nameof(TwoLayerNet))
    {
        using var seeded = new SeededTorch(seed);
        const int Hidden = 16;
        Module<Tensor, Tensor> first = Linear(ToyFaces.Height * ToyFaces.Width, Hidden);
        Module<Tensor, Tensor> last = Linear(Hidden, classes);
        _layers = hasNormAndDropout
            ? Sequential(("first", first), ("norm", BatchNorm1d(Hidden)), ("relu", ReLU()), ("dropout", Dropout(0.3)), ("last", last))
            : Sequential(("first", first), ("relu", ReLU()), ("last", last));
        RegisterComponents();
    }

    /// <summary>Called with each batch of images before it is classified.</summary>
    public Action<Tensor>? OnImages { get; set; }

    public override Tensor forward(Tensor images)
    {
        OnImages?.Invoke(images);
        using var scope = NewDisposeScope();
        return _layers.call(images.flatten(1)).MoveToOuterDisposeScope();
    }

    /// <summary>Every bit of every parameter and buffer.</summary>
    public byte[] Weights()
    {
        using var scope = NewDisposeScope();
        return [.. state_dict().Values.SelectMany(weight => weight.detach().cpu().contiguous().bytes.ToArray())];
    }

    /// <summary>The class of one face and its loss after equation 8, worked out here from the logits, in evaluation mode.</summary>
    public (int Predicted, double CrossEntropy) Classify(FaceDataset faces, int row)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        bool wasTraining = training;
        eval();
        float[] pixels = [.. faces.PixelsOf(row).ToArray().Select(pixel => pixel / 255f)];
        float[] logits = [.. call(tensor(pixels, [1, 1, faces.Size.Height, faces.Size.Width])).data<float>()];
        train(wasTraining);
        double logOfSum = Math.Log(logits.Sum(logit => Math.Exp(logit)));
        return (Array.IndexOf(logits, logits.Max()), logOfSum - logits[faces.LabelOf(row)]);
    }
}
