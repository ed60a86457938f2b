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
public sealed class ExpressionNetwork : Module<Tensor, Tensor>, IDescribed
{
    /// <summary>What the keys of the last layer, and no others, start with.</summary>
    internal const string HeadPrefix = "classifier.linear.";

    private readonly ExpressionNetworkOptions _options;
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
        : base(NativeTorch.Loaded(nameof(ExpressionNetwork)))
    {
        Variant = Require.Defined(variant, nameof(variant));
        _options = (options ?? new ExpressionNetworkOptions()).ValidatedCopy();
        using var seeded = new SeededTorch(_options.Seed);

        _backbone = new ConvBackbone(_options.BackboneStages, batchNorm: _options.BatchNorm);
        int featureSize = _backbone.OutChannels;
        _localAttention = variant.HasLocalAttention
            ? new LocalFeatureAttention(featureSize, _options.Scoring, _options.LocalAttentionScaling)
            : null;
        _classifier = variant.HasLstm
            ? new AttentiveLstmClassifier(
                featureSize,
                _options.Labels.Count,
                _options.LstmHiddenSize,
                _options.LstmLayers,
                variant.HasGlobalAttention ? SequencePooling.Attention : SequencePooling.Mean,
                _options.Scoring,
                _options.Bidirectional,
                _options.Dropout)
            : Sequential(
                ("hidden", Linear(featureSize * Steps, _options.CnnHiddenSize)),
                ("relu", ReLU(inplace: true)),
                ("dropout", Dropout(_options.Dropout)),
                ("linear", Linear(_options.CnnHiddenSize, _options.Labels.Count)));
        RegisterComponents();
    }

    /// <summary>Which of the five networks this is.</summary>
    public NetworkVariant Variant { get; }

    /// <summary>What the network was built from: a copy, so editing it changes nothing here.</summary>
    public ExpressionNetworkOptions Options => _options.ValidatedCopy();

    /// <summary>
    /// How logits become probabilities, in recognisers and exported networks; saved with the weights. <see cref="forward"/> gives the
    /// logits as they are. Default: a temperature of 1, the plain softmax.
    /// </summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public Calibration Calibration
    {
        get;
        set => field = value ?? throw new ArgumentNullException(nameof(value));
    } = new();

    /// <summary>The number of trainable parameters.</summary>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public long ParameterCount
    {
        get
        {
            RequireModule.NotDisposed(this, "network");
            return parameters().Sum(parameter => parameter.numel());
        }
    }

    /// <summary>Multiply-adds for one image of the options' size, or crop if they have one: convolutions, LSTM and linear layers.</summary>
    public long MultiplyAdds
    {
        get
        {
            long classifier = _classifier is AttentiveLstmClassifier lstm
                ? lstm.CountMultiplyAdds(Steps)
                : ((long)_backbone.OutChannels * Steps * _options.CnnHiddenSize) + ((long)_options.CnnHiddenSize * _options.Labels.Count);
            return _backbone.CountMultiplyAdds(_options.InputHeight, _options.InputWidth)
                + (_localAttention?.CountMultiplyAdds(Steps) ?? 0)
                + classifier;
        }
    }

    /// <summary>T, the number of local features of an image of the options' size or crop: 36 for 48x48.</summary>
    private int Steps
    {
        get
        {
            (int height, int width) = _backbone.OutputSize(_options.InputHeight, _options.InputWidth);
            return height * width;
        }
    }

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
        CheckImages(images);
        using var scope = NewDisposeScope();
        Tensor seen = _options is { CropHeight: { } height, CropWidth: { } width } ? CentreCrop.Apply(images, height, width) : images;
        Tensor normalised = (seen - _options.PixelMean) / _options.PixelStandardDeviation;
        Tensor features = _backbone.call(normalised); // [N, C, H', W']
        if (!Variant.HasLstm)
        {
            return _classifier.call(features.flatten(1)).MoveToOuterDisposeScope(); // [N, K]
        }

        Tensor sequence = ToSequence(features); // [N, T, D]
        if (_localAttention is not null)
        {
            sequence = _localAttention.call(sequence); // [N, T, D]
        }

        return _classifier.call(sequence).MoveToOuterDisposeScope(); // [N, K]
    }

    /// <inheritdoc/>
    public NetworkDescription Describe() => ExpressionNetworkFormat.Describe(Variant, _options, Calibration);

    /// <summary>
    /// A network for recognition, in evaluation mode, whose convolutions contain the batch norms that followed them: the same logits but
    /// for rounding, in less time (docs/performance.md). It is an ordinary network with <see cref="ExpressionNetworkOptions.BatchNorm"/>
    /// false, which a checkpoint can hold.
    /// </summary>
    /// <returns>A copy, on the same device and of the same dtype, which the caller owns; this network stays as it is.</returns>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public ExpressionNetwork FoldBatchNorm()
    {
        RequireModule.NotDisposed(this, "network");
        ExpressionNetworkOptions options = _options.ValidatedCopy();
        options.BatchNorm = false;
        var folded = new ExpressionNetwork(Variant, options) { Calibration = Calibration };
        folded.to(_backbone.FirstWeight.device, _backbone.FirstWeight.dtype);
        folded.eval();
        BatchNormFolding.Copy(this, folded);
        return folded;
    }

    /// <summary>
    /// Feature maps [N, C, H, W] to a sequence [N, T = H W, D = C], row by row from the top left; our reading of "serialized".
    /// </summary>
    private static Tensor ToSequence(Tensor features) => features.flatten(2).transpose(1, 2).contiguous();

    private void CheckImages(Tensor images)
    {
        RequireModule.NotDisposed(this, "network");
        string layer = $"{nameof(ExpressionNetwork)} {Variant.PaperName}";
        RequireTensor.Images(images, channels: 1, ExpressionNetworkOptions.SmallestSide, _backbone.FirstWeight, layer);
        (long height, long width) = (images.shape[2], images.shape[3]);
        if (!Variant.HasLstm && !IsSize(_options.ImageHeight, _options.ImageWidth) && !IsSize(_options.InputHeight, _options.InputWidth))
        {
            string orCrop = _options.CropHeight is null ? "" : $" or [N, 1, {_options.InputHeight}, {_options.InputWidth}]";
            throw new ArgumentException(
                $"{layer} was built for images of shape [N, 1, {_options.ImageHeight}, {_options.ImageWidth}]{orCrop}; "
                + $"got {RequireTensor.Shape(images)}. Set {nameof(ExpressionNetworkOptions.ImageHeight)} and "
                + $"{nameof(ExpressionNetworkOptions.ImageWidth)}, or use a variant with an LSTM, which takes any size.",
                nameof(images));
        }

        if (height < _options.CropHeight || width < _options.CropWidth)
        {
            throw new ArgumentException(
                $"{layer} sees the centre of [N, 1, {_options.CropHeight}, {_options.CropWidth}] of "
                + $"its images; expected images of at least that size, got {RequireTensor.Shape(images)}.",
                nameof(images));
        }

        bool IsSize(int expectedHeight, int expectedWidth) => height == expectedHeight && width == expectedWidth;
    }
}
