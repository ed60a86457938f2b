using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>The classifier of <see cref="NetworkVariant.Cnn"/>: linear, ReLU, linear on the flattened feature maps.</summary>
internal sealed class CnnClassifier : Module<Tensor, Tensor>
{
    private readonly double _dropout;
    [ComponentName(Name = "hidden")] private readonly Linear _hidden;
    [ComponentName(Name = "linear")] private readonly Linear _linear;

    public CnnClassifier(int inputSize, int hiddenSize, int classes, double dropout)
        : base(NativeTorch.Loaded(nameof(CnnClassifier)))
    {
        _dropout = dropout;
        _hidden = Linear(inputSize, hiddenSize, device: ShapesOnly.Device);
        _linear = Linear(hiddenSize, classes, device: ShapesOnly.Device);
        RegisterComponents();
    }

    /// <summary>Feature maps [N, C, H, W] to logits [N, K].</summary>
    public override Tensor forward(Tensor maps)
    {
        using var scope = NewDisposeScope();
        return Classify(Pool(maps)).MoveToOuterDisposeScope();
    }

    /// <summary>Feature maps [N, C, H, W] to features [N, F].</summary>
    public Tensor Pool(Tensor maps)
    {
        using var scope = NewDisposeScope();
        return _hidden.call(maps.flatten(1)).relu_().MoveToOuterDisposeScope();
    }

    /// <summary>Features [N, F] to logits [N, K].</summary>
    public Tensor Classify(Tensor features)
    {
        RequireTensor.Vectors(features, _linear.in_features, _linear.weight, nameof(ExpressionNetwork));
        using var scope = NewDisposeScope();
        return _linear.call(functional.dropout(features, _dropout, training)).MoveToOuterDisposeScope();
    }
}
