using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// The facial expression networks of Ming, Hu and Liu, "CNN-LSTM Facial Expression Recognition Method Fused with Two-Layer Attention
/// Mechanism", Computational Intelligence and Neuroscience 2022, article 7450637. One class for all five variants;
/// <see cref="forward"/> is the paper's Figure 2.
/// </summary>
/// <remarks>
/// The names of its parameters and buffers are a public format. Each starts with its part, so a prefix names what to freeze or to train at
/// another rate:
/// <list type="bullet">
/// <item><description><c>backbone.</c>: the convolutions, <c>backbone.c1.</c> and so on, with their norms;</description></item>
/// <item><description><c>local_attention.</c>: the attention before the LSTM, in the variants that have it;</description></item>
/// <item><description><c>classifier.</c>: all that follows, which is <c>classifier.lstm.</c>, <c>classifier.global_attention.</c> and
/// <c>classifier.linear.</c>, or <c>classifier.hidden.</c> and <c>classifier.linear.</c> in <see cref="NetworkVariant.Cnn"/>. The last
/// layer, the only one whose size depends on the labels, is <c>classifier.linear.</c> in all variants.</description></item>
/// </list>
/// </remarks>
public sealed class ExpressionNetwork : FaceNetwork
{
    private readonly ExpressionNetworkOptions _options;
    private readonly NetworkInput _input;
    [ComponentName(Name = "backbone")] private readonly ConvBackbone _backbone;
    [ComponentName(Name = "local_attention")] private readonly LocalFeatureAttention? _localAttention;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;

    /// <summary>A network with fresh weights on the CPU, in training mode. The caller owns it.</summary>
    /// <param name="variant">Which of the five networks.</param>
    /// <param name="options">What it is built from; null for the defaults. Validated and copied.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="variant"/> is not defined.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">
    /// One or more options are outside their ranges; all are named.
    /// </exception>
    /// <exception cref="NativeTorchException">libtorch cannot be loaded.</exception>
    public ExpressionNetwork(NetworkVariant variant, ExpressionNetworkOptions? options = null)
        : base(nameof(ExpressionNetwork))
    {
        Variant = Require.Defined(variant, nameof(variant));
        _options = (options ?? new ExpressionNetworkOptions()).ValidatedCopy();
        _input = new NetworkInput($"{nameof(ExpressionNetwork)} {variant.PaperName}", _options, anySize: variant.HasLstm);
        using var seeded = new SeededTorch(_options.Seed);

        _backbone = new ConvBackbone(_options.BackboneStages, batchNorm: _options.BatchNorm);
        int channels = _backbone.OutChannels;
        FeatureGrid grid = ConvBackbone.GridOf(_options.BackboneStages ?? ConvBackbone.Paper, _options.InputSize);
        _localAttention = variant.HasLocalAttention
            ? new LocalFeatureAttention(channels, _options.Scoring, _options.LocalAttentionScaling)
            : null;
        _classifier = variant.HasLstm
            ? new AttentiveLstmClassifier(
                channels, _options.Labels.Count, _options.LstmHiddenSize, _options.LstmLayers, variant.Pooling, _options.Scoring,
                _options.Bidirectional, _options.Dropout)
            : new CnnClassifier(channels * grid.Places, _options.CnnHiddenSize, _options.Labels.Count, _options.Dropout);
        RegisterComponents();
    }

    /// <summary>Which of the five networks this is.</summary>
    public NetworkVariant Variant { get; }

    /// <summary>What the network was built from: a copy, so editing it changes nothing here.</summary>
    public ExpressionNetworkOptions Options => _options.Copy();

    /// <summary>F, the size of what <see cref="ExtractFeatures"/> gives and <see cref="Classify"/> takes.</summary>
    public int FeatureSize => _classifier is AttentiveLstmClassifier lstm ? lstm.FeatureSize : _options.CnnHiddenSize;

    internal override Tensor FirstWeight => _backbone.FirstWeight;

    private protected override ImageSize InputSize => _options.InputSize;

    private protected override int Classes => _options.Labels.Count;

