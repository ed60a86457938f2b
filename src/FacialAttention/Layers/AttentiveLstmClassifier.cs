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
    private readonly double _dropout;
    [ComponentName(Name = "lstm")] private readonly LSTM? _lstm; // Null only in a network of shapes, which does not run.
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
        Require.InRange(classes, 2, 1 << 20, nameof(classes));
        Require.InRange(hiddenSize, 1, bidirectional ? 1 << 19 : 1 << 20, nameof(hiddenSize));
        Require.InRange(layers, 1, 64, nameof(layers));
        _dropout = Require.InRange(dropout, 0, 0.9, nameof(dropout));
        Require.Defined(pooling, nameof(pooling));
        Require.Defined(scoring, nameof(scoring));
        FeatureSize = bidirectional ? 2 * hiddenSize : hiddenSize;
        if (ShapesOnly.Device is null)
        {
            _lstm = LSTM(featureSize, hiddenSize, layers, batchFirst: true, bidirectional: bidirectional);
        }
        else
        {
            register_module("lstm", CreateGates(featureSize, hiddenSize, layers, bidirectional ? 2 : 1));
        }

        _attention = pooling == SequencePooling.Attention ? new GlobalFeatureAttention(FeatureSize, scoring) : null;
        _linear = Linear(FeatureSize, classes, device: ShapesOnly.Device);
        RegisterComponents();
    }

    /// <summary>F, the size of what <see cref="Pool"/> gives and <see cref="Classify"/> takes: that of a hidden state.</summary>
    public int FeatureSize { get; }

    /// <summary>Features [N, T, D] to logits [N, K], which the caller owns.</summary>
    /// <param name="features">Any sequence, [N, T, D], of the layer's dtype and on its device.</param>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    public override Tensor forward(Tensor features)
    {
        using var scope = NewDisposeScope();
        return Classify(Pool(features).Pooled).MoveToOuterDisposeScope(); // [N, K]
    }

    /// <summary>The first part of the forward pass: LSTM and pooling over the steps, with the weights of the pooling.</summary>
    /// <param name="features">As for the forward pass.</param>
    /// <returns>
    /// The pooled hidden states [N, F], and the attention distribution over the steps [N, T], or null under
    /// <see cref="SequencePooling.Mean"/>; the caller owns both.
    /// </returns>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    public (Tensor Pooled, Tensor? Weights) Pool(Tensor features)
    {
        RequireTensor.Sequence(features, _featureSize, _linear.weight, nameof(AttentiveLstmClassifier));
        using var scope = NewDisposeScope();
        (Tensor hidden, _, _) = _lstm!.call(features); // [N, T, F]
        if (_attention is null)
        {
            return (hidden.mean([1]).MoveToOuterDisposeScope(), null);
        }

        (Tensor pooled, Tensor weights) = _attention.Attend(hidden); // [N, F], [N, T]
        return (pooled.MoveToOuterDisposeScope(), weights.MoveToOuterDisposeScope());
    }

    /// <summary>The second part of the forward pass: dropout and the linear layer.</summary>
    /// <param name="pooled">Pooled hidden states, [N, F], of the layer's dtype and on its device.</param>
    /// <returns>Logits [N, K], which the caller owns.</returns>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    public Tensor Classify(Tensor pooled)
    {
        RequireTensor.Vectors(pooled, FeatureSize, _linear.weight, nameof(AttentiveLstmClassifier));
        using var scope = NewDisposeScope();
        return _linear.call(functional.dropout(pooled, _dropout, training)).MoveToOuterDisposeScope(); // [N, K]
    }

    /// <summary>
    /// The four gates of all layers and directions, which hold as many weights as the LSTM: TorchSharp's takes its memory from the CPU
    /// first, whatever its device.
    /// </summary>
    private static Module CreateGates(int featureSize, int hiddenSize, int layers, int directions)
    {
        var gates = new ModuleList<Linear>();
        for (int i = 0; i < layers * directions; i++)
        {
            gates.Add(Linear(i < directions ? featureSize : directions * hiddenSize, 4 * hiddenSize, device: ShapesOnly.Device));
            gates.Add(Linear(hiddenSize, 4 * hiddenSize, device: ShapesOnly.Device));
        }

        return gates;
    }
}
