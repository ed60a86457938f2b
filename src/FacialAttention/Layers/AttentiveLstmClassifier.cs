using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// A classifier of sequences: LSTM, pooling of its hidden states, linear layer (paper, sections 3.1.2 to 3.1.4).
/// It works on any features, for example those of another network.
/// </summary>
public sealed class AttentiveLstmClassifier : Module<Tensor, Tensor>
{
    private readonly int _featureSize;
    private readonly int _classes;
    private readonly int _hiddenSize;
    private readonly int _layers;
    private readonly int _directions;
    private readonly double _dropout;
    [ComponentName(Name = "lstm")] private readonly LSTM _lstm;
    [ComponentName(Name = "global_attention")] private readonly GlobalFeatureAttention? _attention;
    [ComponentName(Name = "linear")] private readonly Linear _linear;

    /// <summary>A classifier of sequences whose features have <paramref name="featureSize"/> entries.</summary>
    /// <param name="featureSize">D, the size of a feature; at least 1.</param>
    /// <param name="classes">K, the number of classes; at least 2.</param>
    /// <param name="hiddenSize">
    /// The size of a hidden state of one direction, the same in all layers; at least 1. The paper's best is 512 (section 4.3.1).
    /// </param>
    /// <param name="layers">The number of stacked LSTM layers; at least 1. The paper's best is 2 (section 4.3.1).</param>
    /// <param name="pooling">How the hidden states become one vector.</param>
    /// <param name="scoring">How attention pooling scores a hidden state; without effect on <see cref="SequencePooling.Mean"/>.</param>
    /// <param name="bidirectional">
    /// Whether each layer also reads its input from the last step to the first; hidden states and what follows them are then of twice the
    /// size. The paper does not say; false is our reading.
    /// </param>
    /// <param name="dropout">
    /// In training mode, the chance of each entry of the pooled vector to be set to zero, 0 to 0.9; the others are scaled up by
    /// 1 / (1 - dropout). Drawn from torch's generator; 0 draws nothing.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public AttentiveLstmClassifier(
        int featureSize,
        int classes,
        int hiddenSize = 512,
        int layers = 2,
        SequencePooling pooling = SequencePooling.Attention,
        AttentionScoring scoring = AttentionScoring.Additive,
        bool bidirectional = false,
        double dropout = 0)
        : base(NativeTorch.Loaded(nameof(AttentiveLstmClassifier)))
    {
        _featureSize = Require.InRange(featureSize, 1, 1 << 20, nameof(featureSize));
        _classes = Require.InRange(classes, 2, 1 << 20, nameof(classes));
        _hiddenSize = Require.InRange(hiddenSize, 1, bidirectional ? 1 << 19 : 1 << 20, nameof(hiddenSize));
        _layers = Require.InRange(layers, 1, 64, nameof(layers));
        _directions = bidirectional ? 2 : 1;
        _dropout = Require.InRange(dropout, 0, 0.9, nameof(dropout));
        Require.Defined(pooling, nameof(pooling));
        Require.Defined(scoring, nameof(scoring));
        _lstm = LSTM(featureSize, hiddenSize, layers, batchFirst: true, bidirectional: bidirectional);
        _attention = pooling == SequencePooling.Attention ? new GlobalFeatureAttention(_directions * hiddenSize, scoring) : null;
        _linear = Linear(_directions * hiddenSize, classes);
        RegisterComponents();
    }

    /// <summary>Features [N, T, D] to logits [N, K], which the caller owns.</summary>
    /// <param name="features">Any sequence, [N, T, D], of the layer's dtype and on its device.</param>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    public override Tensor forward(Tensor features)
    {
        RequireTensor.Sequence(features, _featureSize, _linear.weight, nameof(AttentiveLstmClassifier));
        using var scope = NewDisposeScope();
        (Tensor hidden, _, _) = _lstm.call(features); // [N, T, directions * hidden]
        Tensor pooled = _attention is null ? hidden.mean([1]) : _attention.call(hidden); // [N, directions * hidden]
        return _linear.call(functional.dropout(pooled, _dropout, training)).MoveToOuterDisposeScope(); // [N, K]
    }

    internal long CountMultiplyAdds(int steps)
    {
        long lstm = 0;
        for (int layer = 0; layer < _layers; layer++)
        {
            long inputSize = layer == 0 ? _featureSize : _directions * _hiddenSize;
            lstm += 4L * _directions * _hiddenSize * (inputSize + _hiddenSize) * steps; // four gates
        }

        return lstm + (_attention?.CountMultiplyAdds(steps) ?? 0) + ((long)_directions * _hiddenSize * _classes);
    }
}