    /// <summary>Gray faces [N, 1, H, W] in [0, 1] to logits [N, K], which the caller owns.</summary>
    /// <param name="images">
    /// Faces of the network's dtype and on its device. H and W of at least 16, and of at least the crop if the options have one; the
    /// centre of that size is all the network sees of larger faces. <see cref="NetworkVariant.Cnn"/> takes just the options' size, and
    /// faces of the crop.
    /// </param>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    /// <exception cref="ObjectDisposedException">The network or the images were disposed.</exception>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        return Explain(images).Logits.MoveToOuterDisposeScope(); // [N, K]
    }

    /// <summary>Figure 2 up to the last layer, with the weights of its attention layers.</summary>
    private (Tensor Features, List<LayerAttention> Attention) Attend(Tensor images)
    {
        using var scope = NewDisposeScope();
        Tensor maps = _backbone.call(_input.Prepare(images, FirstWeight)); // [N, C, H', W']
        if (_classifier is not AttentiveLstmClassifier classifier)
        {
            return (((CnnClassifier)_classifier).Pool(maps).MoveToOuterDisposeScope(), []); // [N, F]
        }

        var attention = new List<LayerAttention>();
        Tensor sequence = maps.flatten(2).transpose(1, 2).contiguous(); // [N, T, D], row by row: our reading of "serialized"
        if (_localAttention is not null)
        {
            (sequence, Tensor weights) = _localAttention.Attend(sequence); // [N, T, D], [N, T]
            attention.Add(new LayerAttention("local_attention", weights, maps));
        }

        (Tensor pooled, Tensor? poolingWeights) = classifier.Pool(sequence); // [N, F], [N, T]
        if (poolingWeights is not null)
        {
            attention.Add(new LayerAttention("global_attention", poolingWeights, maps));
        }

        attention.ForEach(layer => layer.Weights.MoveToOuterDisposeScope());
        return (pooled.MoveToOuterDisposeScope(), attention);
    }

    /// <summary>The forward pass with what the attention layers saw on its way.</summary>
    /// <param name="images">As for the forward pass.</param>
    /// <returns>
    /// Logits [N, K], equal to those of the forward pass, and the distributions of the attention layers in the order of the pass:
    /// <c>local_attention</c> and <c>global_attention</c>, as far as the variant has them. The caller owns all tensors.
    /// </returns>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    /// <exception cref="ObjectDisposedException">The network or the images were disposed.</exception>
    public override (Tensor Logits, IReadOnlyList<LayerAttention> Attention) Explain(Tensor images)
    {
        using RunningCalls.Call held = RequireModule.Hold(this, "network");
        using var scope = NewDisposeScope();
        (Tensor features, List<LayerAttention> attention) = Attend(images);
        attention.ForEach(layer => layer.Weights.MoveToOuterDisposeScope());
        return (Classify(features).MoveToOuterDisposeScope(), attention);
    }

    /// <summary>The forward pass up to the last layer, for a head of your own: another one than <see cref="Classify"/>.</summary>
    /// <param name="images">As for the forward pass.</param>
    /// <returns>One vector for each face, [N, F], which the caller owns.</returns>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    /// <exception cref="ObjectDisposedException">The network or the images were disposed.</exception>
    public Tensor ExtractFeatures(Tensor images)
    {
        using RunningCalls.Call held = RequireModule.Hold(this, "network");
        using var scope = NewDisposeScope();
        return Attend(images).Features.MoveToOuterDisposeScope();
    }

    /// <summary>The head: the last layer of the forward pass, after dropout.</summary>
    /// <param name="features">What <see cref="ExtractFeatures"/> gives, [N, F].</param>
    /// <returns>Logits [N, K], which the caller owns.</returns>
    /// <exception cref="ArgumentException">The shape, dtype or device is another.</exception>
    /// <exception cref="ObjectDisposedException">The network or the features were disposed.</exception>
    public Tensor Classify(Tensor features)
    {
        using RunningCalls.Call held = RequireModule.Hold(this, "network");
        return _classifier is AttentiveLstmClassifier lstm ? lstm.Classify(features) : ((CnnClassifier)_classifier).Classify(features);
    }

    /// <inheritdoc/>
    public override NetworkDescription Describe() => ExpressionNetworkFormat.Describe(Variant, _options, Calibration);

    /// <summary>
    /// A network for recognition, in evaluation mode, whose convolutions contain the batch norms that followed them: the same logits but
    /// for rounding, in less time (docs/performance.md). It is an ordinary network with <see cref="ExpressionNetworkOptions.BatchNorm"/>
    /// false, which a checkpoint can hold.
    /// </summary>
    /// <returns>A copy, on the same device and of the same dtype, which the caller owns; this network stays as it is.</returns>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public ExpressionNetwork FoldBatchNorm() => BatchNormFolding.Of(this);
}
